import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { depthFirstRank } from '../../../src/schedule/policy/depth-first.js';
import { chain, isExecutable, peakInOrder, randomGraph, reductionTree, taskGraph } from './graphs.js';

describe('depthFirstRank', () => {
  it('ranks every task after its dependencies, in any numbering', () => {
    fc.assert(
      fc.property(randomGraph(), fc.constantFrom('given' as const, 'heaviest' as const), (graph, sinks) => {
        expect(isExecutable(graph, depthFirstRank(graph, { sinks }))).toBe(true);
      }),
    );
  });

  it('gives the same rank to the same graph', () => {
    fc.assert(
      fc.property(randomGraph(), (graph) => {
        expect(depthFirstRank(graph)).toEqual(depthFirstRank(graph));
      }),
    );
  });

  it('finishes one subtree before it begins the next', () => {
    // 5 = f(2, 4), 2 = g(0, 1), 4 = h(3)
    const graph = taskGraph([{}, {}, { needs: [0, 1] }, {}, { needs: [3] }, { needs: [2, 4] }]);
    expect([...depthFirstRank(graph)]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('visits the subtree first that needs most memory beyond its value', () => {
    // The pair (2, 3) under 4 needs three values at once, the leaf 0 under 1 only two.
    const graph = taskGraph([{}, { needs: [0] }, {}, {}, { needs: [2, 3] }, { needs: [1, 4] }]);
    expect([...depthFirstRank(graph)]).toEqual([3, 4, 0, 1, 2, 5]);
  });

  it('holds log n values over a balanced reduction', () => {
    expect(peakInOrder(reductionTree(64), depthFirstRank(reductionTree(64)))).toBe(8);
    expect(peakInOrder(reductionTree(256), depthFirstRank(reductionTree(256)))).toBe(10);
  });

  it('holds two values over a lopsided reduction, whichever side is deep', () => {
    for (const needs of [(last: number, leaf: number) => [last, leaf], (last: number, leaf: number) => [leaf, last]]) {
      const rows = Array.from({ length: 41 }, (_, task) =>
        task === 0 || task % 2 === 1 ? {} : { needs: needs(task - 2, task - 1) },
      );
      const graph = taskGraph(rows);
      expect(peakInOrder(graph, depthFirstRank(graph))).toBe(3);
    }
  });

  it('lets priority decide between equal arguments and between equal sinks', () => {
    expect([...depthFirstRank(taskGraph([{}, { priority: 1 }, { priority: 2 }, { needs: [0, 1, 2] }]))]).toEqual([
      2, 1, 0, 3,
    ]);
    const sinks = taskGraph([{}, { priority: 1 }, { priority: 2 }]);
    expect([...depthFirstRank(sinks)]).toEqual([2, 1, 0]);
    expect([...depthFirstRank(sinks, { sinks: 'heaviest' })]).toEqual([2, 1, 0]);
  });

  it('takes sinks as numbered unless asked for the heaviest first', () => {
    const graph = taskGraph([{}, {}, {}, { needs: [1, 2] }]);
    expect([...depthFirstRank(graph)]).toEqual([0, 1, 2, 3]);
    expect([...depthFirstRank(graph, { sinks: 'heaviest' })]).toEqual([3, 0, 1, 2]);
  });

  it('counts an argument that is given twice once', () => {
    // Were 0 counted twice under 2, or 1 twice under 3, they would come first.
    const graph = taskGraph([
      {},
      {},
      { needs: [0, 0] },
      { needs: [1, 1, 1] },
      {},
      {},
      { needs: [4, 5] },
      { needs: [2, 3, 6] },
    ]);
    expect(depthFirstRank(graph)[6]).toBe(2);
  });

  it('orders long rows of arguments of all sizes', () => {
    const sizes = Array.from({ length: 1_000 }, (_, task) => (task * 7919) % 1_009);
    const rows = sizes.flatMap((bytes, at) => [{ bytes }, { needs: [2 * at] }]);
    const graph = taskGraph([...rows, { needs: sizes.map((_, at) => 2 * at + 1) }]);
    const rank = depthFirstRank(graph);
    const visited = sizes.map((_, at) => at).sort((a, b) => (rank[2 * a] ?? 0) - (rank[2 * b] ?? 0));
    expect(visited.map((at) => sizes[at])).toEqual([...sizes].sort((a, b) => b - a));
  });

  it('walks chains of a million tasks, numbered from either end', () => {
    for (const reversed of [false, true]) {
      const rank = depthFirstRank(chain(1_000_000, { reversed }));
      expect(rank[reversed ? 999_999 : 0]).toBe(0);
      expect(rank[reversed ? 0 : 999_999]).toBe(999_999);
    }
  });
});
