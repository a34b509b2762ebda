import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dryRun } from '../../src/schedule/dry-run.js';
import { rankTasks } from '../../src/schedule/policy/rank.js';
import { invert } from '../../src/schedule/policy/task-order.js';
import { randomGraph, taskGraph } from './policy/graphs.js';
import { simulate } from './policy/simulate.js';

describe('a dry run of the scheduler', () => {
  it('lets a chain take the sum of its costs, whatever the workers', () => {
    const graph = taskGraph([{ cost: 2 }, { cost: 3, needs: [0] }, { cost: 4, needs: [1] }]);
    const timeline = dryRun(graph, { order: Int32Array.of(0, 1, 2), workers: 4, immediate: new Uint8Array(3) });
    expect(timeline.makespan).toBe(9);
    expect([...timeline.start]).toEqual([0, 2, 5]);
  });

  it('gives no worker to a task that is completed by the scheduler itself', () => {
    const graph = taskGraph([{ cost: 2 }, { cost: 0, needs: [0] }]);
    const timeline = dryRun(graph, { order: Int32Array.of(0, 1), workers: 1, immediate: Uint8Array.of(0, 1) });
    expect([...timeline.worker]).toEqual([0, -1]);
    expect(timeline.makespan).toBe(2);
  });

  it('starts, ends and peaks as the simulation that policies are chosen by', () => {
    fc.assert(
      fc.property(randomGraph(), fc.integer({ min: 1, max: 5 }), (graph, workers) => {
        const rank = rankTasks(graph, { workers, effort: 1000 });
        const order = invert(rank);
        const expected = simulate(graph, { rank, workers });
        const timeline = dryRun(graph, { order, workers, immediate: new Uint8Array(graph.count) });
        expect(timeline.makespan).toBe(expected.makespan);
        expect([...timeline.end]).toEqual([...expected.end]);
        expect(timeline.peakBytes).toBeCloseTo(expected.peakBytes, 6);
      }),
    );
  });
});
