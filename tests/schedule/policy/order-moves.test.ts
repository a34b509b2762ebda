import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { depthFirstOrder } from '../../../src/schedule/policy/depth-first.js';
import { OrderMoves } from '../../../src/schedule/policy/order-moves.js';
import { link } from '../../../src/schedule/task-graph.js';
import { isExecutable, positions, randomGraph, taskGraph } from './graphs.js';

const crossing = link(taskGraph([{}, { needs: [0] }, {}, { needs: [1] }, { needs: [2] }]));

describe('OrderMoves', () => {
  it('postpones a task together with what depends on it', () => {
    const order = Int32Array.of(0, 1, 2, 3, 4);
    new OrderMoves(crossing).postpone(order, { from: 0, to: 2 });
    expect([...order]).toEqual([2, 0, 1, 3, 4]);
  });

  it('advances a task together with what it depends on', () => {
    const order = Int32Array.of(0, 1, 2, 3, 4);
    new OrderMoves(crossing).advance(order, { from: 4, to: 1 });
    expect([...order]).toEqual([0, 2, 4, 1, 3]);
  });

  it('keeps every task after its dependencies, move after move', () => {
    const moves = fc.array(fc.record({ a: fc.nat(999), b: fc.nat(999), later: fc.boolean() }), {
      minLength: 1,
      maxLength: 10,
    });
    fc.assert(
      fc.property(
        randomGraph().filter(({ count }) => count > 0),
        moves,
        (graph, steps) => {
          const mover = new OrderMoves(link(graph));
          const order = depthFirstOrder(graph);
          for (const { a, b, later } of steps) {
            const low = Math.min(a % graph.count, b % graph.count);
            const high = Math.max(a % graph.count, b % graph.count);
            if (later) mover.postpone(order, { from: low, to: high });
            else mover.advance(order, { from: high, to: low });
            expect(isExecutable(graph, positions(order))).toBe(true);
          }
        },
      ),
    );
  });
});
