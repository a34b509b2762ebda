import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { depthFirstOrder } from '../../../src/schedule/policy/depth-first.js';
import { freeFirstOrder } from '../../../src/schedule/policy/free-first.js';
import { Frontier } from '../../../src/schedule/policy/frontier.js';
import { greedyOrder } from '../../../src/schedule/policy/greedy.js';
import { leastPossiblePeak } from '../../../src/schedule/policy/live-bytes.js';
import { link } from '../../../src/schedule/task-graph.js';
import { dependenciesOf, isExecutable, peakInOrder, positions, randomGraph, rankedGraph, taskGraph } from './graphs.js';

describe.each([
  ['freeFirstOrder', freeFirstOrder],
  ['greedyOrder', greedyOrder],
])('%s', (_, policy) => {
  it('puts every task after its dependencies, whatever the list', () => {
    fc.assert(
      fc.property(rankedGraph(), ({ graph, rank }) => {
        expect(isExecutable(graph, positions(policy(link(graph), rank)))).toBe(true);
      }),
    );
  });

  it('follows the list between equal tasks', () => {
    const graph = link(taskGraph([{}, {}, {}]));
    expect([...policy(graph, Int32Array.of(1, 2, 0))]).toEqual([1, 2, 0]);
  });
});

describe('freeFirstOrder', () => {
  const listed = (rows: Parameters<typeof taskGraph>[0]): number[] => {
    const graph = link(taskGraph(rows));
    return [
      ...freeFirstOrder(
        graph,
        Int32Array.from({ length: graph.count }, (_, task) => task),
      ),
    ];
  };

  it('runs at once what leaves no more bytes live than before', () => {
    // 2 turns the 8 bytes of 0 into 1 byte; the list would run 1 first.
    expect(listed([{ bytes: 8 }, { bytes: 1 }, { bytes: 1, needs: [0] }, { needs: [1, 2] }])).toEqual([0, 2, 1, 3]);
  });

  it('looks along a forced chain of four tasks, not of five', () => {
    const chainOf = (length: number): Parameters<typeof taskGraph>[0] => [
      { bytes: 5 },
      { bytes: 9 },
      ...Array.from({ length }, (_, at) => ({ bytes: at === length - 1 ? 5 : 7 + at, needs: [at === 0 ? 0 : at + 1] })),
      { needs: [1, length + 1] },
    ];
    expect(listed(chainOf(4)).slice(0, 3)).toEqual([0, 2, 3]);
    expect(listed(chainOf(5)).slice(0, 3)).toEqual([0, 1, 2]);
  });

  it('does not look past a value that others read or a task that waits for others', () => {
    expect(
      listed([{ bytes: 5 }, {}, { bytes: 7, needs: [0] }, { bytes: 1, needs: [2] }, { needs: [1, 2, 3] }])[1],
    ).toBe(1);
    expect(listed([{ bytes: 5 }, {}, { bytes: 7, needs: [0] }, { bytes: 1, needs: [2, 1] }])[1]).toBe(1);
  });

  it('drops from sight what is kept', () => {
    expect(listed([{ bytes: 8, keep: true }, {}, { bytes: 1, needs: [0] }, { needs: [1, 2] }])).toEqual([0, 1, 2, 3]);
  });
});

describe('greedyOrder', () => {
  it('runs the ready task that adds fewest bytes', () => {
    const graph = link(taskGraph([{ bytes: 4 }, { bytes: 2 }, { bytes: 3 }]));
    expect([...greedyOrder(graph, Int32Array.of(0, 1, 2))]).toEqual([1, 2, 0]);
  });

  it('moves a task up when it becomes the last to read a value', () => {
    // After 2, task 1 frees the 9 bytes of 0 and so goes before 3.
    const graph = link(taskGraph([{ bytes: 9 }, { bytes: 6, needs: [0] }, { bytes: 1, needs: [0] }, { bytes: 10 }]));
    expect([...greedyOrder(graph, Int32Array.of(0, 3, 2, 1))]).toEqual([0, 2, 1, 3]);
  });
});

describe('Frontier', () => {
  it('always knows how many bytes a task would add and what it waits for', () => {
    fc.assert(
      fc.property(randomGraph(), (graph) => {
        const linked = link(graph);
        const frontier = new Frontier(linked);
        const rest = new Set(Array.from({ length: graph.count }, (_, task) => task));
        for (const task of depthFirstOrder(graph)) {
          for (const other of rest) {
            const needs = dependenciesOf(graph, other);
            const readers = (value: number): number[] =>
              [...rest].filter((reader) => dependenciesOf(graph, reader).includes(value));
            const waiting = needs.filter((dependency) => rest.has(dependency));
            const freed = needs.filter(
              (dependency) => graph.keep[dependency] === 0 && readers(dependency).length === 1,
            );
            const stays = graph.keep[other] === 1 || readers(other).length > 0;
            const growth = freed.reduce(
              (sum, value) => sum - (graph.bytes[value] ?? 0),
              stays ? (graph.bytes[other] ?? 0) : 0,
            );
            expect(frontier.growth[other]).toBe(growth);
            expect(frontier.waitingFor[other]).toBe(waiting.length);
            expect(frontier.lastDependency(other)).toBe(waiting.length === 1 ? waiting[0] : -1);
            expect(frontier.lastDependent(other)).toBe(readers(other).length === 1 ? readers(other)[0] : -1);
          }
          rest.delete(task);
          frontier.run(task);
        }
      }),
    );
  });
});

describe('leastPossiblePeak', () => {
  it('is never beaten by any order', () => {
    fc.assert(
      fc.property(randomGraph(), (graph) => {
        const order = freeFirstOrder(link(graph), depthFirstOrder(graph));
        expect(leastPossiblePeak(link(graph))).toBeLessThanOrEqual(peakInOrder(graph, positions(order)));
      }),
    );
  });

  it('is what one task needs, or all that is kept', () => {
    expect(leastPossiblePeak(link(taskGraph([{ bytes: 3 }, { bytes: 4, needs: [0] }])))).toBe(7);
    expect(leastPossiblePeak(link(taskGraph([{ bytes: 3 }, { bytes: 4 }, { bytes: 5 }])))).toBe(12);
  });
});
