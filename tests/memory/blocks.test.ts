import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type Block, BlockPool } from '../../src/memory/blocks.js';
import { classNumber, classSize, sizeClass } from '../../src/memory/size-class.js';
import { collectGarbage } from '../support/garbage.js';

const owner = {};

/** The block behind a buffer of a pool. */
function blockOf(pool: BlockPool, buffer: ArrayBufferLike): Block {
  const block = pool.blockOf(buffer);
  if (block === undefined) throw new Error('not a block of the pool');
  return block;
}

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
});

afterEach(() => {
  jest.useRealTimers();
});

describe('sizeClass', () => {
  it('wastes at most an eighth, above the smallest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 }), (bytes) => {
        const size = sizeClass(bytes);
        expect(size).toBeGreaterThanOrEqual(bytes);
        expect(size).toBeLessThanOrEqual(Math.max(4096, bytes * 1.125));
        expect(sizeClass(size)).toBe(size);
      }),
    );
  });

  it('grows with the bytes', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.nat(2 ** 31 - 1), (a, b) => {
        expect(Math.sign(sizeClass(a) - sizeClass(b)) * Math.sign(a - b)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('keeps sizes apart that differ by more than that', () => {
    expect([1, 4096, 4097, 8192, 8193].map(sizeClass)).toEqual([4096, 4096, 4608, 8192, 9216]);
  });
});

describe('classNumber', () => {
  it('numbers the classes from the smallest on', () => {
    const sizes = Array.from({ length: 160 }, (_, number) => classSize(number));
    expect(sizes.slice(0, 10)).toEqual([4096, 4608, 5120, 5632, 6144, 6656, 7168, 7680, 8192, 9216]);
    expect(sizes.map(sizeClass)).toEqual(sizes);
    expect(sizes.map(classNumber)).toEqual(sizes.map((_, number) => number));
  });
});

describe('BlockPool', () => {
  it('hands out memory that is long enough', () => {
    const pool = new BlockPool();
    for (const bytes of [0, 1, 4096, 4097, 100_000]) {
      expect(pool.take(bytes, { owner }).byteLength).toBeGreaterThanOrEqual(bytes);
    }
  });

  it('counts live, free and mapped bytes', () => {
    const pool = new BlockPool();
    expect(pool.inUse).toBe(false);
    const first = pool.take(5000, { owner });
    const second = pool.take(5000, { owner });
    const size = sizeClass(5000);
    expect(pool.stats).toEqual({
      liveBlocks: 2,
      liveBytes: 2 * size,
      freeBlocks: 0,
      freeBytes: 0,
      mappedBytes: 2 * size,
    });
    pool.recycle(blockOf(pool, first));
    expect(pool.stats).toEqual({
      liveBlocks: 1,
      liveBytes: size,
      freeBlocks: 1,
      freeBytes: size,
      mappedBytes: 2 * size,
    });
    pool.recycle(blockOf(pool, second));
    expect(pool.inUse).toBe(false);
    expect(pool.stats).toMatchObject({ liveBlocks: 0, freeBlocks: 2, mappedBytes: 2 * size });
  });

  it('recycles memory of the same class, behind a new object', () => {
    const pool = new BlockPool();
    const first = pool.take(10_000, { owner });
    new Uint8Array(first).fill(7);
    pool.recycle(blockOf(pool, first));
    const second = pool.take(10_000, { owner });
    expect(second).not.toBe(first);
    expect(new Uint8Array(second)[9999]).toBe(7);
    expect(pool.stats.mappedBytes).toBe(sizeClass(10_000));
    expect(pool.blockOf(first)).toBeUndefined();
  });

  it('maps anew for another class', () => {
    const pool = new BlockPool();
    pool.recycle(blockOf(pool, pool.take(10_000, { owner })));
    pool.take(20_000, { owner });
    expect(pool.stats).toMatchObject({ freeBlocks: 1, liveBlocks: 1 });
  });

  it('takes a block back once, however often it is told', () => {
    const pool = new BlockPool();
    const buffer = pool.take(1, { owner });
    const block = blockOf(pool, buffer);
    pool.recycle(block);
    pool.recycle(block);
    expect(pool.stats.freeBlocks).toBe(1);
  });

  it('knows no block behind other buffers', () => {
    const pool = new BlockPool();
    expect(pool.blockOf(new SharedArrayBuffer(8))).toBeUndefined();
    expect(pool.blockOf(new ArrayBuffer(8))).toBeUndefined();
  });

  it('counts a block that was taken outside any body as seen by others', () => {
    const pool = new BlockPool();
    expect(blockOf(pool, pool.take(1, { owner: undefined })).lent).toBe(1);
    expect(blockOf(pool, pool.take(1, { owner })).lent).toBe(0);
  });

  it('takes memory back when what was handed out is collected', async () => {
    const pool = new BlockPool();
    const take = (): number => pool.take(1, { owner }).byteLength;
    expect(take()).toBe(4096);
    for (let round = 0; round < 20 && pool.inUse; round += 1) await collectGarbage();
    expect(pool.stats).toMatchObject({ liveBlocks: 0, freeBlocks: 1 });
  });

  it('takes memory back when its owner, which has it for a value, is collected', async () => {
    const pool = new BlockPool();
    const take = (): void => {
      const call: { value?: SharedArrayBuffer } = {};
      call.value = pool.take(1, { owner: call });
    };
    take();
    for (let round = 0; round < 20 && pool.inUse; round += 1) await collectGarbage();
    expect(pool.inUse).toBe(false);
  });

  it('does not take memory back while a view of what was handed out lives', async () => {
    const pool = new BlockPool();
    const view = new Uint8Array(pool.take(1, { owner })).subarray(3, 5);
    await collectGarbage();
    expect(pool.stats.liveBlocks).toBe(1);
    expect(view).toHaveLength(2);
  });

  it('poisons what it takes back while it is told to', () => {
    const pool = new BlockPool();
    pool.poison = true;
    const floats = new Float64Array(pool.take(64, { owner, float: true })).fill(1);
    pool.recycle(blockOf(pool, floats.buffer));
    expect(floats[3]).toBeNaN();
    const bytes = new Uint8Array(pool.take(64, { owner })).fill(1);
    pool.recycle(blockOf(pool, bytes.buffer));
    expect(bytes[3]).toBe(0xdb);
    pool.poison = false;
    const again = new Uint8Array(pool.take(64, { owner })).fill(1);
    pool.recycle(blockOf(pool, again.buffer));
    expect(again[0]).toBe(1);
  });

  it('gives free memory back to the system after a while without use', () => {
    const pool = new BlockPool();
    pool.recycle(blockOf(pool, pool.take(1, { owner })));
    jest.advanceTimersByTime(10_000);
    expect(pool.stats.freeBlocks).toBe(1);
    jest.advanceTimersByTime(10_000);
    expect(pool.stats).toMatchObject({ freeBlocks: 0, freeBytes: 0 });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('keeps free memory while it is used again and again', () => {
    const pool = new BlockPool();
    pool.recycle(blockOf(pool, pool.take(1, { owner })));
    for (let use = 0; use < 10; use += 1) {
      jest.advanceTimersByTime(9000);
      pool.recycle(blockOf(pool, pool.take(1, { owner })));
    }
    expect(pool.stats).toMatchObject({ freeBlocks: 1, mappedBytes: 4096 });
  });

  it('gives free memory back when it is asked to', () => {
    const pool = new BlockPool();
    pool.recycle(blockOf(pool, pool.take(1, { owner })));
    pool.trim();
    expect(pool.stats).toMatchObject({ freeBlocks: 0, freeBytes: 0 });
  });
});
