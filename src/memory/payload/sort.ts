import { types } from 'node:util';
import { isContainer } from '../../graph/containers.js';

/**
 * How an object travels: containers are looked into, structured clone does `atom`s, and the others are told apart
 * when they are packed.
 */
export type Sort = 'array' | 'record' | 'map' | 'set' | 'atom' | 'view' | 'buffer' | 'error' | 'instance';

/** The sort of an object. Never by `instanceof` alone: other realms have other classes. @throws what a proxy throws. */
export function sortOf(value: object): Sort {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return 'record';
  if (prototype === Array.prototype) return Array.isArray(value) ? 'array' : 'record';
  if (ArrayBuffer.isView(value)) return 'view';
  if (types.isAnyArrayBuffer(value)) return 'buffer';
  if (types.isNativeError(value) || value instanceof Error || value instanceof DOMException) return 'error';
  if (isContainer(value)) {
    if (Array.isArray(value)) return 'array';
    if (types.isMap(value)) return 'map';
    return types.isSet(value) ? 'set' : 'record';
  }
  return isAtom(value, prototype) ? 'atom' : 'instance';
}

function isAtom(value: object, prototype: unknown): boolean {
  if (types.isDate(value) || types.isRegExp(value) || (types.isBoxedPrimitive(value) && !types.isSymbolObject(value))) {
    const above: unknown = Object.getPrototypeOf(prototype);
    return above !== null && Object.getPrototypeOf(above) === null; // a subclass would lose its prototype
  }
  return types.isKeyObject(value) || types.isCryptoKey(value) || value instanceof Blob;
}

/** Whether a primitive, in the sense of packing: what stands for itself in any message. */
export function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol');
}
