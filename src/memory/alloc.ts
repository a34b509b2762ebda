import { DagError } from '../errors.js';
import { describeOption } from '../graph/options.js';
import { scopes } from '../graph/scope.js';
import { blocks } from './blocks.js';

/** A constructor of typed arrays over shared memory. */
export interface TypedArrayType<View> {
  readonly BYTES_PER_ELEMENT: number;
  readonly name: string;
  new (buffer: SharedArrayBuffer, byteOffset: number, length: number): View;
}

/** Options of {@link alloc}. */
export interface AllocOptions {
  /** Fill with zeros. Default false: the content is whatever the memory held before. */
  readonly zero?: boolean;
}

const LARGEST = 2 ** 32;

/**
 * A typed array in memory that all threads share, recycled from earlier values of its size. In a body it belongs to the
 * call: when the call's result, and every other value on the same memory, has been released, the memory is used again.
 * Outside a body it is yours until it is collected.
 *
 * The content is undefined, as with `Buffer.allocUnsafe`, unless `zero` is set.
 *
 * @param shape number of elements, or the lengths of the dimensions, whose product is taken.
 * @throws DAG_OPTION when `shape` is not made of whole numbers of at least 0, or `Type` is no typed array type.
 */
export function alloc<View>(
  Type: TypedArrayType<View>,
  shape: number | readonly number[],
  options: AllocOptions = {},
): View {
  const given: unknown = Type;
  if (typeof given !== 'function' || !('BYTES_PER_ELEMENT' in given)) {
    throw new DagError('DAG_OPTION', {
      message: `alloc() expects a typed array type such as Float64Array, got ${describeOption(given)}.`,
    });
  }
  const extents: unknown = typeof shape === 'number' ? [shape] : shape;
  const length = Array.isArray(extents) ? lengthOf(extents) : Number.NaN;
  if (!(length * Type.BYTES_PER_ELEMENT <= LARGEST)) {
    throw new DagError('DAG_OPTION', {
      message: `alloc(${Type.name}): the length or shape must be made of whole numbers of at least 0 and at most 4 GiB together, got ${describeOption(shape)}.`,
    });
  }
  const bytes = length * Type.BYTES_PER_ELEMENT;
  const scope = scopes.current();
  const memory = blocks.take(bytes, { owner: scope?.parent, float: isFloat(Type) });
  if (options.zero === true) new Uint8Array(memory, 0, bytes).fill(0);
  return new Type(memory, 0, length);
}

/** The number of elements; NaN where an extent is none. */
function lengthOf(extents: readonly unknown[]): number {
  let length = 1;
  for (const extent of extents)
    length *= Number.isInteger(extent) && (extent as number) >= 0 ? (extent as number) : Number.NaN;
  return length;
}

/** Whether a typed array type, or the one that it extends, is of floating-point numbers. */
function isFloat(Type: TypedArrayType<unknown>): boolean {
  if (Type.name.startsWith('Float')) return true;
  const parent: unknown = Object.getPrototypeOf(Type);
  return typeof parent === 'function' && parent.name.startsWith('Float');
}
