import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { difference, TestMemory, travel } from './travel.js';

type ViewClass = new (buffer: ArrayBufferLike, offset: number, length: number) => ArrayBufferView;

const TYPES: readonly (ViewClass & { readonly BYTES_PER_ELEMENT?: number })[] = [
  DataView,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

/** Buffers of each sort that views of one value share. */
function buffers(memory: TestMemory): ArrayBufferLike[] {
  const fill = <Memory extends ArrayBufferLike>(buffer: Memory): Memory => {
    new Uint8Array(buffer).forEach((_, index, bytes) => (bytes[index] = 31 * index));
    return buffer;
  };
  return [new ArrayBuffer(96), new ArrayBuffer(64), memory.block(128), new SharedArrayBuffer(64)].map(fill);
}

const view = (pool: readonly ArrayBufferLike[]) =>
  fc
    .record({
      buffer: fc.constantFrom(...pool),
      Type: fc.constantFrom<(typeof TYPES)[number]>(...TYPES),
      offset: fc.nat(5),
      length: fc.nat(4),
    })
    .map(({ buffer, Type, offset, length }) => {
      const size = Type.BYTES_PER_ELEMENT ?? 1;
      return new Type(buffer, offset * size, Math.min(length, Math.floor(buffer.byteLength / size) - offset));
    });

const leaf = (pool: readonly ArrayBufferLike[]) =>
  fc.oneof(
    fc.constantFrom<unknown[]>(undefined, null, true, -0, Number.NaN, Infinity, '', '__proto__'),
    fc.double(),
    fc.string(),
    fc.bigInt(),
    fc.date({ noInvalidDate: true }),
    { weight: 3, arbitrary: view(pool) },
    fc.constantFrom(...pool.slice(2)),
    fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes)),
    fc.string().map((text) => new RangeError(text)),
  );

const value = (pool: readonly ArrayBufferLike[]) =>
  fc.letrec<{ node: unknown }>((tie) => {
    const node = tie('node');
    const key = fc.oneof(fc.string(), fc.constantFrom('a', 'b', '0', '7', '__proto__'));
    return {
      node: fc.oneof(
        { depthSize: 'small' },
        leaf(pool),
        fc.array(node, { maxLength: 5 }),
        fc.sparseArray(node, { maxLength: 6 }),
        fc.dictionary(key, node, { maxKeys: 5 }),
        fc.array(fc.tuple(node, node), { maxLength: 4 }).map((entries) => new Map(entries)),
        fc.array(node, { maxLength: 4 }).map((elements) => new Set(elements)),
        fc
          .record({ properties: fc.dictionary(fc.constantFrom('x', 'y'), node), cause: node })
          .map(({ properties, cause }) => Object.assign(new TypeError('failed', { cause }), properties)),
      ),
    };
  }).node;

/** Puts objects of a value into its arrays once more, so that there are cycles and shared references. */
function knot(root: unknown, picks: readonly number[]): unknown {
  const found: object[] = [];
  const seen = new Set<unknown>();
  const stack = [root];
  for (let element = stack.pop(); stack.length > 0 || element !== undefined; element = stack.pop()) {
    if (typeof element !== 'object' || element === null || seen.has(element)) continue;
    seen.add(element);
    found.push(element);
    if (ArrayBuffer.isView(element)) continue;
    stack.push(
      ...(element instanceof Map ? [...element].flat() : element instanceof Set ? element : Object.values(element)),
    );
  }
  const lists = found.filter((element) => Array.isArray(element));
  for (const [index, pick] of picks.entries()) lists[index % lists.length]?.push(found[pick % found.length]);
  return root;
}

describe('any value', () => {
  test('arrives as it was: types, order, holes, signs, bytes, sharing and cycles', () => {
    fc.assert(
      fc.property(
        fc.constant(null).chain(() => {
          const memory = new TestMemory();
          return fc.record({
            memory: fc.constant(memory),
            root: value(buffers(memory)),
            picks: fc.array(fc.nat(100), { maxLength: 4 }),
          });
        }),
        ({ memory, root, picks }) => {
          const original = knot([root], picks);
          expect(difference(original, travel(original, { memory }))).toBeUndefined();
        },
      ),
      { numRuns: 400, endOnFailure: true }, // shrinking such values takes minutes,
    );
  });
});
