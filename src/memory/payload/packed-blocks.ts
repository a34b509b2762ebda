import { BUFFER, TREE, VIEW, type Packed } from './format.js';

/** Calls `found` with each block that a packed value refers to. O(buffers). */
export function eachPackedBlock(packed: unknown, found: (block: number) => void): void {
  if (typeof packed !== 'object' || packed === null) return;
  const value = packed as Packed; // what `pack` makes is a primitive or one of these
  if (value[0] === BUFFER) found(value[1]);
  else if (value[0] === VIEW || value[0] === TREE) {
    const memories = value[0] === VIEW ? [value[2]] : value[3];
    for (const memory of memories) if (typeof memory === 'number') found(memory);
  }
}
