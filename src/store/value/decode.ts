import { deserialize } from 'node:v8';
import { DagError } from '../../errors.js';
import { blocks } from '../../memory/blocks.js';
import { codecsMissing } from '../../memory/payload/codec.js';
import type { PayloadMemory } from '../../memory/payload/context.js';
import { unpack } from '../../memory/payload/unpack.js';
import { makeView } from '../../memory/payload/views.js';
import * as format from './format.js';

/** Below, recycled memory costs more than fresh memory does. */
const BLOCK_FROM = 4096;

export interface DecodeOptions {
  /** The large buffers of the value, in order, as {@link bufferFor} made them. */
  readonly large?: readonly ArrayBufferLike[];
  /** The call whose result it becomes: its blocks are recycled with it. Default: they are when they are collected. */
  readonly owner?: object | undefined;
  /** What errors call the value. */
  readonly subject: string;
}

/** Memory for a buffer of a value: a block that all threads share where it may be, and is worth it. */
export function bufferFor({ kind, float, length }: format.Slot, owner?: object): ArrayBufferLike {
  if (kind === 'shared') return new SharedArrayBuffer(length);
  return kind === 'memory' && length >= BLOCK_FROM ? blocks.take(length, { owner, float }) : new ArrayBuffer(length);
}

/**
 * The value whose body this is, a new one each time. Nothing that the bytes name is imported or run, but for codecs
 * that this thread has registered.
 *
 * @throws DAG_STORE_CODEC when a codec is not registered here; DAG_CANNOT_TRAVEL when one fails; DAG_PEER_MISSING.
 */
export function decodeValue(body: Buffer, options: DecodeOptions): unknown {
  switch (body[0] ?? format.PACKED) {
    case format.UNDEFINED:
      return undefined;
    case format.NULL:
      return null;
    case format.FALSE:
      return false;
    case format.TRUE:
      return true;
    case format.NUMBER:
      return body.readDoubleLE(1);
    case format.LATIN1:
      return body.toString('latin1', 1);
    case format.UTF16:
      return body.toString('utf16le', 1);
    case format.BIGINT:
      return BigInt(body.toString('latin1', 1));
    case format.VIEW:
      return decodeView(body, options);
    case format.JSON_TEXT:
      return JSON.parse(body.toString('utf8', 1)) as unknown;
    default:
      return decodePacked(body, options);
  }
}

function decodeView(body: Buffer, { large, owner }: DecodeOptions): unknown {
  const slot = format.readSlot(body, format.SLOTS_AT);
  const buffer = slot.large ? large?.[0] : inlined(body, format.VIEW_BYTES_AT, { slot, owner });
  const length = body.readDoubleLE(format.VIEW_LENGTH_AT);
  return makeView(body[1] ?? 0, buffer ?? new ArrayBuffer(0), { byteOffset: 0, length });
}

function decodePacked(body: Buffer, { large, owner, subject }: DecodeOptions): unknown {
  const buffers: ArrayBufferLike[] = [];
  const slots = format.slotsOf(body);
  let at = format.SLOTS_AT + slots.length * format.SLOT_BYTES;
  let next = 0;
  for (const slot of slots) {
    if (slot.large) {
      buffers.push(large?.[next] ?? new ArrayBuffer(0));
      next += 1;
    } else {
      buffers.push(inlined(body, at, { slot, owner }));
      at += slot.length;
    }
  }
  const packed: unknown = deserialize(body.subarray(at));
  refuseMissing(packed, subject);
  return unpack(packed, { memory: new OpenedMemory(buffers) });
}

function inlined(
  body: Buffer,
  at: number,
  { slot, owner }: { readonly slot: format.Slot; readonly owner: object | undefined },
): ArrayBufferLike {
  const from = body.byteOffset + at;
  // In one step, for what is small.
  if (slot.kind !== 'shared' && slot.length < BLOCK_FROM) return body.buffer.slice(from, from + slot.length);
  const buffer = bufferFor(slot, owner);
  if (slot.length > 0) body.copy(new Uint8Array(buffer), 0, at, at + slot.length);
  return buffer;
}

/** Never imports what the bytes name: they may come from anywhere. */
function refuseMissing(packed: unknown, subject: string): void {
  const [missing] = codecsMissing(packed);
  if (missing === undefined) return;
  const { name, module } = missing;
  throw new DagError('DAG_STORE_CODEC', {
    message: `${subject} needs the codec ${name}, which is not registered here.`,
    remedy: `Import the module that registers it${module === '' ? '' : `, ${module} when it was stored,`} before it is read.`,
  });
}

/** The buffers of one value, by their slots. */
class OpenedMemory implements PayloadMemory {
  readonly #buffers: readonly ArrayBufferLike[];

  constructor(buffers: readonly ArrayBufferLike[]) {
    this.#buffers = buffers;
  }

  locate(): undefined {
    return undefined;
  }

  place(): never {
    throw new DagError('DAG_INTERNAL', { message: 'A value was written with the memory of one that is read.' });
  }

  open(slot: number): ArrayBufferLike {
    return this.#buffers[slot] ?? new ArrayBuffer(0);
  }
}
