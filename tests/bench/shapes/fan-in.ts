import type { Operations } from './operations.js';
import type { Shape } from './shape.js';

/** sum([inc(0), inc(1), …]): independent leaves and one node that needs them all. */
export const fanIn: Shape = {
  name: 'fan-in',
  unit: 'leaves',
  sizes: [1_000, 10_000, 100_000],
  nodes: (size) => size + 1,
  build<Node>(operations: Operations<Node>, size: number): Node {
    const leaves: Node[] = [];
    for (let i = 0; i < size; i++) leaves.push(operations.inc(i & 0xff));
    return operations.sum(leaves);
  },
};
