import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { leastPossibleMakespan, longestPathOrder, remainingPath } from '../../../src/schedule/policy/longest-path.js';
import { simulate } from './simulate.js';
import { link } from '../../../src/schedule/task-graph.js';
import { rankedGraph, taskGraph } from './graphs.js';

const diamond = taskGraph([{ cost: 1 }, { cost: 5, needs: [0] }, { cost: 2, needs: [0] }, { cost: 1, needs: [1, 2] }]);

describe('remainingPath', () => {
  it('adds up the costs along the longest way to the end', () => {
    expect([...remainingPath(diamond, diamond.cost)]).toEqual([7, 6, 3, 1]);
  });
});

describe('longestPathOrder', () => {
  it('lists the longest remaining path first and breaks ties by another list', () => {
    expect([...longestPathOrder(Float64Array.of(1, 3, 3, 2), Int32Array.of(0, 2, 1, 3))]).toEqual([2, 1, 3, 0]);
  });
});

describe('leastPossibleMakespan', () => {
  const bound = (graph: typeof diamond, workers: number): number => {
    const linked = link(graph);
    return leastPossibleMakespan(linked, { remaining: remainingPath(linked, linked.cost), workers });
  };

  it('is the critical path when there are workers enough', () => {
    expect(bound(diamond, 4)).toBe(7);
  });

  it('is the work shared out, in whole units when all costs are whole', () => {
    expect(bound(taskGraph([{}, {}, {}]), 2)).toBe(2);
    expect(bound(taskGraph([{ cost: 0.5 }, { cost: 0.5 }, { cost: 0.5 }]), 2)).toBe(0.75);
  });

  it('sees what must wait for the end or for the start', () => {
    // Four tasks on three workers need two units before the last can start, though five tasks fill less than two.
    const rows = [{}, {}, {}, {}];
    expect(bound(taskGraph([...rows, { needs: [0, 1, 2, 3] }]), 3)).toBe(3);
    expect(bound(taskGraph([{}, ...rows.map(() => ({ needs: [0] }))]), 3)).toBe(3);
  });

  it('is never beaten', () => {
    fc.assert(
      fc.property(rankedGraph(), fc.integer({ min: 1, max: 5 }), ({ graph, rank }, workers) => {
        expect(bound(graph, workers)).toBeLessThanOrEqual(simulate(graph, { rank, workers }).makespan + 1e-9);
      }),
    );
  });
});
