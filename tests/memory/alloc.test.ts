import { types } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { alloc, node } from '../../src/index.js';
import { blocks } from '../../src/memory/blocks.js';

describe('alloc', () => {
  it.each([Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array])(
    'makes a %p in shared memory',
    (Type) => {
      const array: InstanceType<typeof Type> = alloc<InstanceType<typeof Type>>(Type, 10);
      expect(array).toBeInstanceOf(Type);
      expect(array).toHaveLength(10);
      expect(types.isSharedArrayBuffer(array.buffer)).toBe(true);
    },
  );

  it('makes arrays of 64 bits', () => {
    expect(alloc(Float64Array, 3)).toHaveLength(3);
    expect(alloc(BigInt64Array, 3)).toHaveLength(3);
    expect(alloc(BigUint64Array, 3)).toHaveLength(3);
  });

  it('says whether the memory is for floating-point numbers', () => {
    class Samples extends Float64Array {}
    class Codes extends Int16Array {}
    const types = [Float32Array, Float64Array, Samples, Codes, Uint8Array, BigInt64Array] as const;
    const floats = types.map((Type) => blocks.blockOf(alloc<ArrayBufferView>(Type, 3).buffer)?.float);
    expect(floats).toEqual([true, true, true, false, false, false]);
  });

  it('takes the lengths of dimensions', () => {
    expect(alloc(Float64Array, [2, 3, 4])).toHaveLength(24);
    expect(alloc(Float64Array, [])).toHaveLength(1);
    expect(alloc(Float64Array, [5, 0])).toHaveLength(0);
    expect(alloc(Float64Array, 0)).toHaveLength(0);
  });

  it('fills with zeros when it is told to, recycled memory too', async () => {
    const dirty = node(() => alloc(Float64Array, 100).fill(7), { name: 'dirty' });
    const sum = node((_: Float64Array) => [...alloc(Float64Array, 100, { zero: true })].every((x) => x === 0));
    for (let time = 0; time < 3; time += 1) expect(await sum(dirty()).resolve()).toBe(true);
  });

  it('never recycles what was taken outside a body while it is there', async () => {
    const mine = alloc(Float64Array, 1000).fill(5);
    const use = node((x: Float64Array) => alloc(Float64Array, x.length).fill(0).length, { name: 'use' });
    for (let time = 0; time < 3; time += 1) await use(mine).resolve();
    expect(mine.every((x) => x === 5)).toBe(true);
  });

  it.each([-1, 1.5, Number.NaN, Infinity, [2, -1], [2, Number.NaN], 2 ** 30, [2 ** 20, 2 ** 20]])(
    'refuses the shape %p',
    (shape) => {
      const live = blocks.stats.liveBlocks;
      expect(() => alloc(Float64Array, shape)).toThrow(expect.objectContaining({ code: 'DAG_OPTION' }));
      expect(blocks.stats.liveBlocks).toBe(live);
    },
  );

  it.each(['8', null, undefined, {}, ['a'], 3n, Symbol('s')])('refuses %p for a shape', (shape) => {
    expect(() => alloc(Float64Array, shape as never)).toThrow(expect.objectContaining({ code: 'DAG_OPTION' }));
  });

  it.each([DataView, Array, ArrayBuffer, 'Float64Array', null, undefined, Object.create(null), Symbol('s')])(
    'refuses %p for a type',
    (Type) => {
      expect(() => alloc(Type as never, 3)).toThrow(expect.objectContaining({ code: 'DAG_OPTION' }));
    },
  );
});
