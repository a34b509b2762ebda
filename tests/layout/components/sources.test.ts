import { describe, expect, test } from '@jest/globals';
import { node } from '../../../src/graph/node.js';
import { Constant, FromArray, FromIterable, Lambda, Signal, struct, ToCallback } from '../../../src/layout/index.js';
import { deferred, turnOfLoop, within } from '../../support/waiting.js';
import { begin, emissions, failure, into, run } from './inline.js';

const State = struct({ x: 'f64', v: 'f32' });
const Num = struct({ n: 'f64' });
const Block = struct({ block: ['f32', 2] });

const plain = (values: readonly unknown[]): unknown => JSON.parse(JSON.stringify(values));

describe('Constant', () => {
  test('emits one value and ends', async () => {
    expect(await emissions((layout, io) => layout.add(io, Constant, 'any', { a: [1] }))).toEqual([{ a: [1] }]);
    expect(await emissions((layout, io) => layout.add(io, Constant, State, { x: 1, v: 2 }))).toEqual([{ x: 1, v: 2 }]);
    expect(await emissions((layout, io) => layout.add(io, Constant, Num, 3))).toEqual([{ n: 3 }]);
    expect(await emissions((layout, io) => layout.add(io, Constant, 'any', undefined))).toEqual([undefined]);
  });

  test('gives its value to those that only look at it, after it has ended', async () => {
    const seen: unknown[] = [];
    await run((layout, io) => {
      const rows = layout.add(io, FromArray, 'any', [1, 2, 3]);
      const sum = layout.add(io, Lambda, (row: number, { n }: { n: number }) => row + n);
      layout.connect(rows, sum, { policy: 'queue' });
      layout.connect(layout.add(io, Constant, Num, 10), sum, { trigger: false });
      into({ layout, context: io, from: sum }, seen);
    });
    expect(seen).toEqual([11, 12, 13]);
  });

  test.each([0, 1])('emits it again and again, every %i ms', async (every) => {
    const seen: unknown[] = [];
    const enough = deferred();
    const running = await begin((layout, io) => {
      const from = layout.add(io, Constant, Num, 1, { every });
      into({ layout, context: io, from }, seen, () => {
        if (seen.length === 5) enough.resolve();
      });
    });
    await within(5000, enough.promise);
    await running.stop();
    expect(seen.slice(0, 5)).toEqual(new Array(5).fill({ n: 1 }));
  });

  test('that waits for long ends at once with the layout', async () => {
    const running = await begin((layout, io) => {
      into({ layout, context: io, from: layout.add(io, Constant, Num, 1, { every: 1e9 }) });
    });
    await turnOfLoop();
    await within(1000, running.stop());
  });

  test('refuses a value that is none of its struct, and options that are none', async () => {
    const cause = expect.objectContaining({ code: 'DAG_OPTION' });
    expect(await failure((layout, io) => layout.add(io, Constant, State, { y: 1 }))).toMatchObject({ cause });
    expect(await failure((layout, io) => layout.add(io, Constant, Num, 1, { every: -1 }))).toMatchObject({ cause });
    expect(await failure((layout, io) => layout.add(io, Constant, Num, undefined))).toMatchObject({ cause });
    expect(await failure((layout, io) => layout.add(io, Constant, 'no' as 'any', 1))).toMatchObject({ cause });
  });
});

describe('Signal', () => {
  const fast = { rate: 8000, frequency: 1000, count: 8 } as const;
  const valuesOf = async (options: ConstructorParameters<typeof Signal>[0]): Promise<number[]> => {
    const samples = await emissions((layout, io) => layout.add(io, Signal, options));
    return (samples as { value: number }[]).map(({ value }) => Math.round(value * 1e9) / 1e9 + 0);
  };

  test.each([
    ['sine', [0, Math.SQRT1_2, 1, Math.SQRT1_2, 0, -Math.SQRT1_2, -1, -Math.SQRT1_2]],
    ['square', [1, 1, 1, 1, -1, -1, -1, -1]],
    ['triangle', [0, 0.5, 1, 0.5, 0, -0.5, -1, -0.5]],
    ['sawtooth', [0, 0.25, 0.5, 0.75, -1, -0.75, -0.5, -0.25]],
  ] as const)('of shape %s', async (shape, expected) => {
    const rounded = expected.map((value) => Math.round(value * 1e9) / 1e9);
    expect(await valuesOf({ ...fast, shape })).toEqual(rounded);
  });

  test('is moved and scaled by its options', async () => {
    const options = { ...fast, shape: 'triangle', phase: Math.PI / 2, amplitude: 2, offset: 10 } as const;
    expect(await valuesOf(options)).toEqual([12, 11, 10, 9, 8, 9, 10, 11]);
  });

  test('of noise is that of its seed', async () => {
    const one = await valuesOf({ shape: 'noise', rate: 1e6, count: 50, seed: 7 });
    expect(await valuesOf({ shape: 'noise', rate: 1e6, count: 50, seed: 7 })).toEqual(one);
    expect(await valuesOf({ shape: 'noise', rate: 1e6, count: 50, seed: 8 })).not.toEqual(one);
    expect(Math.max(...one.map(Math.abs))).toBeLessThanOrEqual(1);
    expect(new Set(one).size).toBeGreaterThan(40);
  });

  test('gives each sample the time that it belongs to, and none before it', async () => {
    const begun = performance.now();
    const samples = await emissions((layout, io) => layout.add(io, Signal, { rate: 500, count: 11 }));
    expect(samples).toHaveLength(11);
    expect((samples as { time: number }[]).map(({ time }) => time)).toEqual(
      Array.from({ length: 11 }, (_, index) => index / 500),
    );
    expect(performance.now() - begun).toBeGreaterThan(20);
  });

  test('without end stops with the layout', async () => {
    const running = await begin((layout, io) => {
      into({ layout, context: io, from: layout.add(io, Signal, { rate: 0.001 }) });
    });
    await turnOfLoop();
    await within(1000, running.stop());
  });

  test('refuses what its options are not', async () => {
    for (const options of [{ shape: 'round' }, { rate: 0 }, { count: -1 }, { frequency: Infinity }, { other: 1 }]) {
      const failed = await failure((layout, io) => layout.add(io, Signal, options as never));
      expect(failed).toMatchObject({ cause: expect.objectContaining({ code: 'DAG_OPTION' }) });
    }
  });
});

describe('FromArray', () => {
  test('emits records', async () => {
    const rows = [
      { x: 1, v: 2 },
      { x: 3, v: 4 },
    ];
    expect(await emissions((layout, io) => layout.add(io, FromArray, State, rows))).toEqual(rows);
  });

  test('emits the numbers of an array, or of a typed one, as records of one number', async () => {
    const expected = [{ n: 1 }, { n: 2 }];
    expect(await emissions((layout, io) => layout.add(io, FromArray, Num, [1, 2]))).toEqual(expected);
    expect(await emissions((layout, io) => layout.add(io, FromArray, Num, new Int16Array([1, 2])))).toEqual(expected);
  });

  test('emits the pieces of a typed array as records of one array', async () => {
    const blocks = await emissions((layout, io) => layout.add(io, FromArray, Block, new Float32Array([1, 2, 3, 4])));
    expect(blocks).toEqual([{ block: new Float32Array([1, 2]) }, { block: new Float32Array([3, 4]) }]);
  });

  test('emits values of any kind', async () => {
    const values = [1, 'two', undefined, { three: new Uint8Array([3]) }];
    expect(plain(await emissions((layout, io) => layout.add(io, FromArray, 'any', values)))).toEqual(plain(values));
    expect(await emissions((layout, io) => layout.add(io, FromArray, 'any', new Uint8Array([5])))).toEqual([5]);
  });

  test('refuses what has no rows of that struct', async () => {
    const cause = expect.objectContaining({ code: 'DAG_OPTION' });
    for (const [type, rows] of [
      [State, new Float64Array(4)],
      [Block, new Float32Array(3)],
      [Num, 5],
      [Num, new DataView(new ArrayBuffer(8))],
      [Num, [undefined]],
      ['none', []],
    ]) {
      expect(
        await failure((layout, io) =>
          into({ layout, context: io, from: layout.add(io, FromArray, type as never, rows as never) }),
        ),
      ).toMatchObject({ cause });
    }
  });
});

describe('FromIterable', () => {
  function* letters(): Generator<string> {
    yield* ['a', 'b'];
  }

  test.each<[string, () => ConstructorParameters<typeof FromIterable>[0]]>([
    ['an iterable', () => new Set(['a', 'b'])],
    ['a generator', () => letters()],
    ['a generator function', () => letters],
    ['a function that gives an iterable', () => () => ['a', 'b']],
    ['a function that gives a promise of one', () => () => Promise.resolve(['a', 'b'])],
    ['a node', () => node(letters, { name: 'letters' })],
    ['promises', () => [Promise.resolve('a'), 'b']],
    [
      'an asynchronous generator',
      () =>
        async function* () {
          yield await Promise.resolve('a');
          yield 'b';
        },
    ],
  ])('emits what %s gives', async (_, source) => {
    expect(await emissions((layout, io) => layout.add(io, FromIterable, source()))).toEqual(['a', 'b']);
  });

  test('emits records of a struct, and undefined as a value', async () => {
    expect(
      await emissions((layout, io) => layout.add(io, FromIterable, [{ n: 1 }, { n: 2 }], { output: Num })),
    ).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await emissions((layout, io) => layout.add(io, FromIterable, [undefined, 1]))).toEqual([undefined, 1]);
  });

  test('asks for no more than there is room for', async () => {
    let asked = 0;
    function* endless(): Generator<number> {
      for (;;) yield (asked += 1);
    }
    const held = deferred();
    const running = await begin((layout, io) => {
      const from = layout.add(io, FromIterable, endless);
      layout.connect(
        from,
        layout.add(io, ToCallback, () => held.promise),
        { policy: 'queue', capacity: 4 },
      );
    });
    for (let turn = 0; turn < 20; turn += 1) await turnOfLoop();
    expect(asked).toBeLessThan(8);
    const stopped = running.stop({ drain: false });
    held.resolve();
    await within(5000, stopped);
  });

  test('closes an iterator that has not come to its end', async () => {
    const log: string[] = [];
    function* endless(): Generator<number> {
      try {
        for (let n = 0; ; n += 1) yield n;
      } finally {
        log.push('closed');
      }
    }
    const enough = deferred();
    const running = await begin((layout, io) => {
      into({ layout, context: io, from: layout.add(io, FromIterable, endless()) }, [], () => {
        enough.resolve();
      });
    });
    await enough.promise;
    await running.stop();
    expect(log).toEqual(['closed']);
  });

  test('does not wait for a value that never comes', async () => {
    const never = (async function* () {
      yield 1;
      await new Promise(() => undefined);
    })();
    const enough = deferred();
    const running = await begin((layout, io) => {
      into({ layout, context: io, from: layout.add(io, FromIterable, never) }, [], () => {
        enough.resolve();
      });
    });
    await enough.promise;
    await turnOfLoop();
    await within(2000, running.stop());
  });

  test('does not wait for an iterable that never comes, either', async () => {
    const running = await begin((layout, io) => {
      into({ layout, context: io, from: layout.add(io, FromIterable, () => new Promise(() => undefined)) });
    });
    await turnOfLoop();
    await within(2000, running.stop());
  });

  test('fails with what the iterable throws', async () => {
    function* bad(): Generator<number> {
      yield 1;
      throw new RangeError('no two');
    }
    const failed = await failure((layout, io) =>
      into({ layout, context: io, from: layout.add(io, FromIterable, bad) }),
    );
    expect(failed).toMatchObject({
      code: 'DAG_COMPONENT_FAILED',
      cause: expect.objectContaining({ message: 'no two' }),
    });
  });

  test('refuses what cannot be iterated', async () => {
    const cause = expect.objectContaining({ code: 'DAG_OPTION' });
    for (const source of [5, () => 5, null]) {
      const failed = await failure((layout, io) =>
        into({ layout, context: io, from: layout.add(io, FromIterable, source as never) }),
      );
      expect(failed).toMatchObject({ cause });
    }
    expect(await failure((layout, io) => layout.add(io, FromIterable, [1], { output: 5 as never }))).toMatchObject({
      cause,
    });
  });
});
