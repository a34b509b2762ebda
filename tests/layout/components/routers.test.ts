import { describe, expect, test } from '@jest/globals';
import { node } from '../../../src/graph/node.js';
import {
  done,
  EveryNth,
  FromArray,
  FromIterable,
  Integrate,
  Lambda,
  skip,
  struct,
  Tap,
  Throttle,
  Throughput,
  ToCallback,
  type ComponentRef,
  type StructView,
  type ThroughputFigures,
} from '../../../src/layout/index.js';
import { deferred, turnOfLoop, within } from '../../support/waiting.js';
import { begin, emissions, failure, into, run } from './inline.js';

const Num = struct({ n: 'f64' });
const Wide = struct({ n: 'f64', m: 'f64' });
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const records = (...numbers: readonly number[]): { n: number }[] => numbers.map((n) => ({ n }));
const QUEUE = { policy: 'queue' } as const;

describe('Lambda', () => {
  test.each([
    ['a function', (a: number) => a * 2],
    ['an async function', async (a: number) => Promise.resolve(a * 2)],
    ['a node', node((a: number) => a * 2, { name: 'twice' })],
  ])('fires by %s', async (_, fn) => {
    const values = await emissions((layout, io) => {
      const twice = layout.add(io, Lambda, fn);
      layout.connect(layout.add(io, FromArray, 'any', upTo(3)), twice, QUEUE);
      return twice;
    });
    expect(values).toEqual([0, 2, 4]);
  });

  test('fills records, returns them or hands on those that it is given', async () => {
    const bodies = [
      (a: StructView<typeof Num>, out: StructView<typeof Num>): void => void (out.n = a.n),
      (a: StructView<typeof Num>) => ({ n: a.n }),
      (a: StructView<typeof Num>) => a.n,
      (a: StructView<typeof Num>) => a,
    ];
    for (const body of bodies) {
      const values = await emissions((layout, io) => {
        const same = layout.add(io, Lambda, body, { output: Num, inputs: [Num] });
        layout.connect(layout.add(io, FromArray, Num, [1, 2]), same, QUEUE);
        return same;
      });
      expect(values).toEqual(records(1, 2));
    }
  });

  test('hands a record on as a plain object where it emits values', async () => {
    const values = await emissions((layout, io) => {
      const same = layout.add(io, Lambda, (a: unknown) => a);
      layout.connect(layout.add(io, FromArray, Num, [1]), same, QUEUE);
      return same;
    });
    expect(values).toEqual(records(1));
  });

  test('hands on the fields of records of another struct, and refuses those that it has not', async () => {
    const make = (from: typeof Num | typeof Wide, to: typeof Num | typeof Wide) =>
      emissions((layout, io) => {
        const same = layout.add(io, Lambda, (a: unknown) => a, { output: to });
        layout.connect(layout.add(io, FromArray, from, [{ n: 5 }, { n: 6 }]), same, QUEUE);
        return same;
      });
    expect(await make(Num, Wide)).toMatchObject(records(5, 6));
    await expect(make(Wide, Num)).rejects.toMatchObject({ cause: expect.objectContaining({ code: 'DAG_OPTION' }) });
  });

  test('takes as many parents as its function has parameters', async () => {
    const failed = await failure((layout, io) => {
      const sum = layout.add(io, Lambda, (a: number, b: number) => a + b);
      layout.connect(layout.add(io, FromArray, 'any', [1]), sum);
      into({ layout, context: io, from: sum });
    });
    expect(failed).toMatchObject({ code: 'DAG_LAYOUT', message: expect.stringContaining('takes 2 parents') });
  });

  test('may skip and end', async () => {
    const values = await emissions((layout, io) => {
      const odd = layout.add(io, Lambda, (a: number) => (a === 5 ? done : a % 2 === 1 ? a : skip));
      layout.connect(layout.add(io, FromArray, 'any', upTo(9)), odd, QUEUE);
      return odd;
    });
    expect(values).toEqual([1, 3]);
  });

  test('refuses what is no function, inputs of another struct and options that are none', async () => {
    const cause = expect.objectContaining({ code: 'DAG_OPTION' });
    expect(await failure((layout, io) => layout.add(io, Lambda, 5 as never))).toMatchObject({ cause });
    expect(await failure((layout, io) => layout.add(io, Lambda, skipAll, { inputs: [5 as never] }))).toMatchObject({
      cause,
    });
    const mismatch = await failure((layout, io) => {
      const lambda = layout.add(io, Lambda, (a: unknown) => a, { inputs: [Wide] });
      layout.connect(layout.add(io, FromArray, Num, [1]), lambda);
    });
    expect(mismatch).toMatchObject({ code: 'DAG_LAYOUT' });
  });
});

function skipAll(): typeof skip {
  return skip;
}

describe('EveryNth', () => {
  test.each([
    [1, [0, 1, 2, 3, 4, 5, 6]],
    [3, [0, 3, 6]],
  ])('lets every %ith pass, from the first on', async (n, expected) => {
    const passing = (output: 'any' | typeof Num) =>
      emissions((layout, io) => {
        const nth = layout.add(io, EveryNth, n, { output });
        layout.connect(layout.add(io, FromArray, output, upTo(7) as never), nth, QUEUE);
        return nth;
      });
    expect(await passing('any')).toEqual(expected);
    expect(await passing(Num)).toEqual(records(...expected));
  });

  test('refuses other numbers, and records of another struct', async () => {
    const cause = expect.objectContaining({ code: 'DAG_OPTION' });
    for (const n of [0, 1.5, -2]) {
      expect(await failure((layout, io) => layout.add(io, EveryNth, n))).toMatchObject({ cause });
    }
    const mismatch = await failure((layout, io) => {
      const nth = layout.add(io, EveryNth, 2, { output: Wide });
      layout.connect(layout.add(io, FromArray, Num, [1]), nth);
    });
    expect(mismatch).toMatchObject({ code: 'DAG_LAYOUT' });
  });
});

describe('Throttle', () => {
  test.each(['any' as const, Num])(
    'lets the first pass, and then the newest of those that came meanwhile',
    async (output) => {
      const seen: unknown[] = [];
      const [first, last] = [deferred(), deferred()];
      async function* source(): AsyncGenerator<number> {
        yield 0;
        await first.promise;
        for (const n of [1, 2, 3]) {
          yield n;
          // Each of them is taken, if anything takes it.
          for (let turn = 0; turn < 3; turn += 1) await turnOfLoop();
        }
        await last.promise;
      }
      await run((layout, io) => {
        const throttle = layout.add(io, Throttle, 60, { output });
        layout.connect(layout.add(io, FromIterable, source, { output }), throttle);
        into({ layout, context: io, from: throttle }, seen, () => {
          (seen.length === 1 ? first : last).resolve();
        });
      });
      expect(seen).toEqual(output === 'any' ? [0, 3] : records(0, 3));
    },
  );

  test('keeps to its time, and loses neither the first nor the last', async () => {
    const times: number[] = [];
    const seen: unknown[] = [];
    async function* source(): AsyncGenerator<number> {
      for (let n = 0; seen.length < 4; n += 1) {
        yield n;
        await turnOfLoop();
      }
      yield -1;
    }
    await run((layout, io) => {
      const throttle = layout.add(io, Throttle, 10);
      layout.connect(layout.add(io, FromIterable, source), throttle);
      into({ layout, context: io, from: throttle }, seen, () => times.push(performance.now()));
    });
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(-1);
    expect(seen).toHaveLength(5);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(gaps.reduce((sum, gap) => sum + gap, 0)).toBeGreaterThanOrEqual(39); // 4 times 10, by two clocks
  });

  test('that waits ends with the layout', async () => {
    const running = await begin((layout, io) => {
      const throttle = layout.add(io, Throttle, 1e9);
      layout.connect(layout.add(io, FromArray, 'any', [1, 2]), throttle, QUEUE);
      into({ layout, context: io, from: throttle });
    });
    for (let turn = 0; turn < 5; turn += 1) await turnOfLoop();
    await within(2000, running.stop({ drain: false }));
  });

  test('refuses times that are none', async () => {
    const cause = expect.objectContaining({ code: 'DAG_OPTION' });
    for (const time of [-1, Infinity, '1']) {
      expect(await failure((layout, io) => layout.add(io, Throttle, time as number))).toMatchObject({ cause });
    }
  });
});

describe('Tap', () => {
  test.each([false, true])('calls a function and hands the value on; asynchronous: %p', async (asynchronous) => {
    const seen: number[] = [];
    const look = async ({ n }: { n: number }): Promise<void> => {
      await turnOfLoop();
      seen.push(n);
    };
    const values = await emissions((layout, io) => {
      const tap = layout.add(io, Tap, asynchronous ? look : ({ n }: { n: number }) => seen.push(n), { output: Num });
      layout.connect(layout.add(io, FromArray, Num, [1, 2, 3]), tap, QUEUE);
      return tap;
    });
    expect(values).toEqual(records(1, 2, 3));
    expect(seen).toEqual([1, 2, 3]);
  });

  test('refuses what is no function', async () => {
    const cause = expect.objectContaining({ code: 'DAG_OPTION' });
    expect(await failure((layout, io) => layout.add(io, Tap, {} as never))).toMatchObject({ cause });
    expect(await failure((layout, io) => layout.add(io, ToCallback, 1 as never))).toMatchObject({ cause });
  });
});

describe('ToCallback', () => {
  test('calls a node, with the values of all parents, until it says that it is done', async () => {
    const seen: number[] = [];
    const callback = node((a: number, b: number) => (seen.push(a + b) === 2 ? done : skip), { name: 'callback' });
    await run((layout, io) => {
      const sink = layout.add(io, ToCallback, callback);
      layout.connect(layout.add(io, FromArray, 'any', upTo(5)), sink, QUEUE);
      layout.connect(layout.add(io, FromArray, 'any', [10, 20, 30]), sink, QUEUE);
    });
    expect(seen).toEqual([10, 21]);
  });
});

describe('Integrate', () => {
  const Mixed = struct({ t: 'f64', x: 'f32', big: 'i64', on: 'bool', list: ['i32', 2], inner: Num, bits: ['u64', 1] });
  const rows = [0, 0.5, 1, 2].map((t, index) => ({
    t,
    x: index + 1,
    big: BigInt(index),
    on: index % 2 === 1,
    list: [index, 10 * index],
    inner: { n: 2 * index },
    bits: [BigInt(index)],
  }));

  const integrals = (options: ConstructorParameters<typeof Integrate>[1]): Promise<unknown[]> =>
    emissions((layout, io) => {
      const sums = layout.add(io, Integrate, Mixed, options);
      layout.connect(layout.add(io, FromArray, Mixed, rows), sums, QUEUE);
      return sums;
    });

  test.each([
    [{ dt: 1 }, [1, 3, 6, 10], [0, 2, 6, 12]],
    [{ dt: 0.5 }, [0.5, 1.5, 3, 5], [0, 1, 3, 6]],
    [{ dt: 1, method: 'trapezoid' }, [0, 1.5, 4, 7.5], [0, 1, 4, 9]],
    [{ time: 't' }, [0, 1, 2.5, 6.5], [0, 1, 3, 9]],
    [{ time: 't', method: 'trapezoid' }, [0, 0.75, 2, 5.5], [0, 0.5, 2, 7]],
  ] as const)('adds up by %p', async (options, x, inner) => {
    const given = (await integrals(options)) as { x: number; t: number; inner: { n: number } }[];
    expect(given.map((each) => each.x)).toEqual(x);
    expect(given.map((each) => each.inner.n)).toEqual(inner);
    if ('time' in options) expect(given.map(({ t }) => t)).toEqual([0, 0.5, 1, 2]);
  });

  test('adds arrays up by element, and hands on what cannot be added', async () => {
    const given = (await integrals({ dt: 1 })) as {
      list: Int32Array;
      big: bigint;
      on: boolean;
      bits: BigUint64Array;
    }[];
    expect(given.map(({ list }) => [...list])).toEqual([
      [0, 0],
      [1, 10],
      [3, 30],
      [6, 60],
    ]);
    expect(given.map(({ big, on, bits }) => [big, on, ...bits])).toEqual(
      rows.map(({ big, on, bits }) => [big, on, ...bits]),
    );
  });

  test('takes the time of the firings where no other is given', async () => {
    const given = (await integrals({})) as { x: number }[];
    expect(given[0]?.x).toBe(0);
    expect(given.at(-1)?.x).toBeGreaterThan(0);
  });

  test.each(['from outside', 'by a component'])('begins at 0 when it is reset %s', async (how) => {
    const seen: { n: number }[] = [];
    const again = deferred();
    const halfway = deferred();
    async function* source(): AsyncGenerator<{ n: number }> {
      yield* records(1, 1);
      await again.promise;
      yield* records(1, 1);
    }
    let sums: ComponentRef | undefined;
    const running = await begin((layout, io) => {
      sums = layout.add(io, Integrate, Num, { dt: 1 });
      layout.connect(layout.add(io, FromIterable, source, { output: Num }), sums, QUEUE);
      into({ layout, context: io, from: sums }, seen, () => {
        if (seen.length === 2) halfway.resolve();
      });
      if (how === 'from outside') return;
      async function* resets(): AsyncGenerator<{ reset: number }> {
        await halfway.promise;
        yield { reset: 1 };
        again.resolve();
      }
      layout.parametrize(layout.add(io, FromIterable, resets, { output: Integrate.controls.struct }), sums);
    });
    await within(5000, halfway.promise);
    if (how === 'from outside' && sums !== undefined) {
      await running.set(sums, { reset: 1 });
      again.resolve();
    }
    await within(5000, running.done);
    expect(seen).toEqual(records(1, 2, 1, 2));
  });

  test('refuses a time that is no number, and two of them', async () => {
    const cause = expect.objectContaining({ code: 'DAG_OPTION' });
    for (const options of [{ time: 'list' }, { time: 'none' }, { dt: 1, time: 't' }, { dt: 0 }, { method: 'other' }]) {
      expect(await failure((layout, io) => layout.add(io, Integrate, Mixed, options as never))).toMatchObject({
        cause,
      });
    }
    expect(await failure((layout, io) => layout.add(io, Integrate, 'any' as never))).toMatchObject({ cause });
  });
});

describe('Throughput', () => {
  test('reports values and bytes for the whole time', async () => {
    const reports: ThroughputFigures[] = [];
    await run((layout, io) => {
      const probe = layout.add(io, Throughput, {
        every: 0,
        report: (figures: ThroughputFigures) => reports.push(figures),
      });
      layout.connect(
        layout.add(
          io,
          FromArray,
          Wide,
          upTo(100).map((n) => ({ n, m: 0 })),
        ),
        probe,
        QUEUE,
      );
    });
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ name: 'Throughput', final: true, values: 100, bytes: 1600 });
    const { seconds = 0, valuesPerSecond = 0, bytesPerSecond = 0 } = reports[0] ?? {};
    expect(valuesPerSecond * seconds).toBeCloseTo(99);
    expect(bytesPerSecond).toBeCloseTo(16 * valuesPerSecond);
  });

  test('reports each interval, and waits for it', async () => {
    const reports: ThroughputFigures[] = [];
    const report = async (figures: ThroughputFigures): Promise<void> => {
      await turnOfLoop();
      reports.push(figures);
    };
    async function* source(): AsyncGenerator<Uint8Array> {
      while (reports.length < 3) {
        yield new Uint8Array(10);
        await turnOfLoop();
      }
    }
    await run((layout, io) => {
      const probe = layout.add(io, Throughput, { every: 5, report });
      layout.connect(layout.add(io, FromIterable, source), probe, QUEUE);
    });
    const total = reports.at(-1);
    expect(reports.map(({ final }) => final)).toEqual([...reports.slice(1).map(() => false), true]);
    expect(reports.length).toBeGreaterThan(3);
    expect(total?.bytes).toBe(10 * (total?.values ?? 0));
    const sum = reports.slice(0, -1).reduce((values, { values: more }) => values + more, 0);
    expect(sum).toBeLessThanOrEqual(total?.values ?? 0);
    expect(reports.every(({ valuesPerSecond }) => valuesPerSecond > 0)).toBe(true);
  });

  test('reports nothing but zeros where nothing came', async () => {
    const reports: ThroughputFigures[] = [];
    await run((layout, io) => {
      const probe = layout.add(io, Throughput, { report: (figures: ThroughputFigures) => reports.push(figures) });
      layout.connect(layout.add(io, FromArray, 'any', []), probe, QUEUE);
    });
    expect(reports).toMatchObject([{ final: true, values: 0, bytes: 0, valuesPerSecond: 0, bytesPerSecond: 0 }]);
  });

  test('prints what it has measured, unless somebody takes it', async () => {
    const lines: string[] = [];
    const { write } = process.stdout;
    process.stdout.write = (line: unknown) => lines.push(String(line)) > 0;
    try {
      await run((layout, io) => {
        layout.connect(layout.add(io, FromArray, Num, upTo(3)), layout.add(io, Throughput), QUEUE);
      });
    } finally {
      process.stdout.write = write;
    }
    expect(lines.join('')).toMatch(/^Throughput: [\d,]+ values\/s, \d+\.\d\d MB\/s \(3 values in 0\.\d\d s\)\n$/);
  });

  test('refuses options that are none', async () => {
    const cause = expect.objectContaining({ code: 'DAG_OPTION' });
    for (const options of [{ every: -1 }, { report: 1 }]) {
      expect(await failure((layout, io) => layout.add(io, Throughput, options as never))).toMatchObject({ cause });
    }
  });
});
