import type { Shape } from './shape.js';

/** inc(inc(inc(…))): each node depends on the one before. */
export const chain: Shape = {
  name: 'chain',
  unit: 'steps',
  sizes: [1_000, 10_000, 100_000],
  nodes: (size) => size,
  build(operations, size) {
    let node = operations.inc(0);
    for (let i = 1; i < size; i++) node = operations.inc(node);
    return node;
  },
};
