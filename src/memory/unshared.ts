import { types } from 'node:util';
import { substitute } from '../graph/containers.js';
import { blocks } from './blocks.js';

/** A view of shared memory. */
export type SharedView = ArrayBufferView<SharedArrayBuffer>;

const isShared = (element: object): element is SharedView | SharedArrayBuffer =>
  types.isSharedArrayBuffer(ArrayBuffer.isView(element) ? element.buffer : element);

/** The value with every buffer and view of shared memory copied into ordinary ones; the rest stays as it is. */
export function unshared(value: unknown): unknown {
  return substitute(value, { match: isShared, replace: unsharedCopy });
}

/** The value with every buffer and view of blocks, which the library recycles, copied into ordinary ones; the rest stays. */
export function unblocked(value: unknown): unknown {
  return substitute(value, { match: isOfBlock, replace: unsharedCopy });
}

function isOfBlock(element: object): element is SharedView | SharedArrayBuffer {
  if (!isShared(element)) return false;
  return blocks.locate(ArrayBuffer.isView(element) ? element.buffer : element) !== undefined;
}

/** The same view or buffer, on ordinary memory of its own. */
export function unsharedCopy(shared: SharedView | SharedArrayBuffer): unknown {
  if (!ArrayBuffer.isView(shared)) return copyBytes(shared, 0, shared.byteLength);
  const bytes = copyBytes(shared.buffer, shared.byteOffset, shared.byteLength);
  if (Buffer.isBuffer(shared)) return Buffer.from(bytes);
  // Every view type is built from (buffer, offset, length); which one it is, only its constructor knows.
  const View = shared.constructor as new (buffer: ArrayBuffer) => unknown;
  return new View(bytes);
}

function copyBytes(memory: SharedArrayBuffer, offset: number, length: number): ArrayBuffer {
  const copy = new ArrayBuffer(length);
  new Uint8Array(copy).set(new Uint8Array(memory, offset, length));
  return copy;
}
