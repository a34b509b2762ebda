import { types } from 'node:util';
import { isContainer, isMap, isSet } from '../graph/containers.js';
import { Future } from '../graph/future.js';

/** What a walk over a value meets. */
export interface BufferVisitor {
  /** A typed array, DataView or Node Buffer. */
  view(view: ArrayBufferView): void;
  /** A buffer that stands in the value itself. */
  buffer(buffer: ArrayBufferLike): void;
  text?(text: string): void;
  /** A function, or an object whose class or accessors may keep what the walk cannot see. */
  opaque?(): void;
}

/** Not by `instanceof`: a context of its own, as test runners make, has another ArrayBuffer. */
function isBuffer(value: object): value is ArrayBufferLike {
  return types.isAnyArrayBuffer(value);
}

/** Whether all that an object holds can be seen from outside. */
function isTransparent(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return isContainer(value) || types.isDate(value) || types.isRegExp(value) || prototype === Error.prototype;
}

/**
 * Visits every buffer, view and (if asked for) string of a value, at any depth, once each object; class instances are
 * looked into by their own properties. Keeps its own stack. Plain arrays of numbers cost a look at each element.
 */
export function eachBuffer(root: unknown, visitor: BufferVisitor): void {
  if (typeof root === 'string') visitor.text?.(root);
  if (typeof root === 'function') visitor.opaque?.();
  if (typeof root !== 'object' || root === null) return;
  if (ArrayBuffer.isView(root)) {
    visitor.view(root);
    return;
  }
  const seen = new Set<object>([root]);
  const stack: object[] = [root];
  const meet = (element: unknown): void => {
    if (typeof element === 'string') visitor.text?.(element);
    else if (typeof element === 'function') visitor.opaque?.();
    else if (typeof element === 'object' && element !== null && !seen.has(element)) {
      seen.add(element);
      if (ArrayBuffer.isView(element)) visitor.view(element);
      else stack.push(element);
    }
  };
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (value instanceof Future) continue;
    if (isBuffer(value)) visitor.buffer(value);
    else if (Array.isArray(value) || isSet(value)) for (const element of value as Iterable<unknown>) meet(element);
    else if (isMap(value)) {
      for (const [key, element] of value) {
        meet(key);
        meet(element);
      }
    } else {
      if (visitor.opaque !== undefined && !isTransparent(value)) visitor.opaque();
      eachProperty(value, meet, visitor);
    }
  }
}

/** Visits an object's own properties, also those with symbols for names and those that loops leave out. */
function eachProperty(value: object, meet: (element: unknown) => void, visitor: BufferVisitor): void {
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (descriptor === undefined) continue;
    if (!('value' in descriptor)) visitor.opaque?.();
    else if (descriptor.enumerable === true || typeof descriptor.value === 'object') meet(descriptor.value);
  }
}

/** Bytes of a value's views and buffers, plus one byte per character of its strings; other data count nothing. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'number' || value === undefined) return 0;
  let bytes = 0;
  eachBuffer(value, {
    view: (view) => (bytes += view.byteLength),
    buffer: (buffer) => (bytes += buffer.byteLength),
    text: (text) => (bytes += text.length),
  });
  return bytes;
}
