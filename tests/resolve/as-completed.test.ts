import { afterEach, describe, expect, it } from '@jest/globals';
import { asCompleted, type Future, node, NodeError, resolve } from '../../src/index.js';
import { resolver } from '../../src/resolve/resolve.js';
import { Gauge } from '../support/gauge.js';
import { Recorder } from '../support/recorder.js';
import { rejection, turnOfLoop, until } from '../support/waiting.js';

const add = node((a: number, b: number) => a + b, { name: 'add' });
const boom = new Error('boom');
const fails = node(
  (_?: number): number => {
    throw boom;
  },
  { name: 'fails' },
);

/** Collects a loop over asCompleted. */
async function collect<T>(loop: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of loop) found.push(each);
  return found;
}

afterEach(async () => {
  await turnOfLoop();
  expect(resolver.active).toBe(0);
});

describe('asCompleted', () => {
  it('yields index and value in the order in which they finish', async () => {
    const { work } = new Gauge();
    const futures = [5, 1, 3].map((turns) => work(turns, turns));
    expect(await collect(asCompleted(futures))).toEqual([
      [1, 1],
      [2, 3],
      [0, 5],
    ]);
  });

  it('yields while others still run', async () => {
    const gauge = new Gauge();
    const futures = [gauge.work(1, 1), gauge.work(2, 50)];
    for await (const [index] of asCompleted(futures)) {
      if (index === 0) expect(futures[1]?.state).toBe('running');
    }
  });

  it('takes any iterable, and each position of a Future given several times', async () => {
    const once = add(1, 2);
    const found = await collect(asCompleted(new Set([once, add(3, 4)])));
    expect(found.sort()).toEqual([
      [0, 3],
      [1, 7],
    ]);
    expect((await collect(asCompleted([once, once, once]))).sort()).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
    expect(await collect(asCompleted([]))).toEqual([]);
  });

  it('yields values that are there already', async () => {
    const done = add(1, 2);
    await done.resolve();
    expect((await collect(asCompleted([done, add(done, 1)]))).sort()).toEqual([
      [0, 3],
      [1, 4],
    ]);
    expect(done.state).toBe('done');
  });

  it('hands values over: the library drops them, unless they persist', async () => {
    const given = add(1, 2);
    const kept = add(3, 4).persist();
    const states: string[] = [];
    for await (const [index] of asCompleted([given, kept])) states[index] = index === 0 ? given.state : kept.state;
    expect(states).toEqual(['released', 'done']);
    expect(given.state).toBe('released');
    expect(await kept.resolve()).toBe(7);
  });

  it('drops each value when it is yielded, not at the end', async () => {
    const gauge = new Gauge();
    const recorder = new Recorder();
    const futures = [gauge.work(1, 1), gauge.work(2, 30)];
    for await (const [index] of asCompleted(futures, { onEvent: recorder.listen })) {
      if (index === 0) expect(futures.map(({ state }) => state)).toEqual(['released', 'running']);
    }
    expect(recorder.lines('released')).toHaveLength(2);
  });

  it('keeps a value that other calls need until these have run', async () => {
    const gauge = new Gauge();
    const shared = gauge.work(3, 1);
    const found = await collect(asCompleted([shared, add(shared, gauge.work(4, 5))]));
    expect(found).toEqual([
      [0, 3],
      [1, 7],
    ]);
    expect(gauge.order.filter((x) => x === 3)).toHaveLength(1);
  });

  it('aborts what still runs when the loop is left', async () => {
    const gauge = new Gauge();
    const never = gauge.untilAborted(9);
    for await (const [index, value] of asCompleted([gauge.work(1, 1), never] as Future[])) {
      expect([index, value]).toEqual([0, 1]);
      break;
    }
    await until(() => gauge.now === 0);
    expect(never.state).toBe('idle');
  });

  it('aborts what still runs when the loop throws', async () => {
    const gauge = new Gauge();
    const loop = async (): Promise<void> => {
      for await (const [,] of asCompleted([gauge.work(1, 1), gauge.untilAborted(9)] as Future[])) throw boom;
    };
    expect(await rejection(loop())).toBe(boom);
    await until(() => gauge.now === 0);
  });

  it('leaves calls that another run wants when the loop is left', async () => {
    const gauge = new Gauge();
    const shared = gauge.work(5, 10);
    const other = shared.resolve();
    for await (const [,] of asCompleted([gauge.work(1, 1), shared])) break;
    expect(await other).toBe(5);
  });

  it('runs nothing before the loop begins', async () => {
    const gauge = new Gauge();
    const loop = asCompleted([gauge.work(1, 1)]);
    await turnOfLoop();
    expect(gauge.order).toEqual([]);
    await loop.return();
    await turnOfLoop();
    expect(gauge.order).toEqual([]);
  });

  it('throws an error after the values that finished before it, and aborts the rest', async () => {
    const gauge = new Gauge();
    const seen: number[] = [];
    const late = fails(gauge.work(1, 5));
    const loop = async (): Promise<void> => {
      const futures = [late, gauge.work(2, 1), gauge.untilAborted(9)] as Future[];
      for await (const [index] of asCompleted(futures)) seen.push(index);
    };
    const error = await rejection(loop());
    expect(error).toBeInstanceOf(NodeError);
    expect(error).toMatchObject({ node: 'fails', cause: boom });
    expect(seen).toEqual([1]);
    await until(() => gauge.now === 0);
  });

  it('with settle gives every outcome', async () => {
    const outcomes = await collect(asCompleted([fails(), add(1, 2), add(fails(), 1)], { settle: true }));
    outcomes.sort(([a], [b]) => a - b);
    expect(outcomes).toEqual([
      [0, { status: 'rejected', reason: expect.objectContaining({ node: 'fails', cause: boom }) }],
      [1, { status: 'fulfilled', value: 3 }],
      [2, { status: 'rejected', reason: expect.objectContaining({ path: ['add', 'fails'] }) }],
    ]);
  });

  it('keeps to options of a run', async () => {
    const gauge = new Gauge();
    await collect(
      asCompleted(
        [1, 2, 3].map((x) => gauge.work(x, 2)),
        { concurrency: 1 },
      ),
    );
    expect(gauge.most).toBe(1);
  });

  it('refuses what is no Future, and options that are none', async () => {
    expect(await rejection(collect(asCompleted([add(1, 2), 5 as never])))).toMatchObject({ code: 'DAG_NOT_A_FUTURE' });
    expect(await rejection(collect(asCompleted([[add(1, 2)] as never])))).toMatchObject({ code: 'DAG_NOT_A_FUTURE' });
    expect(await rejection(collect(asCompleted([], { timeout: -1 })))).toMatchObject({ code: 'DAG_OPTION' });
  });

  it('may be used while other runs want the same calls', async () => {
    const gauge = new Gauge();
    const shared = gauge.work(1, 3);
    const [found, value] = await Promise.all([collect(asCompleted([shared, add(shared, 1)])), resolve(add(shared, 5))]);
    expect(found.sort()).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(value).toBe(6);
    expect(gauge.order).toEqual([1]);
  });
});
