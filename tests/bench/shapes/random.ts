import type { Operations } from './operations.js';
import { seededInteger } from './seeded-integer.js';
import type { Shape } from './shape.js';

const width = 100;
const reach = 3;

/**
 * A wide and deep random graph: layers of 100 nodes. A node reads the one above it (so that none is unused) and, three
 * times in four, a second one from the three layers before. The same seed makes the same graph for every contender.
 */
export const random: Shape = {
  name: 'random',
  unit: 'nodes',
  sizes: [100_000],
  nodes: (size) => layers(size) * width + 1,
  build<Node>(operations: Operations<Node>, size: number): Node {
    const draw = seededInteger(20_240_607);
    let window: Node[][] = [firstLayer(operations)];
    for (let depth = 1; depth < layers(size); depth++) {
      window = [nextLayer(operations, window, draw), ...window.slice(0, reach - 1)];
    }
    return operations.sum(window[0] ?? []);
  },
};

/** Layers of a graph of about `size` nodes. */
function layers(size: number): number {
  return Math.max(1, Math.round(size / width));
}

function firstLayer<Node>(operations: Operations<Node>): Node[] {
  return Array.from({ length: width }, (_, i) => operations.share(operations.inc(i)));
}

/** One more layer under `window`, whose first entry is the layer just above. */
function nextLayer<Node>(
  operations: Operations<Node>,
  window: readonly (readonly Node[])[],
  draw: (bound: number) => number,
): Node[] {
  const [above = []] = window;
  return above.map((parent) => {
    const second = window[draw(window.length)]?.[draw(width)];
    const made = second === undefined || draw(4) === 0 ? operations.inc(parent) : operations.join(parent, second);
    return operations.share(made);
  });
}
