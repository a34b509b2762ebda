import { describe, expect, test } from '@jest/globals';
import type { Future } from '../../../src/index.js';
import { node } from '../../../src/index.js';
import { pipeline, stateful } from '../../../src/stream/index.js';
import { deferred, turnOfLoop, until, within } from '../../support/waiting.js';
import { keeping, many } from './flows.js';
import { collect, someTime, thrown, upTo } from './streams.js';

const slowly = node(
  async (x: number) => {
    await someTime(x);
    return x;
  },
  { name: 'slowly', replicas: 5 },
);

/** A node whose bodies end when the test says so. */
function gated(replicas?: number) {
  const gates = new Map<number, () => void>();
  let most = 0;
  const wait = node(
    async (x: number) => {
      const gate = deferred();
      gates.set(x, gate.resolve);
      most = Math.max(most, gates.size);
      await gate.promise;
      gates.delete(x);
      return x;
    },
    { name: 'wait', ...(replicas === undefined ? {} : { replicas }) },
  );
  return {
    wait,
    gates,
    get most() {
      return most;
    },
    open: (x: number) => {
      gates.get(x)?.();
    },
  };
}

describe('a step with several replicas', () => {
  test('gives results in the order of the items', async () => {
    expect(await collect(pipeline((x: Future<number>) => slowly(x)).run(upTo(200)))).toEqual(upTo(200));
  });

  test('works on so many items at once, and no more', async () => {
    const { wait, gates, open } = gated(3);
    const results = collect(pipeline((x: Future<number>) => wait(x)).run(upTo(6)));
    await until(() => gates.size === 3);
    await turnOfLoop();
    expect([...gates.keys()]).toEqual([0, 1, 2]);
    open(2);
    await until(() => gates.has(3));
    expect([...gates.keys()]).toEqual([0, 1, 3]);
    for (let x = 0; x < 6; x += 1) {
      await until(() => x === 2 || gates.has(x));
      open(x);
    }
    expect(await within(5000, results)).toEqual(upTo(6));
  });

  test('yields them as they are ready without `ordered`', async () => {
    const { wait, gates, open } = gated(4);
    const run = pipeline((x: Future<number>) => wait(x), { ordered: false }).run(upTo(4));
    const first = run.next();
    await until(() => gates.size === 4);
    open(2);
    expect(await first).toEqual({ done: false, value: 2 });
    open(3);
    expect(await run.next()).toEqual({ done: false, value: 3 });
    open(1);
    open(0);
    expect((await collect(run)).sort()).toEqual([0, 1]);
  });

  test('every item comes once without `ordered`, and ordered steps still take them in order', async () => {
    const seen: number[] = [];
    const watch = stateful<[], null, number, number>(
      {
        init: () => null,
        step: (_, x) => {
          seen.push(x);
          return x;
        },
      },
      { name: 'watch' },
    );
    const results = await collect(
      pipeline((x: Future<number>) => slowly(watch()(slowly(x))), { ordered: false }).run(upTo(150)),
    );
    expect(results.sort((a, b) => a - b)).toEqual(upTo(150));
    expect(seen).toEqual(upTo(150));
  });
});

describe('scale()', () => {
  test('lets items begin that wait, at once', async () => {
    const { wait, gates, open } = gated();
    const run = pipeline((x: Future<number>) => wait(x), { inFlight: 8 }).run(upTo(8));
    const results = collect(run);
    await until(() => gates.size === 1 && run.stats().live === 8);
    run.scale('wait', 4);
    await until(() => gates.size === 4);
    run.scale('wait', 1);
    for (const x of [3, 2, 1]) open(x);
    await until(() => gates.size === 1);
    await turnOfLoop();
    expect([...gates.keys()]).toEqual([0]);
    run.scale('wait', 8);
    await until(() => gates.size === 5);
    for (const x of [7, 6, 5, 4, 0]) open(x);
    expect(await within(5000, results)).toEqual(upTo(8));
  });

  test('loses and reorders nothing, up and down', async () => {
    const run = pipeline((x: Future<number>) => slowly(slowly(x))).run(upTo(300));
    const results: number[] = [];
    for await (const result of run) {
      results.push(result);
      run.scale('slowly', 1 + (result % 7));
      run.scale('slowly 2', 1 + ((result * 3) % 5));
    }
    expect(results).toEqual(upTo(300));
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity])('refuses %p replicas', (replicas) => {
    const run = pipeline((x: Future<number>) => slowly(x)).run(upTo(3));
    expect(
      thrown('DAG_REPLICAS', () => {
        run.scale('slowly', replicas);
      }).message,
    ).toContain('slowly');
  });

  test('refuses names that no step has, and says which there are', () => {
    const run = pipeline((x: Future<number>) => slowly(x)).run(upTo(3));
    expect(
      thrown('DAG_REPLICAS', () => {
        run.scale('other', 2);
      }).message,
    ).toContain('slowly');
  });

  test('refuses several replicas of a step with one state', () => {
    const sums = stateful<[], { sum: number }, number, number>(
      { init: () => ({ sum: 0 }), step: (state, x) => (state.sum += x) },
      { name: 'sums' },
    );
    const run = pipeline((x: Future<number>) => sums()(x)).run(upTo(3));
    thrown('DAG_REPLICAS', () => {
      run.scale('sums', 2);
    });
    run.scale('sums', 1);
    thrown('DAG_REPLICAS', () => pipeline((x: Future<number>) => sums().with({ replicas: 2 })(x)));
  });
});

describe('flows', () => {
  test('keep the order of what they give', async () => {
    const results = pipeline((x: Future<number>) => slowly(keeping((y) => y % 3 === 0)(slowly(x)))).run(upTo(90));
    expect(await within(5000, collect(results))).toEqual(upTo(30).map((x) => 3 * x));
  });

  test('what comes behind sees the values above, also those that come later than the flow', async () => {
    const pair = node((a: number, b: number) => [a, b], { name: 'pair' });
    const results = pipeline((x: Future<number>) => pair(keeping((y) => y % 2 === 1)(x), slowly(x))).run(upTo(20));
    expect(await within(5000, collect(results))).toEqual(upTo(10).map((x) => [2 * x + 1, 2 * x + 1]));
  });

  test('the result may put them together with values above, too', async () => {
    const plus = node((x: number) => x + 1, { name: 'plus' });
    const spread = pipeline((x: Future<number>) => [many((y) => [y, y])(x), plus(x)] as const);
    expect(await within(5000, collect(spread.run(upTo(2))))).toEqual([
      [0, 1],
      [0, 1],
      [1, 2],
      [1, 2],
    ]);
    const later = pipeline((x: Future<number>) => [many((y) => [y, y])(x), slowly(x)] as const);
    expect(await within(5000, collect(later.run(upTo(2))))).toEqual([
      [0, 0],
      [0, 0],
      [1, 1],
      [1, 1],
    ]);
  });

  test('give results from asynchronous iterables, too', async () => {
    const spread = many(async function* (x) {
      yield x;
      await someTime(x);
      yield -x;
    });
    const results = pipeline((x: Future<number>) => slowly(spread(x))).run(upTo(20));
    expect(await within(5000, collect(results))).toEqual(upTo(20).flatMap((x) => [x, -x]));
  });

  test('one without an end gives as many as are wanted', async () => {
    let given = 0;
    let ended = 0;
    const endless = many(function* () {
      try {
        for (;;) yield (given += 1);
      } finally {
        ended += 1;
      }
    });
    const run = pipeline((x: Future<number>) => endless(x), { inFlight: 4 }).run([0]);
    const seen: number[] = [];
    for await (const result of run) {
      seen.push(result);
      if (result === 10) break;
    }
    expect(seen).toEqual(upTo(10).map((x) => x + 1));
    expect(given).toBeLessThanOrEqual(14);
    expect(ended).toBe(1);
  });
});
