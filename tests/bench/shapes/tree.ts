import type { Operations } from './operations.js';
import type { Shape } from './shape.js';

/** Pairwise reduction of independent leaves down to one value. */
export const tree: Shape = {
  name: 'tree',
  unit: 'leaves',
  sizes: [1_000, 10_000],
  nodes: (size) => 2 * size - 1,
  build<Node>(operations: Operations<Node>, size: number): Node | undefined {
    let level: Node[] = [];
    for (let i = 0; i < size; i++) level.push(operations.inc(i & 0xff));
    while (level.length > 1) level = pairUp(operations, level);
    return level[0];
  },
};

/** Joins neighbours; an odd one out moves up unchanged. */
function pairUp<Node>(operations: Operations<Node>, level: readonly Node[]): Node[] {
  const above: Node[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const [left, right] = [level[i], level[i + 1]];
    if (left === undefined) break;
    above.push(right === undefined ? left : operations.join(left, right));
  }
  return above;
}
