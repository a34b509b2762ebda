import type { Shape } from './shape.js';

/** A call whose body returns a call of itself, and so on: the graph grows while it runs. */
export const recursion: Shape = {
  name: 'recursion',
  unit: 'depth',
  sizes: [10_000, 1_000_000],
  nodes: (size) => size + 1,
  build: (operations, size) => operations.down?.(size),
};
