import { types } from 'node:util';
import { substitute } from '../graph/containers.js';
import { alloc } from './alloc.js';

type Memory = ArrayBufferView | ArrayBufferLike;

const isMemory = (element: object): element is Memory => ArrayBuffer.isView(element) || types.isAnyArrayBuffer(element);

/** The value with a copy of each buffer and view in it, in shared memory where the original was. */
export function duplicate(value: unknown): unknown {
  return substitute(value, { match: isMemory, replace: copyOf });
}

function copyOf(memory: Memory): unknown {
  if (!ArrayBuffer.isView(memory)) return copyBuffer(memory);
  const bytes = copyBytes(memory.buffer, memory.byteOffset, memory.byteLength);
  const length = 'length' in memory ? (memory.length as number) : memory.byteLength;
  if (Buffer.isBuffer(memory)) return Buffer.from(bytes as ArrayBuffer, 0, length);
  // Every view type is built from (buffer, offset, length); which one it is, only its constructor knows.
  const View = memory.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => unknown;
  return new View(bytes, 0, length);
}

/** The bytes in memory of the same kind; shared memory comes from the pool and may be longer. */
function copyBytes(memory: ArrayBufferLike, offset: number, length: number): ArrayBufferLike {
  const bytes = types.isSharedArrayBuffer(memory) ? alloc(Uint8Array, length).buffer : new ArrayBuffer(length);
  new Uint8Array(bytes).set(new Uint8Array(memory, offset, length));
  return bytes;
}

/** Exactly as long as the original, which blocks of the pool need not be. */
function copyBuffer(buffer: ArrayBufferLike): ArrayBufferLike {
  const { byteLength } = buffer;
  const copy = types.isSharedArrayBuffer(buffer) ? new SharedArrayBuffer(byteLength) : new ArrayBuffer(byteLength);
  new Uint8Array(copy).set(new Uint8Array(buffer));
  return copy;
}
