import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { depthFirstRank } from '../../../src/schedule/policy/depth-first.js';
import { rankTasks } from '../../../src/schedule/policy/rank.js';
import { seededRandom } from '../../../src/schedule/policy/random.js';
import { simulate } from './simulate.js';
import type { TaskGraph } from '../../../src/schedule/task-graph.js';
import {
  chain,
  isExecutable,
  peakInOrder,
  positions,
  randomGraph,
  rankedGraph,
  reductionTree,
  taskGraph,
} from './graphs.js';

const workers = fc.integer({ min: 1, max: 5 });
const effort = fc.constantFrom(0, 100, 10_000);

/** A layered graph with sizes and costs of all kinds, always the same for a seed. */
function layers({ seed, count }: { seed: number; count: number }): TaskGraph {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  return taskGraph(
    Array.from({ length: count }, (_, task) => ({
      needs: task < 8 ? [] : Array.from({ length: 1 + below(3) }, () => task - 1 - below(Math.min(task, 40))),
      cost: 1 + below(50),
      bytes: 1 + below(1_000),
    })),
  );
}

describe('rankTasks', () => {
  it('ranks every task once and after its dependencies', () => {
    fc.assert(
      fc.property(randomGraph(), workers, effort, (graph, count, limit) => {
        expect(isExecutable(graph, rankTasks(graph, { workers: count, effort: limit }))).toBe(true);
      }),
    );
  });

  it('gives the same rank to the same graph', () => {
    fc.assert(
      fc.property(randomGraph(), workers, (graph, count) => {
        expect(rankTasks(graph, { workers: count })).toEqual(rankTasks(graph, { workers: count }));
      }),
      { numRuns: 30 },
    );
    const graph = layers({ seed: 1, count: 300 });
    expect(rankTasks(graph, { workers: 3 })).toEqual(rankTasks(graph, { workers: 3 }));
  });

  it('needs no more memory on one worker than plain depth first, whatever the effort', () => {
    fc.assert(
      fc.property(randomGraph(), effort, (graph, limit) => {
        const peak = peakInOrder(graph, rankTasks(graph, { workers: 1, effort: limit }));
        expect(peak).toBeLessThanOrEqual(peakInOrder(graph, depthFirstRank(graph)));
      }),
    );
  });

  it('finds the least memory of all orders of a small graph', () => {
    fc.assert(
      fc.property(rankedGraph({ maxTasks: 8 }), ({ graph, rank }) => {
        const { start } = simulate({ ...graph, cost: graph.cost.map(() => 1) }, { rank, workers: 1 });
        const order = [...rank.keys()].sort((a, b) => (start[a] ?? 0) - (start[b] ?? 0));
        const peak = peakInOrder(graph, rankTasks(graph, { workers: 1 }));
        expect(peak).toBeLessThanOrEqual(peakInOrder(graph, positions(order)));
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('holds log n values over a balanced reduction on one worker', () => {
    for (const [leaves, most] of [
      [64, 8],
      [1_024, 12],
    ] as const) {
      const graph = reductionTree(leaves);
      expect(simulate(graph, { rank: rankTasks(graph, { workers: 1 }), workers: 1 }).peakBytes).toBeLessThanOrEqual(
        most,
      );
    }
  });

  it('holds few values over a large reduction on several workers, at hardly any cost in time', () => {
    const graph = reductionTree(16_384);
    const { makespan, peakBytes } = simulate(graph, { rank: rankTasks(graph, { workers: 4, effort: 0 }), workers: 4 });
    expect(peakBytes).toBeLessThan(100);
    expect(makespan).toBeLessThan((graph.count / 4) * 1.02);
  });

  it('ends the seven-task demo in the time of its critical path', () => {
    // A → B, C, D; E(C, D); F(B); G(F, C, E)
    const graph = taskGraph([
      {},
      { needs: [0] },
      { needs: [0] },
      { needs: [0] },
      { needs: [2, 3] },
      { needs: [1] },
      { needs: [5, 2, 4] },
    ]);
    expect(simulate(graph, { rank: rankTasks(graph, { workers: 3 }), workers: 3 }).makespan).toBe(4);
    expect(simulate(graph, { rank: rankTasks(graph, { workers: 2 }), workers: 2 }).makespan).toBe(5);
  });

  it('stays within 2 % of longest path first on several workers, and needs less memory', () => {
    const ratios = [1, 2, 3, 4].map((seed) => {
      const graph = layers({ seed, count: 400 });
      const plain = rankTasks({ ...graph, bytes: graph.bytes.map(() => 1) }, { workers: 8, effort: 0 });
      const before = simulate(graph, { rank: plain, workers: 8 });
      const after = simulate(graph, { rank: rankTasks(graph, { workers: 8 }), workers: 8 });
      expect(after.makespan).toBeLessThanOrEqual(before.makespan * 1.02);
      return after.peakBytes / before.peakBytes;
    });
    expect(Math.max(...ratios)).toBeLessThan(0.97);
  });

  it('lets priority decide between equal tasks, for one worker and for several', () => {
    const graph = taskGraph([{ priority: 1 }, { priority: 3 }, { priority: 2 }, { priority: 4 }]);
    for (const count of [1, 2, 3]) expect([...rankTasks(graph, { workers: count })]).toEqual([3, 1, 2, 0]);
  });

  it('takes tasks without cost or size in the order of their arguments', () => {
    const nothing = taskGraph([{}, {}, { needs: [1, 0] }].map((row) => ({ ...row, cost: 0, bytes: 0 })));
    for (const count of [1, 2]) expect([...rankTasks(nothing, { workers: count })]).toEqual([1, 0, 2]);
    // With sizes but no costs any schedule is as short as any other: what counts is memory.
    const rows = [{ bytes: 9 }, { bytes: 8 }, { bytes: 1, needs: [0] }, { bytes: 1, needs: [1] }, { needs: [2, 3] }];
    const sized = taskGraph(rows.map((row) => ({ ...row, cost: 0 })));
    expect(isExecutable(sized, rankTasks(sized, { workers: 2 }))).toBe(true);
  });

  it('ranks an empty graph and a single task', () => {
    for (const count of [1, 2]) {
      expect([...rankTasks(taskGraph([]), { workers: count })]).toEqual([]);
      expect([...rankTasks(taskGraph([{}]), { workers: count })]).toEqual([0]);
    }
  });

  it('ranks chains of a hundred thousand tasks', () => {
    for (const count of [1, 4]) {
      const rank = rankTasks(chain(100_000, { reversed: true }), { workers: count });
      expect(rank[0]).toBe(99_999);
      expect(rank[99_999]).toBe(0);
    }
  });
});
