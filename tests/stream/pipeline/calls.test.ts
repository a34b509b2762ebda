import { describe, expect, test } from '@jest/globals';
import type { Future } from '../../../src/index.js';
import { node } from '../../../src/index.js';
import { ItemError, pipeline, source, stateful } from '../../../src/stream/index.js';
import { deferred, rejection, turnOfLoop, until, within } from '../../support/waiting.js';
import { keeping } from './flows.js';
import { collect, Counted, rejected, someTime, upTo } from './streams.js';

const double = node((x: number) => 2 * x, { name: 'double' });
const doubleLater = node(
  async (x: number) => {
    await someTime(x);
    if (x === 13) throw new RangeError('no 13');
    return 2 * x;
  },
  { name: 'doubleLater', replicas: 4 },
);
const sums = stateful<[], { sum: number }, number, number>(
  { init: () => ({ sum: 0 }), step: (state, x) => (state.sum += x) },
  { name: 'sums' },
);

describe('call()', () => {
  test('gives the result of its own item, also of several at once', async () => {
    await using run = pipeline((x: Future<number>) => doubleLater(x), { inFlight: 3 }).run();
    const results = await within(5000, Promise.all(upTo(12).map((x) => run.call(x))));
    expect(results).toEqual(upTo(12).map((x) => 2 * x));
  });

  test('takes several inputs, and any values', async () => {
    const pair = node((a: unknown, b: unknown) => [a, b], { name: 'pair' });
    await using run = pipeline((a: Future, b: Future) => pair(a, b)).run();
    expect(await run.call(null, undefined)).toEqual([null, undefined]);
    await rejected('DAG_PIPELINE', (run.call as (...inputs: unknown[]) => Promise<unknown>).call(run, 1));
  });

  test('keeps the states from one to the next, in the order of the calls', async () => {
    await using run = pipeline((x: Future<number>) => sums()(x)).run();
    expect(await Promise.all([1, 2, 3].map((x) => run.call(x)))).toEqual([1, 3, 6]);
  });

  test('goes between the items of a source, which the loop alone gets', async () => {
    const run = pipeline((x: Future<number>) => doubleLater(x)).run(upTo(30).filter((x) => x !== 13));
    const called: Promise<number>[] = [];
    const results: number[] = [];
    for await (const result of run) {
      results.push(result);
      if (called.length < 5) called.push(run.call(100 + called.length));
    }
    expect(results).toEqual(
      upTo(30)
        .filter((x) => x !== 13)
        .map((x) => 2 * x),
    );
    expect(await Promise.all(called)).toEqual([200, 202, 204, 206, 208]);
  });

  test('can be waited for in the loop, however little room there is', async () => {
    for (const inFlight of [1, 2, 4]) {
      const run = pipeline((x: Future<number>) => doubleLater(x), { inFlight }).run(upTo(8));
      const results: number[] = [];
      for await (const result of run) {
        results.push(result);
        await turnOfLoop();
        if (result < 6) expect(await within(2000, run.call(50))).toBe(100);
      }
      expect(results).toEqual(upTo(8).map((x) => 2 * x));
    }
  });

  test('fails for its caller only', async () => {
    await using run = pipeline((x: Future<number>) => doubleLater(x)).run(upTo(5));
    const error = await rejection(run.call(13));
    expect(error).toBeInstanceOf(ItemError);
    expect(error).toMatchObject({ node: 'doubleLater', cause: new RangeError('no 13') });
    expect(await run.call(4)).toBe(8);
    expect(await collect(run)).toEqual([0, 2, 4, 6, 8]);
  });

  test('waits for its turn when there is no room, and ends before the run does', async () => {
    const gates: (() => void)[] = [];
    const wait = node(
      async (x: number) => {
        const gate = deferred();
        gates.push(gate.resolve);
        await gate.promise;
        return x;
      },
      { name: 'wait' },
    );
    const items = new Counted(1);
    const run = pipeline((x: Future<number>) => wait(x), { inFlight: 1 }).run(items);
    const results = collect(run);
    await until(() => gates.length === 1);
    const called = [run.call(7), run.call(8)];
    for (const count of [1, 2, 3]) {
      await until(() => gates.length === count);
      gates[count - 1]?.();
    }
    expect(await within(5000, Promise.all(called))).toEqual([7, 8]);
    expect(await within(5000, results)).toEqual([0]);
  });

  test('is refused where items do not have one result each, or come from inside', async () => {
    await using flowing = pipeline((x: Future<number>) => keeping(() => true)(x)).run();
    await rejected('DAG_PIPELINE', flowing.call(1));
    const ticks = source(() => 1, { name: 'ticks' });
    await using inner = pipeline(() => double(ticks())).run();
    await rejected('DAG_PIPELINE', inner.call());
  });

  test('rejects with DAG_PIPELINE_OVER when the run ends before, and afterwards', async () => {
    const never = node((x: number) => new Promise<number>(() => x), { name: 'never' });
    const run = pipeline((x: Future<number>) => never(x), { inFlight: 2 }).run();
    const calls = [1, 2, 3, 4].map((x) => rejected('DAG_PIPELINE_OVER', run.call(x)));
    await turnOfLoop();
    await run.close();
    await Promise.all(calls);
    await rejected('DAG_PIPELINE_OVER', run.call(5));
  });

  test('rejects when the run is closed before it has begun', async () => {
    const run = pipeline((x: Future<number>) => double(x)).run();
    const called = rejected('DAG_PIPELINE_OVER', run.call(1));
    await run.close();
    await called;
  });
});

describe('pull()', () => {
  test('gives one result after the other, and says when there is none', async () => {
    const run = pipeline((x: Future<number>) => double(x)).run([1, 2]);
    expect(await run.pull()).toBe(2);
    expect(await run.pull()).toBe(4);
    await rejected('DAG_PIPELINE_OVER', run.pull());
    await rejected('DAG_PIPELINE_OVER', run.pull());
  });

  test('several at once come in order', async () => {
    await using run = pipeline((x: Future<number>) => doubleLater(x)).run(upTo(10));
    expect(await Promise.all(upTo(6).map(() => run.pull()))).toEqual(upTo(6).map((x) => 2 * x));
  });
});

test('a closed run has no state and no results', async () => {
  const run = pipeline((x: Future<number>) => double(x)).run([1, 2]);
  await run.close();
  expect(await run.next()).toEqual({ done: true, value: undefined });
  await rejected('DAG_PIPELINE_OVER', run.pull());
  await rejected('DAG_PIPELINE_OVER', run.snapshot());
});

describe('stats()', () => {
  test('counts what was done', async () => {
    const run = pipeline((x: Future<number>) => sums()(double(x))).run(upTo(50));
    await collect(run);
    const stats = run.stats();
    expect(stats).toMatchObject({ items: 50, live: 0, ready: 0 });
    expect(stats.steps.map(({ name, count, active, replicas }) => [name, count, active, replicas])).toEqual([
      ['double', 50, 0, 1],
      ['sums', 50, 0, 1],
    ]);
  });

  test('stand still when the run is over', async () => {
    const run = pipeline((x: Future<number>) => double(x)).run(upTo(50));
    await collect(run);
    const { rate } = run.stats();
    await new Promise((resume) => setTimeout(resume, 5));
    expect(run.stats().rate).toBe(rate);
    const closed = pipeline((x: Future<number>) => double(x)).run(upTo(50));
    await closed.pull();
    await closed.close();
    const before = closed.stats().rate;
    await new Promise((resume) => setTimeout(resume, 5));
    expect(closed.stats().rate).toBe(before);
  });
});

test('progress tells how many results the consumer has got', async () => {
  const told: unknown[] = [];
  const run = pipeline((x: Future<number>) => doubleLater(x)).run(upTo(9), {
    total: 9,
    progress: ({ results, total }) => told.push([results, total]),
  });
  await collect(run);
  expect(told.at(-1)).toEqual([9, 9]);
});
