import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dependentRows, distinctRows, link, type Rows } from '../../src/schedule/task-graph.js';
import { dependenciesOf, randomGraph, taskGraph } from './policy/graphs.js';

function lists({ count, offsets, dependencies }: Rows): number[][] {
  return Array.from({ length: count }, (_, task) => [...dependencies.subarray(offsets[task], offsets[task + 1])]);
}

describe('distinctRows', () => {
  it('names each dependency once, where it came first', () => {
    const graph = taskGraph([{}, {}, { needs: [1, 0, 1, 1] }, { needs: [2, 2] }]);
    expect(lists(distinctRows(graph))).toEqual([[], [], [1, 0], [2]]);
  });

  it('hands back rows that name none twice', () => {
    const graph = taskGraph([{}, { needs: [0] }, { needs: [0, 1] }]);
    expect(distinctRows(graph)).toBe(graph);
  });
});

describe('dependentRows', () => {
  it('lists every task under each of its dependencies, in ascending order', () => {
    expect(lists(dependentRows(taskGraph([{}, { needs: [0] }, { needs: [1, 0] }])))).toEqual([[1, 2], [2], []]);
  });

  it('gives the edges back when turned twice', () => {
    fc.assert(
      fc.property(randomGraph(), (graph) => {
        const rows = distinctRows(graph);
        const sorted = lists(rows).map((row) => row.sort((a, b) => a - b));
        expect(lists(dependentRows(dependentRows(rows)))).toEqual(sorted);
      }),
    );
  });
});

describe('link', () => {
  it('counts the distinct edges of every task in both directions', () => {
    fc.assert(
      fc.property(randomGraph(), (graph) => {
        const linked = link(graph);
        const needs = Array.from({ length: graph.count }, (_, task) => dependenciesOf(graph, task));
        expect([...linked.dependencyCounts]).toEqual(needs.map((row) => row.length));
        expect([...linked.dependentCounts]).toEqual(
          needs.map((_, task) => needs.filter((row) => row.includes(task)).length),
        );
      }),
    );
  });
});
