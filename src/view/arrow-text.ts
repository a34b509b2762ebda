import type { Arrow, Box, Drawing } from './drawing.js';

/** Lines of an arrow that carries several values. */
const LINES_SHOWN = 4;

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
  const { uses = [] } = attributes; // arrows to and between values carry none: the box they lead to says which part it is
  const isOnly = into.get(to) === 1 && uses.length === 1;
  const lines = uses.slice(0, LINES_SHOWN).map(({ path, part = '' }) => {
    const place = isOnly && /^\d+$/.test(path) ? '' : path;
    // Parts known by number would read like arguments.
    return [/^\d+$/.test(part) ? `[${part}]` : part, place].filter((text) => text !== '').join(' → ');
  });
  if (uses.length > LINES_SHOWN) lines.push(`… ${(uses.length - LINES_SHOWN).toLocaleString('en')} more`);
  return lines.join('\n');
}
