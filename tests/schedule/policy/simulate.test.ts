import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { simulate } from './simulate.js';
import { chain, dependenciesOf, peakInOrder, positions, rankedGraph, taskGraph } from './graphs.js';

const ranked = rankedGraph();
const workers = fc.integer({ min: 1, max: 5 });

describe('simulate', () => {
  it('starts the ready task of lowest rank on an idle worker', () => {
    const graph = taskGraph([{ cost: 3 }, { cost: 1 }, { cost: 2 }, { cost: 4, needs: [1] }]);
    const { start, end, worker, makespan } = simulate(graph, { rank: Int32Array.of(1, 0, 2, 3), workers: 2 });
    expect([...start]).toEqual([0, 0, 1, 3]);
    expect([...end]).toEqual([3, 1, 3, 7]);
    expect(worker[2]).toBe(worker[1]);
    expect(worker[0]).not.toBe(worker[1]);
    expect(makespan).toBe(7);
  });

  it('ends all that ends at one moment before it starts anything', () => {
    // 2 and 3 become ready at the same moment; the rank prefers 3, which waits for the later one of the two.
    const graph = taskGraph([{}, {}, { needs: [0] }, { needs: [1] }]);
    expect([...simulate(graph, { rank: Int32Array.of(0, 1, 3, 2), workers: 1 }).start]).toEqual([0, 1, 3, 2]);
    const both = simulate(graph, { rank: Int32Array.of(0, 1, 3, 2), workers: 2 });
    expect([...both.start]).toEqual([0, 0, 1, 1]);
    expect(both.worker[3]).toBe(1);
  });

  it('never starts a task before its dependencies have ended', () => {
    fc.assert(
      fc.property(ranked, workers, ({ graph, rank }, count) => {
        const { start, end, makespan } = simulate(graph, { rank, workers: count });
        for (let task = 0; task < graph.count; task++) {
          expect(end[task]).toBe((start[task] ?? NaN) + (graph.cost[task] ?? NaN));
          for (const dependency of dependenciesOf(graph, task))
            expect(end[dependency]).toBeLessThanOrEqual(start[task] ?? NaN);
        }
        expect(makespan).toBe(Math.max(0, ...end));
      }),
    );
  });

  it('gives a worker one task at a time', () => {
    fc.assert(
      fc.property(ranked, workers, ({ graph, rank }, count) => {
        const { start, end, worker } = simulate(graph, { rank, workers: count });
        const tasks = [...rank.keys()];
        for (let number = 0; number < count; number++) {
          const own = tasks.filter((task) => worker[task] === number && graph.cost[task] !== 0);
          own.sort((a, b) => (start[a] ?? 0) - (start[b] ?? 0));
          own.forEach((task, at) => {
            if (at > 0) expect(end[own[at - 1] ?? NaN]).toBeLessThanOrEqual(start[task] ?? NaN);
          });
        }
        for (const task of tasks) expect(worker[task]).toBeLessThan(count);
      }),
    );
  });

  it('leaves no worker idle while a task is ready, and passes over none of lower rank', () => {
    fc.assert(
      fc.property(ranked, workers, ({ graph: drawn, rank }, count) => {
        // A task without cost may make another ready at the very moment at which a third one starts.
        const graph = { ...drawn, cost: drawn.cost.map((cost) => cost + 1) };
        const { start, end } = simulate(graph, { rank, workers: count });
        const tasks = [...rank.keys()];
        const readyAt = tasks.map((task) =>
          Math.max(0, ...dependenciesOf(graph, task).map((dependency) => end[dependency] ?? NaN)),
        );
        for (const task of tasks) {
          const begin = start[task] ?? NaN;
          for (let time = readyAt[task] ?? NaN; time < begin; time++) {
            const running = tasks.filter((other) => (start[other] ?? NaN) <= time && time < (end[other] ?? NaN));
            expect(running.length).toBe(count);
            const overtook = running.filter(
              (other) => start[other] === time && (rank[other] ?? NaN) > (rank[task] ?? NaN),
            );
            expect(overtook).toEqual([]);
          }
        }
      }),
    );
  });

  it('counts a value from the start of its task to the end of its last dependent', () => {
    // 0 (10 bytes) is read by 1 and 2; 3 reads what these give.
    const graph = taskGraph([
      { bytes: 10 },
      { bytes: 3, needs: [0] },
      { bytes: 4, needs: [0] },
      { bytes: 1, needs: [1, 2] },
    ]);
    expect(simulate(graph, { rank: Int32Array.of(0, 1, 2, 3), workers: 1 }).peakBytes).toBe(17);
    const released = taskGraph([{ bytes: 10 }, { bytes: 3, needs: [0] }, { bytes: 9, needs: [1] }]);
    expect(simulate(released, { rank: Int32Array.of(0, 1, 2), workers: 1 }).peakBytes).toBe(13);
    const kept = taskGraph([
      { bytes: 10, keep: true },
      { bytes: 3, needs: [0] },
      { bytes: 9, needs: [1] },
    ]);
    expect(simulate(kept, { rank: Int32Array.of(0, 1, 2), workers: 1 }).peakBytes).toBe(22);
  });

  it('counts a value that nobody needs and nobody keeps only while its task runs', () => {
    const graph = taskGraph([
      { bytes: 5, keep: false },
      { bytes: 5, keep: false },
    ]);
    expect(simulate(graph, { rank: Int32Array.of(0, 1), workers: 1 }).peakBytes).toBe(5);
    expect(simulate(graph, { rank: Int32Array.of(0, 1), workers: 2 }).peakBytes).toBe(10);
  });

  it('counts an argument that is given twice once', () => {
    const graph = taskGraph([{ bytes: 2 }, { bytes: 3, needs: [0, 0] }, { bytes: 4, needs: [1, 0, 1] }]);
    expect(simulate(graph, { rank: Int32Array.of(0, 1, 2), workers: 1 }).peakBytes).toBe(9);
  });

  it('finds the same peak as a count by hand, for any order on one worker', () => {
    fc.assert(
      fc.property(ranked, ({ graph, rank }) => {
        // Costs of 1 make the starts tell the order.
        const even = { ...graph, cost: graph.cost.map(() => 1) };
        const { start, peakBytes } = simulate(even, { rank, workers: 1 });
        const order = [...rank.keys()].sort((a, b) => (start[a] ?? 0) - (start[b] ?? 0));
        expect(peakBytes).toBe(peakInOrder(even, positions(order)));
      }),
    );
  });

  it('takes no longer than the critical path on as many workers as tasks', () => {
    const graph = taskGraph([
      { cost: 1 },
      { cost: 5, needs: [0] },
      { cost: 2, needs: [0] },
      { cost: 1, needs: [1, 2] },
    ]);
    expect(simulate(graph, { rank: Int32Array.of(0, 1, 2, 3), workers: Infinity }).makespan).toBe(7);
  });

  it('takes nothing for an empty graph', () => {
    expect(simulate(taskGraph([]), { rank: new Int32Array(0), workers: 2 })).toMatchObject({
      makespan: 0,
      peakBytes: 0,
    });
  });

  it('runs chains of a million tasks', () => {
    const graph = chain(1_000_000);
    const rank = Int32Array.from({ length: graph.count }, (_, task) => task);
    expect(simulate(graph, { rank, workers: 4 })).toMatchObject({ makespan: 1_000_000, peakBytes: 2 });
  });
});
