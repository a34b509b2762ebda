import { types } from 'node:util';
import { substitute } from '../graph/containers.js';
import { alloc, type TypedArrayType } from './alloc.js';

type View = ArrayBufferView & { readonly length: number; set(from: ArrayLike<number>): void };

const isTypedArray = (element: object): element is View => ArrayBuffer.isView(element) && 'set' in element;

/** The value with a copy of each typed array in it, in shared memory where the original was. */
export function duplicate(value: unknown): unknown {
  return substitute(value, { match: isTypedArray, replace: copyOf });
}

function copyOf(view: View): unknown {
  const shared = types.isSharedArrayBuffer(view.buffer);
  const Type = view.constructor as TypedArrayType<View> & (new (length: number) => View); // each typed array has such a constructor
  const copy = shared ? alloc(Type, view.length) : new Type(view.length);
  copy.set(view as unknown as ArrayLike<number>); // of its own element type
  return copy;
}
