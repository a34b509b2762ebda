import { deserialize, serialize } from 'node:v8';
import { types } from 'node:util';
import { substitute } from '../../graph/containers.js';
import { codecsMissing, type NeededCodec } from '../../memory/payload/codec.js';
import { pack } from '../../memory/payload/pack.js';
import { unpack } from '../../memory/payload/unpack.js';
import { unsharedCopy, type SharedView } from '../../memory/unshared.js';

/** What blocks are aligned to, so that views of any type can lie on them. */
const ALIGNMENT = 16;
const HEADER_WORD = 4;
/** The block that memory of its own is copied into; those after it are shared buffers as they are. */
const COPIED = 0;

/** A value that is ready to be written into a slot. */
export interface EncodedPayload {
  /** Bytes that it takes there. */
  readonly length: number;
  writeTo(slot: Uint8Array): void;
}

/** Where a block lies behind the header, and how long it is. */
type Extent = readonly [start: number, length: number];

/**
 * Encodes any value that can travel between threads as bytes: what `pack` makes of it, then the bytes of its typed arrays,
 * which are copied once, from where they are into the slot.
 *
 * @throws DAG_CANNOT_TRAVEL
 */
export function encodePayload(value: unknown, subject: string): EncodedPayload {
  const blocks = packBlocks(value, subject);
  if (blocks.shared.size === 0) return encoded(blocks);
  return encoded(packBlocks(substitute(value, { match: isPartOfShared, replace: unsharedCopy }), subject));
}

/** A value that was packed, and the memory that goes with it. */
interface Blocks {
  readonly packed: unknown;
  readonly parts: { readonly bytes: Uint8Array; readonly start: number }[];
  readonly shared: ReadonlyMap<ArrayBufferLike, number>;
  /** Bytes of the block of copies. */
  readonly copied: number;
}

function packBlocks(value: unknown, subject: string): Blocks {
  const parts: Blocks['parts'] = [];
  const shared = new Map<ArrayBufferLike, number>();
  let copied = 0;
  const packed = pack(value, {
    subject,
    memory: {
      locate(buffer) {
        if (!types.isSharedArrayBuffer(buffer)) return undefined;
        const block = shared.get(buffer) ?? shared.size + 1;
        shared.set(buffer, block);
        return block;
      },
      place(bytes) {
        const offset = copied;
        parts.push({ bytes, start: offset });
        copied = aligned(copied + bytes.byteLength);
        return { block: COPIED, offset };
      },
      open: () => new SharedArrayBuffer(0), // of reading only
    },
  });
  return { packed, parts, shared, copied };
}

function encoded({ packed, parts, shared, copied }: Blocks): EncodedPayload {
  const extents: Extent[] = [[0, copied]];
  let end = copied;
  for (const buffer of shared.keys()) {
    parts.push({ bytes: new Uint8Array(buffer), start: end });
    extents.push([end, buffer.byteLength]);
    end = aligned(end + buffer.byteLength);
  }
  const header = serialize([packed, extents]);
  const body = aligned(HEADER_WORD + header.byteLength);
  return {
    length: body + end,
    writeTo(slot) {
      new DataView(slot.buffer, slot.byteOffset).setUint32(0, header.byteLength, true);
      slot.set(header, HEADER_WORD);
      for (const { bytes, start } of parts) slot.set(bytes, body + start);
    },
  };
}

/** What a value needs before it can be decoded in this thread. */
export class CodecsMissing {
  constructor(readonly codecs: readonly NeededCodec[]) {}
}

/**
 * The value that was encoded, in memory of its own; what it needs, where this thread lacks codecs.
 *
 * @throws DAG_CANNOT_TRAVEL when a codec fails.
 */
export function decodePayload(slot: Uint8Array): unknown {
  const length = new DataView(slot.buffer, slot.byteOffset).getUint32(0, true);
  const header = Uint8Array.from(slot.subarray(HEADER_WORD, HEADER_WORD + length));
  const [packed, extents] = deserialize(header) as [unknown, readonly Extent[]]; // as it was encoded
  const missing = codecsMissing(packed);
  if (missing.length > 0) return new CodecsMissing(missing);
  const body = aligned(HEADER_WORD + length);
  return unpack(packed, {
    memory: {
      locate: () => undefined,
      place: () => ({ block: COPIED, offset: 0 }), // of writing only
      open(block) {
        const [start, size] = extents[block] ?? [0, 0];
        // Memory that was not shared is not shared here: where a part of the value is handed on, only that part is copied.
        const copy = block === COPIED ? new ArrayBuffer(size) : new SharedArrayBuffer(size);
        new Uint8Array(copy).set(slot.subarray(body + start, body + start + size));
        return copy; // views are made on either
      },
    },
  });
}

/** A value in memory of its own, as a thread would have got it. @throws DAG_CANNOT_TRAVEL */
export function payloadCopy(value: unknown, subject: string): unknown {
  const payload = encodePayload(value, subject);
  const slot = new Uint8Array(payload.length);
  payload.writeTo(slot);
  return decodePayload(slot); // this thread has the codecs that it was encoded with
}

/** An array of a record lies in a ring with all others, which must not travel with it. */
function isPartOfShared(element: object): element is SharedView {
  return (
    ArrayBuffer.isView(element) &&
    types.isSharedArrayBuffer(element.buffer) &&
    element.byteLength < element.buffer.byteLength
  );
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
