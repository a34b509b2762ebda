import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { invert, numbering, postOrder, sinksOf, topologicalOrder } from '../../../src/schedule/policy/task-order.js';
import { chain, isExecutable, randomGraph, taskGraph } from './graphs.js';

describe('topologicalOrder', () => {
  it('puts every task after its dependencies, in any numbering', () => {
    fc.assert(
      fc.property(randomGraph(), (graph) => expect(isExecutable(graph, invert(topologicalOrder(graph)))).toBe(true)),
    );
  });

  it('follows the numbers where it can', () => {
    expect([...topologicalOrder(chain(3))]).toEqual([0, 1, 2]);
    expect([...topologicalOrder(chain(3, { reversed: true }))]).toEqual([2, 1, 0]);
  });
});

describe('numbering', () => {
  it('tells which way the numbers run', () => {
    expect(numbering(chain(3))).toBe('ascending');
    expect(numbering(chain(3, { reversed: true }))).toBe('descending');
    expect(numbering(taskGraph([{ needs: [1] }, {}, { needs: [0] }]))).toBe('mixed');
    expect(numbering(taskGraph([{}, {}]))).toBe('ascending');
  });
});

describe('postOrder', () => {
  it('takes sinks and arguments from left to right and each task once', () => {
    const graph = taskGraph([{}, {}, { needs: [1, 0, 1] }, { needs: [0] }]);
    expect([...sinksOf(graph)]).toEqual([2, 3]);
    expect([...postOrder(graph, Int32Array.of(2, 3))]).toEqual([1, 0, 2, 3]);
    expect([...postOrder(graph, Int32Array.of(3, 2))]).toEqual([0, 3, 1, 2]);
  });
});

describe('invert', () => {
  it('is its own inverse', () => {
    const order = Int32Array.of(2, 0, 3, 1);
    expect([...invert(order)]).toEqual([1, 3, 0, 2]);
    expect(invert(invert(order))).toEqual(order);
  });

  it('writes into the array that it is given', () => {
    const result = new Int32Array(2);
    expect(invert(Int32Array.of(1, 0), result)).toBe(result);
  });
});
