import { EVICTIONS } from './index-change.js';

/** Room that is kept for what one change of the index writes, and for each of many. Bytes. */
const ROOM = 48 * 1024;
const ROOM_AMONG_MANY = 8 * 1024;
/** Entries for whose eviction there is always room. */
const EVICTIONS_KEPT = 16;

/** What one transaction is to write. */
export interface Planned {
  /** What is put and taken out, and the bytes of all of it. */
  readonly changes: number;
  readonly bytes: number;
  /** Notes of what was used. */
  readonly uses: number;
}

/**
 * Bytes that a transaction may write into an index of `used` bytes: so much for each change or, where they are many, every
 * page that there is and some for each.
 */
export function roomFor({ changes, bytes, uses }: Planned, used: number): number {
  const many = used + 2 * bytes + (changes + 1) * ROOM_AMONG_MANY;
  return 2 * bytes + Math.min(changes * ROOM, many) + uses * ROOM;
}

/** Bytes to be had besides: no transaction writes more pages than there are, and some are kept for when the disk is full. */
export function roomToEvict(entries: number): number {
  return Math.min(Math.ceil(entries / 4) + EVICTIONS_KEPT, EVICTIONS) * ROOM;
}

/** How many entries can be evicted with so many bytes. */
export function evictionsIn(room: number): number {
  return Math.floor(room / ROOM);
}
