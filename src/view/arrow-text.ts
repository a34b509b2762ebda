import type { Arrow, Box, Drawing } from './drawing.js';

/** How many arrows lead to each box. */
export function arrowsInto({ arrows }: Drawing): ReadonlyMap<Box, number> {
  const counts = new Map<Box, number>();
  for (const { to } of arrows) counts.set(to, (counts.get(to) ?? 0) + 1);
  return counts;
}

/**
 * What to write on an arrow, empty where it is plain: which part of the value it carries, and which argument it is where
 * there are several or where it stands inside one. `left → 1`: the output `left` is the second argument.
 */
export function arrowText({ to, attributes }: Arrow, into: ReadonlyMap<Box, number>): string {
  const { kind, path = '', part } = attributes;
  if (kind === 'output') return ''; // the box it leads to says which
  if (kind === 'part') return '';
  const isPlain = into.get(to) === 1 && /^\d+$/.test(path);
  const texts = [part === undefined ? '' : partText(part), isPlain ? '' : path];
  return texts.filter((text) => text !== '').join(' → ');
}

/** Parts known by number would read like arguments: `[0]`. */
function partText(part: string): string {
  return part
    .split(', ')
    .map((name) => (/^\d+$/.test(name) ? `[${name}]` : name))
    .join(', ');
}
