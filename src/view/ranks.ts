import type { Box } from './drawing.js';

/** Those boxes whose style asks for a rank, by rank, lower ones first. */
export function ranksOf(boxes: readonly Box[]): Box[][] {
  const ranks = new Map<number, Box[]>();
  for (const box of boxes) {
    const { rank } = box.attributes.style;
    if (rank === undefined) continue;
    const others = ranks.get(rank);
    if (others === undefined) ranks.set(rank, [box]);
    else others.push(box);
  }
  return [...ranks].sort(([a], [b]) => a - b).map(([, ranked]) => ranked);
}

/**
 * Those boxes of a frame that can stand where their rank asks for: a rank that is not above that of everything a box depends
 * on, directly or not, cannot be drawn. One pass over the boxes, which are in an order in which they could run.
 */
export function placeable(boxes: readonly Box[], before: (box: Box) => Iterable<Box>): Box[] {
  const highest = new Map<Box, number>();
  return boxes.filter((box) => {
    let above = -Infinity;
    for (const dependency of before(box)) above = Math.max(above, highest.get(dependency) ?? -Infinity);
    const { rank } = box.attributes.style;
    const fits = rank !== undefined && rank > above;
    highest.set(box, fits ? rank : above);
    return fits;
  });
}
