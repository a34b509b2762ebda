/** What each type of number is in JavaScript: 64-bit integers are bigint, bool is boolean. */
export interface ScalarValues {
  f32: number;
  f64: number;
  i8: number;
  u8: number;
  i16: number;
  u16: number;
  i32: number;
  u32: number;
  i64: bigint;
  u64: bigint;
  bool: boolean;
}

/** The typed array of each type of number; there is none of booleans, so that theirs is one of bytes. */
export interface ScalarArrays {
  f32: Float32Array;
  f64: Float64Array;
  i8: Int8Array;
  u8: Uint8Array;
  i16: Int16Array;
  u16: Uint16Array;
  i32: Int32Array;
  u32: Uint32Array;
  i64: BigInt64Array;
  u64: BigUint64Array;
  bool: Uint8Array;
}

/** Name of a type of number, as NumPy and Rust have it: kind and bits. */
export type ScalarName = keyof ScalarValues;

/** Makes the array of a type over memory. */
interface ArrayMaker<Array> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, offset?: number, length?: number): Array;
}

/** The typed array of each type. Their elements are as long as their alignment. */
export const scalarArrays: { readonly [Name in ScalarName]: ArrayMaker<ScalarArrays[Name]> } = {
  f32: Float32Array,
  f64: Float64Array,
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  bool: Uint8Array,
};

/** Whether something names a type of number. */
export function isScalarName(name: unknown): name is ScalarName {
  return typeof name === 'string' && Object.hasOwn(scalarArrays, name);
}
