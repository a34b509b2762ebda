import type { Shape } from './shape.js';

/** Diamonds one after another: two nodes read the same value and a third joins them. */
export const ladder: Shape = {
  name: 'ladder',
  unit: 'depth',
  sizes: [10_000],
  nodes: (size) => 3 * size + 1,
  build(operations, size) {
    let node = operations.inc(0);
    for (let i = 0; i < size; i++) {
      node = operations.share(node);
      node = operations.join(operations.inc(node), operations.inc(node));
    }
    return node;
  },
};
