import { describe, expect, test } from '@jest/globals';
import { currentCall, lazy, node, type Future } from '../../../src/index.js';
import { feedback, pipeline, stateful } from '../../../src/stream/index.js';
import { turnOfLoop, within } from '../../support/waiting.js';
import { batches } from './flows.js';
import { collect, collectUntilError, someTime, upTo } from './streams.js';

const add = node((a: number, b: number) => a + b, { name: 'add' });
const double = node((x: number) => 2 * x, { name: 'double' });
const doubleLater = node(
  async (x: number) => {
    await someTime(x);
    return 2 * x;
  },
  { name: 'doubleLater', replicas: 3 },
);
const sums = stateful<[], { sum: number }, number, number>(
  { init: () => ({ sum: 0 }), step: (state, x) => (state.sum += x) },
  { name: 'sums' },
);

describe('a pipeline in another', () => {
  const summing = pipeline((x: Future<number>) => {
    const last = feedback(0);
    return [sums()(double(x)), last.from(add(x, last))] as const;
  });

  test('does the same there', async () => {
    const outer = pipeline((x: Future<number>) => {
      const [sum, total] = summing(doubleLater(x));
      return { sum, total, x };
    });
    expect(await collect(outer.run([1, 2, 3]))).toEqual([
      { sum: 4, total: 2, x: 1 },
      { sum: 12, total: 6, x: 2 },
      { sum: 24, total: 12, x: 3 },
    ]);
  });

  test('twice, has two states', async () => {
    const kept = sums();
    const inner = pipeline((x: Future<number>) => kept(x), { name: 'inner' });
    const outer = pipeline((x: Future<number>) => [inner(x), inner(inner(x))] as const);
    expect(await collect(outer.run([1, 1, 1]))).toEqual([
      [1, 1],
      [2, 3],
      [3, 6],
    ]);
    expect(await collect(inner.run([1, 1]))).toEqual([1, 2]);
  });

  test('may be inside one that is inside another, with flows', async () => {
    const inner = pipeline((x: Future<number>) => batches(2)(x));
    const middle = pipeline((x: Future<number>) => inner(doubleLater(x)));
    const outer = pipeline((x: Future<number>) => [middle(x)] as const);
    expect(await collect(outer.run(upTo(5)))).toEqual([[[0, 2]], [[4, 6]], [[8]]]);
  });
});

describe('a body', () => {
  test('may return calls, and containers of calls', async () => {
    const expand = node((x: number) => add(double(x), 1), { name: 'expand' });
    const both = node((x: number) => ({ list: [double(x), x], map: new Map([['a', add(x, 1)]]) }), { name: 'both' });
    const results = pipeline((x: Future<number>) => [expand(x), both(expand(x))] as const).run(upTo(20));
    expect(await collect(results)).toEqual(
      upTo(20).map((x) => {
        const y = 2 * x + 1;
        return [y, { list: [2 * y, y], map: new Map([['a', y + 1]]) }];
      }),
    );
  });

  test('may return calls later', async () => {
    const expand = node(
      async (x: number) => {
        await someTime(x);
        return [add(x, 1)];
      },
      { name: 'expand', replicas: 4 },
    );
    expect(await collect(pipeline((x: Future<number>) => expand(x)).run(upTo(20)))).toEqual(
      upTo(20).map((x) => [x + 1]),
    );
  });

  test('may call itself', async () => {
    const factorial: (n: number) => Future<number> = node(
      (n: number): Future<number> | number => (n <= 1 ? 1 : product(n, factorial(n - 1))),
      { name: 'factorial' },
    );
    const product = node((a: number, b: number) => a * b, { name: 'product' });
    const results = pipeline((n: Future<number>) => factorial(n as never)).run([1, 3, 5]);
    expect(await collect(results)).toEqual([1, 6, 120]);
  });

  test('fails with the path through the call that it returned', async () => {
    const fails = node(
      (x: number): number => {
        throw new RangeError(`no ${x}`);
      },
      { name: 'fails' },
    );
    const expand = node((x: number) => (x === 2 ? fails(x) : x), { name: 'expand' });
    const { all, error } = await collectUntilError(
      pipeline((x: Future<number>) => expand(x), { name: 'all' }).run(upTo(5)),
    );
    expect(all).toEqual([0, 1]);
    expect(error).toMatchObject({ item: 2, node: 'fails', path: ['all', 'expand', 'fails'] });
  });

  test('knows its call, before and after an await', async () => {
    const names: unknown[] = [];
    const asks = node((x: number) => (names.push(currentCall()?.name), x), { name: 'asks' });
    const asksLater = node(
      async (x: number) => {
        await turnOfLoop();
        names.push(currentCall()?.name);
        return x;
      },
      { name: 'asksLater' },
    );
    await collect(pipeline((x: Future<number>) => asksLater(asks(x))).run([1]));
    expect(names).toEqual(['asks', 'asksLater']);
    expect(currentCall()).toBeUndefined();
  });

  test.each([
    ['a number', (x: number): unknown => x],
    ['an object', (x: number): unknown => ({ x })],
    ['a promise', async (x: number): Promise<unknown> => Promise.resolve(x)],
  ])('that gives %s ends when its effects have', async (_, give) => {
    const written: number[] = [];
    const write = node(
      async (x: number) => {
        await turnOfLoop();
        written.push(x);
      },
      { name: 'write', effect: true },
    );
    const step = node(
      (x: number) => {
        write(x);
        return give(x);
      },
      { name: 'step' },
    );
    const run = pipeline((x: Future<number>) => step(x)).run([1, 2, 3]);
    let seen = 0;
    for await (const _ of run) expect(written.slice(0, (seen += 1))).toEqual([1, 2, 3].slice(0, seen));
    expect(seen).toBe(3);
  });

  test('fails with its effects', async () => {
    const write = node(
      async (x: number) => {
        await turnOfLoop();
        throw new RangeError(`no ${x}`);
      },
      { name: 'write', effect: true },
    );
    const step = node(
      (x: number) => {
        if (x === 1) write(x);
        return x;
      },
      { name: 'step' },
    );
    const { all, error } = await within(5000, collectUntilError(pipeline((x: Future<number>) => step(x)).run(upTo(3))));
    expect(all).toEqual([0]);
    expect(error).toMatchObject({ item: 1, node: 'write', path: ['pipeline', 'step', 'write'] });
  });
});

test('effects in the function of the pipeline happen for every item', async () => {
  const written: number[] = [];
  const write = node((x: number) => void written.push(x), { name: 'write', effect: true });
  const results = pipeline((x: Future<number>) => {
    write(double(x));
    return x;
  }).run(upTo(4));
  expect(await collect(results)).toEqual(upTo(4));
  expect(written).toEqual([0, 2, 4, 6]);
});

test('a pipeline of effects alone gives what it returns', async () => {
  const written: number[] = [];
  const write = node((x: number) => void written.push(x), { name: 'write', effect: true });
  const results = await collect(pipeline((x: Future<number>) => void write(x)).run(upTo(3)));
  expect(results).toEqual([undefined, undefined, undefined]);
  expect(written).toEqual([0, 1, 2]);
});

test('nodes with several outputs, and parts', async () => {
  const split = node((x: number): [number, number] => [x, -x], { name: 'split', outputs: 2 });
  const named = node((x: number) => ({ a: x, b: [x, x + 1] as const }), { name: 'named', outputs: ['a', 'b'] });
  const results = pipeline((x: Future<number>) => {
    const [plus, minus] = split(doubleLater(x));
    const { a, b } = named(plus);
    return [minus, a, b.at(1)] as const;
  }).run([1, 2]);
  expect(await collect(results)).toEqual([
    [-2, 2, 3],
    [-4, 4, 5],
  ]);
  const bad = node((x: number): [number, number] => [x] as never, { name: 'bad', outputs: 2 });
  const { error } = await collectUntilError(pipeline((x: Future<number>) => bad(x)[0]).run([1]));
  expect(error).toMatchObject({ code: 'DAG_OUTPUTS', item: 0, node: 'bad' });
});

test('methods, with their this', async () => {
  class Scaler {
    readonly by: number;

    constructor(by: number) {
      this.by = by;
    }

    @node()
    scale(x: number): number {
      return this.by * x;
    }

    @node()
    static negate(x: number): number {
      return -x;
    }
  }
  const statics = lazy(Scaler);
  const three = lazy(new Scaler(3));
  const results = pipeline((x: Future<number>) => statics.negate(three.scale(x))).run([1, 2]);
  expect(await collect(results)).toEqual([-3, -6]);
});

test('nodes with retries, a timeout and limited concurrency', async () => {
  const failed = new Set<number>();
  let active = 0;
  let most = 0;
  const flaky = node(
    async (x: number) => {
      active += 1;
      most = Math.max(most, active);
      await someTime(x);
      active -= 1;
      if (x % 3 === 0 && !failed.has(x)) {
        failed.add(x);
        throw new RangeError('not yet');
      }
      return x;
    },
    { name: 'flaky', retries: 1, timeout: 5000, concurrency: 2, replicas: 6 },
  );
  expect(await within(5000, collect(pipeline((x: Future<number>) => flaky(x)).run(upTo(30))))).toEqual(upTo(30));
  expect(failed.size).toBe(10);
  expect(most).toBe(2);
});
