import { types } from 'node:util';
import type { PackContext } from './context.js';
import { BUFFER, PLAIN, SPECIAL, VIEW, type Packed } from './format.js';
import { isPlainTree } from './plain-tree.js';
import { isPrimitive } from './sort.js';
import { TreePacker } from './tree-packer.js';
import { isFloat, lengthOf, viewType } from './views.js';

/**
 * Packs a value for `postMessage`: primitives as they are, everything else as an array that begins with a number.
 *
 * Typed arrays, DataViews and Buffers, at any depth, are never structured-cloned: memory that is a block is referred
 * to, other memory is copied into blocks once, from the lowest to the highest byte that the views of the value use,
 * and memory that the user shares stays that memory. Errors, null prototypes and instances with a codec come back as
 * what they are; shared references stay shared, and any depth will do. Own named properties of arrays and views are the
 * affair of structured clone, and so are bare ArrayBuffers, which keep the views on them with them.
 *
 * O(1) for a view of a block; about 100 ns for each plain container; containers are copied only where something else is inside.
 *
 * @throws DAG_CANNOT_TRAVEL naming the path of a function, symbol, or instance that nothing here knows how to pack.
 * @throws DAG_PEER_MISSING for an instance of an optional package that cannot be loaded here.
 */
export function pack(value: unknown, context: PackContext): unknown {
  if (isPrimitive(value)) return value;
  return packObject(value as object, context); // or a function or symbol, which the steps below tell apart
}

function packObject(value: object, context: PackContext): Packed {
  if (ArrayBuffer.isView(value)) {
    const type = viewType(value);
    const packed = type === undefined ? undefined : packView(value, type, context);
    if (packed !== undefined) return packed;
  } else if (types.isSharedArrayBuffer(value)) {
    const block = context.memory.locate(value);
    context.counted?.(value.byteLength);
    return block === undefined ? [PLAIN, value] : [BUFFER, block];
  } else if (typeof value === 'object' && isPlainTree(value)) {
    return [PLAIN, value];
  } else if (typeof value === 'function') {
    const packed = context.special?.(value);
    if (packed !== undefined) return [SPECIAL, packed];
  }
  return new TreePacker(context).pack(value);
}

/** Undefined where its memory was transferred: who packs trees tells that. */
function packView(view: ArrayBufferView, type: number, { memory, counted }: PackContext): Packed | undefined {
  const { buffer, byteOffset, byteLength } = view;
  counted?.(byteLength);
  const block = memory.locate(buffer);
  if (block !== undefined || (types.isSharedArrayBuffer(buffer) && memory.placesShared !== true))
    return [VIEW, type, block ?? buffer, byteOffset, lengthOf(view)];
  if (byteLength === 0) return wasTransferred(buffer) ? undefined : [VIEW, type, new ArrayBuffer(0), 0, 0];
  const placed = memory.place(new Uint8Array(buffer, byteOffset, byteLength), isFloat(type));
  return [VIEW, type, placed.block, placed.offset, lengthOf(view)];
}

/** Whether the memory of a buffer has gone elsewhere: then no view of it can be made. */
function wasTransferred(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer); // throws then
    return false;
  } catch {
    return true;
  }
}
