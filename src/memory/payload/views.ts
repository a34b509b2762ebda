/** All types of views, by the number that stands for them in packed forms. */
const NAMES = [
  'DataView',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'Float16Array',
] as const;
/** Node's Buffer, which is a Uint8Array by its tag. */
const NODE_BUFFER = NAMES.length;

type ViewClass = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => ArrayBufferView;

// Float16Array is missing in older versions of Node.js.
const classes = NAMES.map((name) => (globalThis as unknown as Record<string, ViewClass | undefined>)[name]);
const typeOfTag = new Map<string, number>(NAMES.map((name, type) => [name, type]));

/** The number that stands for a view's type; undefined for instances of the user's subclasses. */
export function viewType(view: ArrayBufferView): number | undefined {
  const prototype: unknown = Object.getPrototypeOf(view);
  if (prototype === Buffer.prototype) return NODE_BUFFER;
  const type = typeOfTag.get((view as unknown as Record<symbol, string>)[Symbol.toStringTag] ?? ''); // all views have a tag
  if (type === undefined || prototype === classes[type]?.prototype) return type;
  // A view of another realm (vm contexts, test runners): its own prototype has what no subclass's prototype has.
  const builtin =
    typeof prototype === 'object' &&
    prototype !== null &&
    Object.hasOwn(prototype, type === 0 ? 'getInt8' : 'BYTES_PER_ELEMENT');
  return builtin ? type : undefined;
}

const FLOAT: readonly boolean[] = NAMES.map((name) => name.startsWith('Float'));

/** Whether the elements are floating-point numbers. */
export function isFloat(type: number): boolean {
  return FLOAT[type] === true;
}

/** Elements of a view; bytes of a DataView. */
export function lengthOf(view: ArrayBufferView): number {
  return (view as { readonly length?: number }).length ?? view.byteLength; // all typed arrays have a length
}

/** Bytes to whose multiples a view's offset must fall. */
export function alignmentOf(view: ArrayBufferView): number {
  return (view as { readonly BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1; // typed arrays have it, DataViews need none
}

/** A view of memory. */
export function makeView(
  type: number,
  memory: ArrayBufferLike,
  part: { readonly byteOffset: number; readonly length: number },
): ArrayBufferView {
  if (type === NODE_BUFFER) return Buffer.from(memory as ArrayBuffer, part.byteOffset, part.length); // takes shared memory too
  const View = classes[type];
  if (View === undefined) throw new TypeError(`This version of Node.js has no ${NAMES[type] ?? 'such view'}`);
  return new View(memory, part.byteOffset, part.length);
}
