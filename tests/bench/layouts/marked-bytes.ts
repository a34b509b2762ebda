import type { Random } from './random.js';

/** A number and a checksum. */
const head = 8;

/** Bytes of a random length: mostly some hundred, at times some thousand, rarely 64 KiB. */
export function randomLength(random: Random): number {
  const kind = random.below(1000);
  if (kind === 0) return 64 * 1024;
  return head + random.below(kind < 100 ? 4096 : 400);
}

/** Bytes that tell which they are, and whether they are whole. */
export function markedBytes(number: number, random: Random): Uint8Array {
  const bytes = new Uint8Array(randomLength(random));
  for (let at = head; at < bytes.length; at++) bytes[at] = (number * 31 + at * 7) & 0xff;
  const view = new DataView(bytes.buffer);
  view.setUint32(0, number);
  view.setUint32(4, checksum(bytes));
  return bytes;
}

/** The number of marked bytes; undefined when they are not whole. */
export function numberOf(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(4) === checksum(bytes) ? view.getUint32(0) : undefined;
}

/** FNV-1a of what follows the head, and of the length. */
function checksum(bytes: Uint8Array): number {
  let sum = 0x811c9dc5 ^ bytes.length;
  for (let at = head; at < bytes.length; at++) sum = Math.imul(sum ^ (bytes[at] ?? 0), 0x01000193);
  return sum >>> 0;
}
