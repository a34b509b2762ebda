import { describe, expect, test } from '@jest/globals';
import { createSecretKey } from 'node:crypto';
import { inspect, types } from 'node:util';
import fc from 'fast-check';
import { alloc } from '../../src/memory/alloc.js';
import { registerCodec } from '../../src/memory/payload/codec.js';
import { bufferFor, decodeValue } from '../../src/store/value/decode.js';
import { encodeValue, type EncodeOptions } from '../../src/store/value/encode.js';
import { slotsOf } from '../../src/store/value/format.js';
import { storable } from './values.js';

/** A value as it comes back, its large buffers read into memory of their own. */
function roundTrip(value: unknown, options?: EncodeOptions): unknown {
  const { body, large } = encodeValue(value, options);
  const copy = Buffer.from(body);
  const slots = slotsOf(copy).filter((slot) => slot.large);
  const buffers = slots.map((slot, index) => {
    const buffer = bufferFor(slot);
    new Uint8Array(buffer).set(large[index] ?? []);
    return buffer;
  });
  return decodeValue(copy, { large: buffers, subject: 'the value' });
}

const code = (code: string): unknown => expect.objectContaining({ code });

describe('a value as bytes', () => {
  test.each([
    undefined,
    null,
    true,
    false,
    0,
    -0,
    NaN,
    Infinity,
    1e-300,
    '',
    'plain',
    'é ÿ',
    'Ā ∑ 😀',
    '\ud800 half a pair',
    0n,
    -(2n ** 200n),
  ])('keeps the primitive %p', (value) => {
    expect(Object.is(roundTrip(value), value)).toBe(true);
  });

  test('keeps holes, -0 inside of containers, dates, expressions, errors and boxed primitives', () => {
    // eslint-disable-next-line no-sparse-arrays -- that is the point
    const value = [, -0, [NaN], new Date(5), new Date(NaN), /a+/giu, new Map([['a', new Set([1n])]])];
    expect(inspect(roundTrip(value))).toBe(inspect(value));
    const error = roundTrip(new RangeError('far', { cause: new Error('near') }));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'far', cause: { message: 'near' } });
    expect(roundTrip([new Number(-0)])).toEqual([new Number(-0)]);
  });

  test('keeps cycles and shared references', () => {
    const shared = { x: 1 };
    const value: { self?: unknown; twice: object[]; bytes: Uint8Array } = {
      twice: [shared, shared],
      bytes: Uint8Array.of(1),
    };
    value.self = value;
    const back = roundTrip(value) as typeof value;
    expect(back.self).toBe(back);
    expect(back.twice[0]).toBe(back.twice[1]);
  });

  test('keeps only the bytes that views use', () => {
    const block = alloc(Float64Array, 1 << 20);
    const part = block.subarray(1000, 1010).fill(3);
    expect(encodeValue(part).body.length).toBeLessThan(200);
    expect(encodeValue({ part }).body.length).toBeLessThan(500);
    expect(roundTrip({ part })).toEqual({ part });
    const ordinary = new Float32Array(1 << 20).subarray(77, 80);
    expect(encodeValue([ordinary]).body.length).toBeLessThan(500);
  });

  test.each([1, 1 << 20])('views on one buffer stay on one, where large is from %p bytes on', (largeFrom) => {
    for (const all of [alloc(Int16Array, 64), new Int16Array(64)]) {
      all.forEach((_, index) => (all[index] = index));
      const [a, b] = roundTrip([all.subarray(3, 9), all.subarray(5, 30)], { largeFrom }) as [Int16Array, Int16Array];
      expect([...a]).toEqual([3, 4, 5, 6, 7, 8]);
      expect(b.buffer).toBe(a.buffer);
      a[2] = 99;
      expect(b[0]).toBe(99);
    }
  });

  test('bare buffers stay what they are, with their length', () => {
    const shared = new SharedArrayBuffer(5);
    new Uint8Array(shared).set([1, 2, 3, 4, 5]);
    for (const largeFrom of [1, 100]) {
      expect(roundTrip(shared, { largeFrom })).toBeInstanceOf(SharedArrayBuffer);
      const back = roundTrip({ shared, own: Uint8Array.of(7, 8).buffer }, { largeFrom }) as {
        shared: SharedArrayBuffer;
        own: ArrayBuffer;
      };
      expect([...new Uint8Array(back.shared)]).toEqual([1, 2, 3, 4, 5]);
      expect(back.own).toBeInstanceOf(ArrayBuffer);
      expect([...new Uint8Array(back.own)]).toEqual([7, 8]);
    }
  });

  test('large buffers are not copied, and are read into shared memory', () => {
    const samples = new Float64Array(10_000).fill(0.5);
    const { large, body } = encodeValue({ samples });
    expect(large).toHaveLength(1);
    expect(large[0]?.buffer).toBe(samples.buffer);
    expect(body.length).toBeLessThan(500);
    const back = roundTrip({ samples }) as { samples: Float64Array };
    expect(types.isSharedArrayBuffer(back.samples.buffer)).toBe(true);
    expect(back.samples).toEqual(samples);
  });

  test('a value comes back as a new one each time', () => {
    const value = { list: [1, 2, 3] };
    expect(roundTrip(value)).not.toBe(roundTrip(value));
  });

  test('instances travel by their codec, and nothing else does', () => {
    class Point {
      constructor(readonly at: Float64Array) {}
    }
    registerCodec(Point, {
      name: 'value.test Point',
      encode: ({ at }) => at,
      decode: (at: Float64Array) => new Point(at),
    });
    expect(roundTrip([new Point(Float64Array.of(1, 2))])).toEqual([new Point(Float64Array.of(1, 2))]);
    class Unknown {
      readonly x = 1;
    }
    expect(() => encodeValue({ a: [new Unknown()] })).toThrow(/a\[0\] cannot be kept in a store.*Unknown/);
  });

  test('an unknown codec is an error that says what to import, and imports nothing', () => {
    class Fleeting {}
    registerCodec(Fleeting, {
      name: 'fleeting-a',
      encode: () => 1,
      decode: () => new Fleeting(),
      module: 'file:///no/where.js',
    });
    const { body } = encodeValue({ it: new Fleeting() });
    const planted = Buffer.from(body.toString('latin1').replace('fleeting-a', 'fleeting-b'), 'latin1');
    expect(() => decodeValue(planted, { subject: "'k'" })).toThrow(code('DAG_STORE_CODEC'));
    expect(() => decodeValue(planted, { subject: "'k'" })).toThrow(/file:\/\/\/no\/where\.js/);
  });

  test.each([
    ['a function', { f: () => 1 }, /f cannot be kept in a store: it is the function f/],
    ['a symbol', [Symbol('s')], /\[0\] cannot be kept in a store: it is a symbol/],
    ['a promise', { p: Promise.resolve(1) }, /p cannot be kept in a store: it is an instance of Promise/],
    ['a key', { k: createSecretKey(Buffer.from('x')) }, /cannot be kept in a store/],
  ])('refuses %s', (_, value, message) => {
    expect(() => encodeValue(value)).toThrow(code('DAG_CANNOT_TRAVEL'));
    expect(() => encodeValue(value)).toThrow(message);
  });

  test('whatever is plain, with views, comes back as it was', () => {
    fc.assert(
      fc.property(storable(), fc.constantFrom(1, 64, 1 << 20), (value, largeFrom) => {
        expect(roundTrip(value, { largeFrom })).toStrictEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  test('trees of any depth are kept', () => {
    let value: unknown = Float32Array.of(1);
    for (let depth = 0; depth < 20_000; depth += 1) value = [value];
    let back = roundTrip(value);
    for (let depth = 0; depth < 20_000; depth += 1) back = (back as unknown[])[0];
    expect(back).toEqual(Float32Array.of(1));
  });
});
