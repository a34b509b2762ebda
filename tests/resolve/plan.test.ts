import { describe, expect, it } from '@jest/globals';
import { alloc, Graph, node, plan, resolve, type Executor } from '../../src/index.js';

const work = (cost: number, bytes = 1): ((...needs: unknown[]) => ReturnType<ReturnType<typeof make>>) =>
  make(cost, bytes);
const make = (cost: number, bytes: number) =>
  node((...needs: unknown[]) => needs.length, { cost, bytes, name: 'work' });

describe('plan', () => {
  it('finds the critical path of the seven-node demo on three workers', () => {
    const second = work(1000);
    const a = second();
    const [b, c, d] = [second(a), second(a), second(a)];
    const g = second(second(b), c, second(c, d));
    const planned = plan(g, { workers: 3 });
    expect(planned.makespan).toBe(4000);
    expect(planned.criticalPath).toBe(4000);
    expect(planned.schedule.map(({ start }) => start)).toEqual([0, 1000, 1000, 1000, 2000, 2000, 3000]);
    expect(new Set(planned.schedule.map(({ worker }) => worker)).size).toBeLessThanOrEqual(3);
    expect(plan(g).makespan).toBe(7000);
    expect(g.state).toBe('idle');
  });

  it('takes estimates over those of the nodes, and the workers of an executor', () => {
    const f = node((x: number) => x, { cost: (x: number) => x * 10, bytes: () => Number.NaN })(3);
    expect(plan(f).makespan).toBe(30);
    expect(plan(f, { cost: 5, bytes: 7 })).toMatchObject({ makespan: 5, peakBytes: 7 });
    expect(plan(f, { cost: (future) => (future === f ? 8 : undefined), bytes: () => undefined }).makespan).toBe(8);
    const executor: Executor = { name: 'two', workers: 2, open: () => undefined };
    expect(plan([work(4)(), work(4)()], { executor }).makespan).toBe(4);
    expect(plan([work(4)(), work(4)()], { executor: 'inline', effort: 0 }).makespan).toBe(8);
  });

  it('counts parts as their share of the whole, and what has its value as cached', async () => {
    const [low, high] = node(() => [1, 2] as const, { outputs: 2, cost: 6, bytes: 10 })();
    const sum = node((a: number, b: number) => a + b, { cost: 1, bytes: 1 })(low, high);
    const done = work(1)();
    await done.resolve();
    const planned = plan([sum, done]);
    expect(planned.makespan).toBe(7);
    expect(planned.cached).toHaveLength(1);
    expect(planned.cached[0]).toBe(done);
    expect(planned.schedule.filter(({ worker }) => worker === -1)).toHaveLength(2);
    expect(planned.peakBytes).toBe(20);
  });

  it('uses what was measured where nothing was estimated', async () => {
    const measured = node(() => alloc(Float64Array, 1000), { name: 'measured' });
    await measured().resolve();
    expect(plan(measured()).peakBytes).toBe(8000);
  });

  it('is followed by the run of the same calls', async () => {
    const order: number[] = [];
    const leaf = (index: number) => node(() => order.push(index), { bytes: 10 - index, cost: 1 })();
    const leaves = [0, 1, 2, 3].map(leaf);
    const total = node((...all: number[]) => all.length, { bytes: 1 })(...leaves);
    const planned = plan(total).schedule.map(({ future }) => leaves.indexOf(future as (typeof leaves)[number]));
    await total.resolve();
    expect(order).toEqual(planned.slice(0, -1));
  });

  it('refuses removed calls', () => {
    const graph = new Graph();
    const f = graph.run(() => work(1)());
    graph.remove(f);
    expect(() => plan(f)).toThrow(expect.objectContaining({ code: 'DAG_REMOVED' }));
  });
});

describe('estimates', () => {
  it('that are functions and throw fail the run, not the process', async () => {
    const odd = node((x: number) => x, {
      cost: () => {
        throw new Error('odd');
      },
    });
    await expect(resolve([odd(odd(1)), odd(2)])).rejects.toMatchObject({
      message: expect.stringContaining('odd') as unknown,
    });
  });
});
