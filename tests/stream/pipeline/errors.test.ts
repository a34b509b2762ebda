import { describe, expect, test } from '@jest/globals';
import { node } from '../../../src/index.js';
import { feedback, ItemError, pipeline, stateful } from '../../../src/stream/index.js';
import type { Future } from '../../../src/index.js';
import { within } from '../../support/waiting.js';
import { batches, keeping, many } from './flows.js';
import { collect, collectUntilError, someTime, upTo, withCode } from './streams.js';

const double = node((x: number) => 2 * x, { name: 'double' });
const failsAt = (bad: (x: number) => boolean) =>
  node(
    (x: number) => {
      if (bad(x)) throw new RangeError(`no ${x}`);
      return x;
    },
    { name: 'picky' },
  );
const failsLaterAt = (bad: (x: number) => boolean) =>
  node(
    async (x: number) => {
      await someTime(x);
      if (bad(x)) throw new RangeError(`no ${x}`);
      return x;
    },
    { name: 'picky', replicas: 4 },
  );
const running = stateful<[], { sum: number }, number, number>(
  { init: () => ({ sum: 0 }), step: (state, x) => (state.sum += x) },
  { name: 'sums' },
);

describe.each([
  ['sync', failsAt],
  ['async', failsLaterAt],
])('an item fails in a step that is %s', (_, failing) => {
  test('all items before it are delivered, then its error', async () => {
    const picky = failing((x) => x === 5);
    const run = pipeline((x: Future<number>) => double(picky(x)), { name: 'doubling' }).run(upTo(20));
    const { all, error } = await within(5000, collectUntilError(run));
    expect(all).toEqual([0, 2, 4, 6, 8]);
    expect(error).toBeInstanceOf(ItemError);
    expect(error).toMatchObject({
      code: 'DAG_NODE_FAILED',
      item: 5,
      node: 'picky',
      path: ['doubling', 'picky'],
      args: '(5)',
      cause: new RangeError('no 5'),
    });
  });

  test('after the error nothing else comes', async () => {
    const picky = failing((x) => x === 2);
    const run = pipeline((x: Future<number>) => picky(x)).run(upTo(20));
    await collectUntilError(run);
    expect(await run.next()).toEqual({ done: true, value: undefined });
    expect(await run.next()).toEqual({ done: true, value: undefined });
  });

  test('of several that fail the first in order is told', async () => {
    const picky = failing((x) => x % 3 === 2);
    const { all, error } = await collectUntilError(pipeline((x: Future<number>) => picky(x)).run(upTo(20)));
    expect(all).toEqual([0, 1]);
    expect(error).toMatchObject({ item: 2 });
  });

  test("'skip' goes on without it", async () => {
    const picky = failing((x) => x % 3 === 2);
    const results = pipeline((x: Future<number>) => double(picky(x)), { onError: 'skip' }).run(upTo(9));
    expect(await collect(results)).toEqual([0, 2, 6, 8, 12, 14]);
  });

  test('a function decides for each; undefined is to skip', async () => {
    const picky = failing((x) => x === 1 || x === 3 || x === 6);
    const seen: number[] = [];
    const run = pipeline((x: Future<number>) => picky(x), { inFlight: 1 }).run(upTo(9), {
      onError: (error, item) => {
        seen.push(item);
        expect(error.item).toBe(item);
        if (item === 1) return undefined;
        return item === 3 ? 'skip' : 'stop';
      },
    });
    const { all, error } = await collectUntilError(run);
    expect(all).toEqual([0, 2, 4, 5]);
    expect(error).toMatchObject({ item: 6 });
    expect(seen).toEqual([1, 3, 6]);
  });

  test('what a function throws ends the run, in place of the error', async () => {
    const picky = failing((x) => x === 3);
    const run = pipeline((x: Future<number>) => picky(x)).run(upTo(9), {
      onError: () => {
        throw new SyntaxError('of the policy');
      },
    });
    const { all, error } = await within(5000, collectUntilError(run));
    expect(all).toEqual([0, 1, 2]);
    expect(error).toEqual(new SyntaxError('of the policy'));
  });

  test('a function that gives something else ends the run', async () => {
    const picky = failing((x) => x === 3);
    const run = pipeline((x: Future<number>) => picky(x)).run(upTo(9), {
      onError: (() => Promise.resolve('skip')) as never,
    });
    const { all, error } = await within(5000, collectUntilError(run));
    expect(all).toEqual([0, 1, 2]);
    withCode('DAG_OPTION', error);
  });

  test('behind a flow the error keeps its place', async () => {
    const picky = failing((x) => x === 12);
    const run = pipeline((x: Future<number>) => picky(keeping((y) => y % 2 === 0)(x))).run(upTo(30));
    const { all, error } = await within(5000, collectUntilError(run));
    expect(all).toEqual([0, 2, 4, 6, 8, 10]);
    expect(error).toMatchObject({ item: 12, node: 'picky' });
  });

  test('before a flow the error keeps its place, too', async () => {
    const picky = failing((x) => x === 11);
    const run = pipeline((x: Future<number>) => double(keeping((y) => y % 2 === 0)(picky(x)))).run(upTo(30));
    const { all, error } = await within(5000, collectUntilError(run));
    expect(all).toEqual([0, 4, 8, 12, 16, 20]);
    expect(error).toMatchObject({ item: 11, node: 'picky' });
  });

  test('before two flows as well', async () => {
    const picky = failing((x) => x === 5);
    const run = pipeline((x: Future<number>) => many((y) => [y, 10 * y])(keeping((y) => y % 2 === 1)(picky(x)))).run(
      upTo(30),
    );
    const { all, error } = await within(5000, collectUntilError(run));
    expect(all).toEqual([1, 10, 3, 30]);
    expect(error).toMatchObject({ item: 5 });
  });

  test('skipped before a flow, an item is not seen by it', async () => {
    const picky = failing((x) => x % 4 === 1);
    const run = pipeline((x: Future<number>) => batches(3)(picky(x)), { onError: 'skip' }).run(upTo(10));
    expect(await within(5000, collect(run))).toEqual([[0, 2, 3], [4, 6, 7], [8]]);
  });

  test('whole batches before the failed item are delivered, what a flow holds is not', async () => {
    const picky = failing((x) => x === 7);
    const run = pipeline((x: Future<number>) => batches(3)(picky(x))).run(upTo(30));
    const { all, error } = await within(5000, collectUntilError(run));
    expect(all).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(error).toMatchObject({ item: 7 });
  });

  test('on a side that leads to no result, the error comes all the same', async () => {
    const picky = failing((x) => x === 4);
    const effect = picky.with({ effect: true });
    const run = pipeline((x: Future<number>) => {
      effect(keeping(() => true)(x));
      return double(x);
    }).run(upTo(30));
    const { error } = await within(5000, collectUntilError(run));
    expect(error).toMatchObject({ item: 4 });
  });
});

test('a flow that throws ends the run with its error', async () => {
  const run = pipeline((x: Future<number>) =>
    double(
      keeping((y) => {
        if (y === 4) throw new RangeError('no 4');
        return y % 2 === 0;
      })(x),
    ),
  ).run(upTo(30));
  const { all, error } = await within(5000, collectUntilError(run));
  expect(all).toEqual([0, 4]);
  expect(error).toMatchObject({ item: 4, node: 'keeping', cause: new RangeError('no 4') });
});

test('a flow whose results throw midway delivers those before', async () => {
  const run = pipeline((x: Future<number>) =>
    double(
      many(function* (y) {
        yield y;
        if (y === 2) throw new RangeError('no 2');
        yield y + 10;
      })(x),
    ),
  ).run(upTo(30));
  const { all, error } = await within(5000, collectUntilError(run));
  expect(all).toEqual([0, 20, 2, 22, 4]);
  expect(error).toMatchObject({ item: 2, node: 'many' });
});

test('a flow whose results are no iterable is at fault', async () => {
  const run = pipeline((x: Future<number>) => double(many(() => 5 as never)(x))).run(upTo(3));
  const { all, error } = await within(5000, collectUntilError(run));
  expect(all).toEqual([]);
  expect(error).toMatchObject({ item: 0, node: 'many' });
});

test('a skipped item resets only the transform that threw', async () => {
  const picky = stateful<[], { sum: number }, number, number>(
    {
      init: () => ({ sum: 0 }),
      step: (state, x) => {
        if (x === 3) throw new RangeError('no 3');
        return (state.sum += x);
      },
    },
    { name: 'picky' },
  );
  const results = pipeline((x: Future<number>) => [running()(x), picky()(x)] as const, { onError: 'skip' }).run(
    upTo(6),
  );
  expect(await collect(results)).toEqual([
    [0, 0],
    [1, 1],
    [3, 3],
    [10, 4],
    [15, 9],
  ]);
});

test('a generator that threw is begun anew for the next item', async () => {
  const picky = stateful(
    function* (): Generator<number, void, number> {
      let sum = 0;
      for (;;) {
        const x = yield sum;
        if (x === 3) throw new RangeError('no 3');
        sum += x;
      }
    },
    { name: 'picky' },
  );
  const results = pipeline((x: Future<number>) => picky()(x), { onError: 'skip' }).run(upTo(6));
  expect(await collect(results)).toEqual([0, 1, 3, 4, 9]);
});

test('an item that failed behind the value of a feedback has changed it, one that failed before has not', async () => {
  const add = node((a: number, b: number) => a + b, { name: 'add' });
  const before = failsAt((x) => x === 2);
  const after = failsAt((x) => x === 1 + 3 + 4 + 5);
  const results = pipeline(
    (x: Future<number>) => {
      const last = feedback(0);
      return after(last.from(add(before(x), last)));
    },
    { onError: 'skip' },
  ).run(upTo(8));
  expect(await collect(results)).toEqual([0, 1, 4, 8, 19, 26]);
});

test('a failed item of an async loop does the same', async () => {
  const add = node(
    async (a: number, b: number) => {
      await someTime(a);
      return a + b;
    },
    { name: 'add' },
  );
  const before = failsLaterAt((x) => x === 2);
  const after = failsLaterAt((x) => x === 1 + 3 + 4 + 5);
  const results = pipeline(
    (x: Future<number>) => {
      const last = feedback(0);
      return after(last.from(add(before(x), last)));
    },
    { onError: 'skip' },
  ).run(upTo(8));
  expect(await within(5000, collect(results))).toEqual([0, 1, 4, 8, 19, 26]);
});

test('a node that is tried again fails with its own code and attempts', async () => {
  let attempts = 0;
  const flaky = node(
    (x: number) => {
      if (x !== 2) return x;
      attempts += 1;
      throw new RangeError('no 2');
    },
    { name: 'flaky', retries: 2 },
  );
  const { all, error } = await within(
    5000,
    collectUntilError(pipeline((x: Future<number>) => flaky(x), { name: 'all' }).run(upTo(5))),
  );
  expect(all).toEqual([0, 1]);
  expect(attempts).toBe(3);
  expect(error).toMatchObject({ code: 'DAG_NODE_FAILED', item: 2, node: 'flaky', path: ['all', 'flaky'] });
});

test('a node that takes too long fails with DAG_CALL_TIMEOUT', async () => {
  const slow = node((x: number) => (x === 2 ? new Promise<number>(() => undefined) : Promise.resolve(x)), {
    name: 'slow',
    timeout: 20,
    replicas: 3,
  });
  const { all, error } = await within(5000, collectUntilError(pipeline((x: Future<number>) => slow(x)).run(upTo(9))));
  expect(all).toEqual([0, 1]);
  expect(withCode('DAG_CALL_TIMEOUT', error)).toMatchObject({ item: 2, node: 'slow' });
});

test('without order an error comes when all items before it have', async () => {
  const picky = failsLaterAt((x) => x === 7);
  const { all, error } = await collectUntilError(
    pipeline((x: Future<number>) => picky(x), { ordered: false }).run(upTo(40)),
  );
  expect(error).toMatchObject({ item: 7 });
  expect(all).toEqual(expect.arrayContaining(upTo(7)));
  expect(new Set(all).size).toBe(all.length);
});

describe('a result that throws when it is looked at', () => {
  const getter = (): object => ({
    get x(): never {
      throw new RangeError('getter');
    },
  });
  const thenGetter = (): object => ({
    get then(): never {
      throw new RangeError('getter');
    },
  });
  const cases: [string, () => unknown][] = [
    ['a getter', getter],
    ['a getter behind a promise', () => Promise.resolve(getter())],
    ['a getter of then', thenGetter],
    ['a getter in a list behind a promise', () => Promise.resolve([getter()])],
  ];

  test.each(cases)('fails its step: %s', async (_, give) => {
    const gives = node((x: number) => (x === 2 ? give() : x), { name: 'gives' });
    const { all, error } = await within(
      5000,
      collectUntilError(pipeline((x: Future<number>) => gives(x)).run(upTo(4))),
    );
    expect(all).toEqual([0, 1]);
    expect(error).toMatchObject({ code: 'DAG_NODE_FAILED', item: 2, cause: { message: 'getter' } });
  });

  test.each(cases)('can be skipped: %s', async (_, give) => {
    const gives = node((x: number) => (x === 2 ? give() : x), { name: 'gives', replicas: 2 });
    const behind = node(async (x: unknown) => Promise.resolve(x), { name: 'behind' });
    const run = pipeline((x: Future<number>) => behind(gives(double(x)))).run(upTo(4), { onError: 'skip' });
    expect(await within(5000, collect(run))).toEqual([0, 4, 6]);
  });
});
