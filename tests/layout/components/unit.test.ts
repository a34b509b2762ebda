import { describe, expect, test } from '@jest/globals';
import { FromArray, FromIterable, struct, unit, type Layout, type UnitOptions } from '../../../src/layout/index.js';
import {
  batch,
  compose,
  filter,
  flatMap,
  flow,
  keyBy,
  pipeline,
  stateful,
  window,
  type AsyncStateful,
  type Stateful,
} from '../../../src/stream/index.js';
import type { Future } from '../../../src/graph/future.js';
import { counter, fir, sum, total } from '../../stream/factories.js';
import { begin, emissions, failure, into, run } from './inline.js';

const QUEUE = { policy: 'queue' } as const;
const Num = struct({ n: 'f64' });
const Block = struct({ block: ['f64', 2] });

/** What a unit makes of the elements of an array. */
function through(
  given: Parameters<typeof unit>[0],
  rows: readonly unknown[],
  options?: UnitOptions & { readonly from?: typeof Num | typeof Block; readonly onError?: 'skip' },
): Promise<unknown[]> {
  const { from, onError, ...own } = options ?? {};
  return emissions((layout, io) => {
    const router = layout.add(io, unit(given, own));
    if (onError !== undefined) router.with({ onError });
    const source =
      from === undefined
        ? layout.add(io, FromArray, 'any', rows)
        : layout.add(io, FromArray, from as never, rows as never);
    layout.connect(source, router, QUEUE);
    return router;
  });
}

/** Gives the difference to the chunk before, later. */
const difference = stateful(async function* difference(): AsyncStateful<number, number> {
  let before = 0;
  for (let chunk = yield 0; ;) {
    const result = chunk - before;
    before = chunk;
    chunk = yield await Promise.resolve(result);
  }
});

describe('a unit of values', () => {
  test('is a transform with its state', async () => {
    expect(
      await through(fir([1, 1]), [
        [1, 2],
        [3, 4],
      ]),
    ).toEqual([
      [1, 3],
      [5, 7],
    ]);
    expect(await through(sum(10), [1, 2, 3])).toEqual([11, 13, 16]);
  });

  test.each([
    ['a factory', counter, [1, 2, 3]],
    ['a composition', compose(total(), (x: number) => x * 10), [40, 90, 150]],
    ['an asynchronous transform', difference(), [4, 1, 1]],
    ['a filter', filter((x: number) => x !== 5), [4, 6]],
    ['an asynchronous filter', filter(async (x: number) => Promise.resolve(x !== 5)), [4, 6]],
    ['several results', flatMap((x: number) => new Array<number>(x - 3).fill(x)), [4, 5, 5, 6, 6, 6]],
    [
      'windows',
      window<number>(2),
      [
        [4, 5],
        [5, 6],
      ],
    ],
    ['batches, of which the last is shorter', batch<number>(2), [[4, 5], [6]]],
    ['a composition with flows', compose(total(), batch<number>(2), (pair: number[]) => pair.length), [2, 1]],
    ['an asynchronous composition with flows', compose(difference(), batch<number>(2)), [[4, 1], [1]]],
    ['states by keys', keyBy((x: number) => x % 2, total()), [4, 5, 10]],
  ])('is %s', async (_, given, expected) => {
    expect(await through(given as never, [4, 5, 6])).toEqual(expected);
  });

  test('is given an array by several parents', async () => {
    const add = stateful({ init: () => null, step: (_: null, [a, b]: readonly [number, number]) => a + b });
    const values = await emissions((layout, io) => {
      const sums = layout.add(io, unit(add()));
      for (const rows of [
        [1, 2],
        [10, 20],
      ])
        layout.connect(layout.add(io, FromArray, 'any', rows), sums, QUEUE);
      return sums;
    });
    expect(values).toEqual([11, 22]);
  });

  test('emits also undefined', async () => {
    expect(
      await through(
        compose(() => undefined),
        [1],
      ),
    ).toEqual([undefined]);
  });

  test('emits a large rest in spite of little room', async () => {
    const many = flow({
      init: () => ({ chunks: [] as number[] }),
      step: (state, chunk: number): number[] => {
        state.chunks.push(chunk);
        return [];
      },
      flush: (state) => state.chunks,
    });
    const seen: unknown[] = [];
    const rows = Array.from({ length: 500 }, (_, index) => index);
    await run((layout, io) => {
      const held = layout.add(io, unit(many()));
      layout.connect(layout.add(io, FromArray, 'any', rows), held, QUEUE);
      into({ layout, context: io, from: held, edge: { policy: 'queue', capacity: 3 } }, seen);
    });
    expect(seen).toEqual(rows);
  });
});

describe('a unit of records', () => {
  test('fails where they have no field of the name that it was given', async () => {
    await expect(through(total(), [1, 2], { from: Num, field: 'zz' })).rejects.toMatchObject({
      cause: {
        code: 'DAG_OPTION',
        message: expect.stringMatching(/`field` must be a field of the records that .* is given \(n\), got 'zz'/),
      },
    });
  });

  test('gives the transform a field, and its results are the only field of a record', async () => {
    const rows = [{ block: [1, 2] }, { block: [3, 4] }];
    const values = await through(
      compose((block: ArrayLike<number>) => Array.from(block), fir([1, 1])),
      rows,
      {
        from: Block,
        field: 'block',
        output: Block,
      },
    );
    expect(values).toEqual([{ block: new Float64Array([1, 3]) }, { block: new Float64Array([5, 7]) }]);
    expect(await through(total(), [1, 2], { from: Num, field: 'n', output: Num, inputs: [Num] })).toEqual([
      { n: 1 },
      { n: 3 },
    ]);
  });

  test('copies records that the transform may keep', async () => {
    const rows = Array.from({ length: 9 }, (_, n) => ({ n }));
    expect(await through(batch(9), rows, { from: Num })).toEqual([rows]);
    const blocks = rows.map(({ n }) => ({ block: [n, n] }));
    const kept = (await through(batch<Float64Array>(9), blocks, { from: Block, field: 'block' })) as Float64Array[][];
    expect(kept[0]?.map(([first]) => first)).toEqual(rows.map(({ n }) => n));
  });

  test('lends records to a transform that borrows', async () => {
    const seen: unknown[] = [];
    const look = stateful(
      { init: () => null, step: (_: null, chunk: { n: number }) => (seen.push(chunk), chunk.n) },
      { borrows: true },
    );
    expect(await through(look(), [{ n: 1 }, { n: 2 }], { from: Num })).toEqual([1, 2]);
    expect(Object.keys(seen[0] as object)).toEqual([]); // a view has accessors
    const field = compose((n: number) => n).with({ borrows: true });
    expect(await through(field, [{ n: 1 }], { from: Num, field: 'n' })).toEqual([1]);
  });

  test('gives a struct in a struct as an object', async () => {
    const Outer = struct({ inner: Num });
    const values = await through(batch(2), [{ inner: { n: 1 } }, { inner: { n: 2 } }], {
      from: Outer as never,
      field: 'inner',
    });
    expect(values).toEqual([[{ n: 1 }, { n: 2 }]]);
  });
});

describe('a unit that fails', () => {
  const picky = stateful(function* picky(): Stateful<number, number> {
    let count = 0;
    for (let chunk = yield 0; ; chunk = yield (count += 1)) if (chunk < 0) throw new RangeError('negative');
  });
  const warnings = async (act: () => Promise<unknown>): Promise<unknown> => {
    const { emitWarning } = process;
    process.emitWarning = () => undefined;
    try {
      return await act();
    } finally {
      process.emitWarning = emitWarning;
    }
  };

  test('ends the layout with what it has thrown', async () => {
    await expect(through(picky(), [1, -1])).rejects.toMatchObject({
      component: 'picky',
      cause: expect.objectContaining({ message: 'negative' }),
    });
  });

  test('begins anew behind the chunk that is skipped', async () => {
    expect(await warnings(() => through(picky(), [1, 2, -1, 3, 4], { onError: 'skip' }))).toEqual([1, 2, 1, 2]);
    const slow = stateful(async function* slow(): AsyncStateful<number, number> {
      let count = 0;
      for (let chunk = yield 0; ; chunk = yield (count += 1)) if (chunk < 0) throw new RangeError('negative');
    });
    expect(await warnings(() => through(slow(), [1, 2, -1, 3, 4], { onError: 'skip' }))).toEqual([1, 2, 1, 2]);
  });

  test('has nothing left of a state that has failed at last', async () => {
    const held = flow({
      init: () => ({ chunks: [] as number[] }),
      step: (state, chunk: number): number[] => {
        if (chunk < 0) throw new RangeError('negative');
        state.chunks.push(chunk);
        return [];
      },
      flush: (state) => state.chunks,
    });
    expect(await warnings(() => through(held(), [1, -1], { onError: 'skip' }))).toEqual([]);
  });

  test('forgets a key only', async () => {
    const keyed = keyBy((x: number) => Math.abs(x) % 2, picky());
    expect(await warnings(() => through(keyed, [1, 2, 3, -1, 2, 1], { onError: 'skip' }))).toEqual([1, 1, 2, 2, 1]);
  });
});

describe('the state of a unit', () => {
  test('ends with the layout', async () => {
    const log: string[] = [];
    const closing = stateful(function* closing(): Stateful<number, number> {
      try {
        for (let chunk = yield 0; ;) chunk = yield chunk;
      } finally {
        log.push('closed');
      }
    });
    const pattern = closing();
    await through(pattern, [1]);
    expect(log).toEqual(['closed']);
    expect(pattern(5)).toBe(5);
  });

  test('is not that of the transform', async () => {
    const own = total();
    own(100);
    expect(await through(own, [1, 2])).toEqual([1, 3]);
    expect(own(1)).toBe(101);
  });

  test('begins anew with each start of a layout', async () => {
    const seen: unknown[] = [];
    const totals = unit(total());
    const make = (layout: Layout, io: Parameters<Layout['add']>[0]): void => {
      const router = layout.add(io, totals);
      layout.connect(layout.add(io, FromArray, 'any', [1, 2]), router, QUEUE);
      into({ layout, context: io, from: router }, seen);
    };
    await run(make);
    await run(make);
    expect(seen).toEqual([1, 3, 1, 3]);
  });

  test('is that of one place', async () => {
    const shared: unknown = expect.objectContaining({ code: 'DAG_TRANSFORM_SHARED' });
    const twice = unit(total());
    const failed = await failure((layout, io) => {
      layout.add(io, twice);
      layout.add(io, twice);
    });
    expect(failed).toEqual(shared);
    const own = total();
    unit(own);
    expect(() => unit(own)).toThrow(shared);
    expect(() => pipeline((x: Future<number>) => own(x))).toThrow(shared);
    const other = total();
    pipeline((x: Future<number>) => other(x));
    expect(() => unit(other)).toThrow(shared);
  });

  test('is added to a layout that runs only once', async () => {
    const totals = unit(total());
    const live = await begin((layout, io) => {
      const router = layout.add(io, totals);
      layout.connect(
        layout.add(io, FromIterable, () => new Promise(() => undefined)),
        router,
      );
    });
    await expect(live.change((wiring) => wiring.add(wiring.context({ inline: true }), totals))).rejects.toMatchObject({
      code: 'DAG_TRANSFORM_SHARED',
    });
    await live.stop({ drain: false });
  });
});

test('refuses what is no transform', () => {
  const option: unknown = expect.objectContaining({ code: 'DAG_OPTION' });
  for (const given of [5, () => 1, undefined, {}]) expect(() => unit(given as never)).toThrow(option);
  expect(() => unit(total(), { output: 5 as never })).toThrow(option);
  expect(() => unit(total(), { other: 5 } as never)).toThrow(option);
});
