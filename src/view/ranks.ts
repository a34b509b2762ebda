import type { Box, Drawing } from './drawing.js';

/** The boxes whose style asks for a rank, by rank, lower ones first. */
export function ranksOf({ boxes }: Drawing): Box[][] {
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
