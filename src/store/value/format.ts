/**
 * A value as bytes, its body: a byte that says what it is, then
 *
 * - nothing for the first four, 8 bytes of a number, Latin-1 or UTF-16 of a text, the decimal digits of a bigint;
 * - `VIEW`: type of the view (byte 1), a slot (byte 8 on), its length (a number at 24), its bytes where they are inlined;
 * - `JSON_TEXT`: UTF-8 of a small plain value;
 * - `PACKED`: the number of buffers (4 bytes at 4), a slot for each (from byte 8 on), the bytes of those that are
 *   inlined, and what `v8.serialize` made of the packed form, in which slots stand for buffers.
 *
 * A slot has 16 bytes: flags, and from its byte 8 on the length of the buffer.
 */
export const UNDEFINED = 0;
export const NULL = 1;
export const FALSE = 2;
export const TRUE = 3;
export const NUMBER = 4;
export const LATIN1 = 5;
export const UTF16 = 6;
export const BIGINT = 7;
export const VIEW = 8;
export const PACKED = 9;
export const JSON_TEXT = 10;

export const SLOTS_AT = 8;
export const SLOT_BYTES = 16;
export const VIEW_LENGTH_AT = SLOTS_AT + SLOT_BYTES;
export const VIEW_BYTES_AT = VIEW_LENGTH_AT + 8;

/** What a buffer is when it is read: memory that may be longer, a bare ArrayBuffer, or a bare SharedArrayBuffer. */
const BUFFER_KINDS = ['memory', 'array', 'shared'] as const;
const KIND_MASK = 3;
const FLOAT = 4;
const LARGE = 8;

/** One buffer of a value. */
export interface Slot {
  readonly kind: (typeof BUFFER_KINDS)[number];
  /** Whether floating-point numbers lie in it. */
  readonly float: boolean;
  /** Whether its bytes are not in the body. */
  readonly large: boolean;
  readonly length: number;
}

export function writeSlot(body: Buffer, at: number, { kind, float, large, length }: Slot): void {
  body[at] = BUFFER_KINDS.indexOf(kind) | (float ? FLOAT : 0) | (large ? LARGE : 0);
  body.writeDoubleLE(length, at + 8);
}

export function readSlot(body: Buffer, at: number): Slot {
  const flags = body[at] ?? 0;
  return {
    kind: BUFFER_KINDS[flags & KIND_MASK] ?? 'memory',
    float: (flags & FLOAT) !== 0,
    large: (flags & LARGE) !== 0,
    length: body.readDoubleLE(at + 8),
  };
}

/** The buffers of a value whose body this is. */
export function slotsOf(body: Buffer): Slot[] {
  if (body[0] === VIEW) return [readSlot(body, SLOTS_AT)];
  if (body[0] !== PACKED) return [];
  const slots: Slot[] = [];
  for (let index = 0; index < body.readUInt32LE(4); index += 1)
    slots.push(readSlot(body, SLOTS_AT + index * SLOT_BYTES));
  return slots;
}
