import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Future } from '../../../src/index.js';
import { node } from '../../../src/index.js';
import { feedback, pipeline, stateful } from '../../../src/stream/index.js';
import { deferred, until, within } from '../../support/waiting.js';
import { batches, keeping } from './flows.js';
import { collect, someTime, thrown, upTo } from './streams.js';

const add = node((a: number, b: number) => a + b, { name: 'add' });
const addLater = node(
  async (a: number, b: number) => {
    await someTime(a);
    return a + b;
  },
  { name: 'addLater', replicas: 4 },
);
const sums = upTo(20).map((x) => (x * (x + 1)) / 2);

test.each([
  ['sync', add],
  ['async', addLater],
])('gives the value of the item before, over a step that is %s', async (_, plus) => {
  const sum = pipeline((x: Future<number>) => {
    const last = feedback(0);
    return last.from(plus(x, last));
  });
  expect(await within(5000, collect(sum.run(upTo(20))))).toEqual(sums);
  expect(await within(5000, collect(sum.run(upTo(20))))).toEqual(sums); // each run begins anew
});

test('is a delay line of an input, of one and two items', async () => {
  const delayed = pipeline((x: Future<number>) => {
    const last = feedback(-1);
    const beforeLast = feedback(-2);
    last.from(x);
    beforeLast.from(last);
    return [x, last, beforeLast] as const;
  });
  expect(await collect(delayed.run(upTo(4)))).toEqual([
    [0, -1, -2],
    [1, 0, -1],
    [2, 1, 0],
    [3, 2, 1],
  ]);
});

test('a delay line does not wait for the steps of the item before', async () => {
  const gates = new Map<number, () => void>();
  const wait = node(
    async (x: number, last: number) => {
      const gate = deferred();
      gates.set(x, gate.resolve);
      await gate.promise;
      return [x, last];
    },
    { name: 'wait', replicas: 8 },
  );
  const run = pipeline((x: Future<number>) => {
    const last = feedback(-1);
    last.from(x);
    return wait(x, last);
  }).run(upTo(3));
  const results = collect(run);
  await until(() => gates.size === 3);
  for (const open of gates.values()) open();
  expect(await within(5000, results)).toEqual([
    [0, -1],
    [1, 0],
    [2, 1],
  ]);
});

test('a result that shows what is fed back waits for it', async () => {
  const results = pipeline((x: Future<number>) => {
    const last = feedback(-1);
    last.from(addLater(x, 0));
    return [x, last] as const;
  }).run(upTo(20));
  expect(await within(5000, collect(results))).toEqual(upTo(20).map((x) => [x, x - 1]));
});

test('steps behind a loop do not hold it up', async () => {
  const gates: (() => void)[] = [];
  const wait = node(
    async (x: number) => {
      const gate = deferred();
      gates.push(gate.resolve);
      await gate.promise;
      return x;
    },
    { name: 'wait', replicas: 8 },
  );
  const run = pipeline((x: Future<number>) => {
    const last = feedback(0);
    return wait(last.from(add(x, last)));
  }).run(upTo(5));
  const results = collect(run);
  await until(() => gates.length === 5);
  for (const open of gates.reverse()) open();
  expect(await within(5000, results)).toEqual(sums.slice(0, 5));
});

test('two feedbacks of one pipeline go side by side, and through one another', async () => {
  const results = pipeline((x: Future<number>) => {
    const a = feedback(0);
    const b = feedback(1);
    // Fibonacci, and the sum of the input over a step that takes its time.
    const next = b.from(add(a, b));
    a.from(b);
    const sum = feedback(0);
    return [next, sum.from(addLater(x, sum))] as const;
  }).run(upTo(8));
  expect(await within(5000, collect(results))).toEqual([1, 2, 3, 5, 8, 13, 21, 34].map((fib, at) => [fib, sums[at]]));
});

test('goes through a transform', async () => {
  const sum = stateful<[], { sum: number }, readonly number[], number>(
    { init: () => ({ sum: 0 }), step: (state, [x = 0, y = 0]) => (state.sum += x + y) },
    { name: 'sum' },
  );
  const results = pipeline((x: Future<number>) => {
    const last = feedback(0);
    return last.from(sum()(x, last));
  }).run([1, 0, 0, 0]);
  expect(await collect(results)).toEqual([1, 2, 4, 8]);
});

test('lives at the rate behind a flow', async () => {
  const results = pipeline((x: Future<number>) => {
    const even = keeping((y) => y % 2 === 0)(x);
    const last = feedback(0);
    return last.from(addLater(even, last));
  }).run(upTo(10));
  expect(await within(5000, collect(results))).toEqual([0, 2, 6, 12, 20]);
});

test('any value may be the first, undefined and objects as well', async () => {
  const first = { none: true };
  for (const initial of [undefined, null, first]) {
    const results = pipeline((x: Future<number>) => {
      const last = feedback<unknown>(initial);
      last.from(x);
      return [last, x];
    }).run([1, 2]);
    expect(await collect(results)).toEqual([
      [initial, 1],
      [1, 2],
    ]);
  }
});

test('random loops over steps of both kinds give what direct evaluation gives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 25 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 8 }),
      async (items, kinds, inFlight) => {
        const loops = pipeline(
          (x: Future<number>) => {
            let at = x;
            for (const later of kinds) {
              const last = feedback(1);
              at = last.from((later ? addLater : add)(at, last));
            }
            return at;
          },
          { inFlight },
        );
        const states = kinds.map(() => 1);
        const expected = items.map((item) => states.reduce((sum, state, index) => (states[index] = sum + state), item));
        expect(await within(5000, collect(loops.run(items)))).toEqual(expected);
      },
    ),
    { numRuns: 40 },
  );
});

describe('DAG_FEEDBACK', () => {
  test('is told of a feedback that was not connected', () => {
    thrown('DAG_FEEDBACK', () => pipeline((x: Future<number>) => add(x, feedback(0))));
  });

  test('is told of a feedback that was connected twice', () => {
    thrown('DAG_FEEDBACK', () =>
      pipeline((x: Future<number>) => {
        const last = feedback(0);
        last.from(x);
        return last.from(add(x, last));
      }),
    );
  });

  test('is told of a feedback at another rate', () => {
    thrown('DAG_FEEDBACK', () =>
      pipeline((x: Future<number>) => {
        const last = feedback(0);
        return last.from(keeping((y) => y > 0)(add(x, last)));
      }),
    );
    thrown('DAG_FEEDBACK', () =>
      pipeline((x: Future<number>) => {
        const last = feedback<number[]>([]);
        const sum = node((y: number, list: number[]) => y + list.length, { name: 'sum' });
        return last.from(batches(2)(sum(x, last)));
      }),
    );
  });

  test('is told of a result that shows one at another rate', () => {
    thrown('DAG_FEEDBACK', () =>
      pipeline((x: Future<number>) => {
        const last = feedback(0);
        last.from(x);
        return [keeping((y) => y > 0)(x), last] as const;
      }),
    );
  });

  test('is told of something else than a Future', () => {
    thrown('DAG_FEEDBACK', () =>
      pipeline((x: Future<number>) => {
        const last = feedback(0);
        last.from(5 as never);
        return add(x, last);
      }),
    );
  });
});

test('a loop without a feedback is told with its path', () => {
  const list = node((values: readonly number[]) => values.length, { name: 'list' });
  const error = thrown('DAG_CYCLE', () =>
    pipeline((x: Future<number>) => {
      const values: Future<number>[] = [x];
      const length = list(values);
      values.push(add(length, 1));
      return length;
    }),
  );
  expect(error.message).toContain('list → add → list');
});

test('a feedback outside of a pipeline has no value', async () => {
  await expect(add(1, feedback(0)).resolve()).rejects.toMatchObject({ cause: { code: 'DAG_PIPELINE' } });
});
