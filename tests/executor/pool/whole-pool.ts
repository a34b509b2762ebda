import { expect } from '@jest/globals';
import { resolve, WorkerPool, type WorkerPoolOptions } from 'lazydag';
import { blocks } from '../../../src/memory/blocks.js';
import { resolver } from '../../../src/resolve/resolve.js';
import { collectGarbage } from '../../support/garbage.js';
import { fill, total, whichThread } from './nodes/basic.js';

/** Runs `test` with a pool of two threads, and then makes sure that the pool is whole and that nothing is left of it. */
export async function withWholePool(
  options: WorkerPoolOptions,
  test: (pool: WorkerPool) => Promise<void>,
): Promise<void> {
  const before = await settledBlocks(0);
  const pool = new WorkerPool({ threads: 2, placement: 'pool', ...options });
  try {
    await test(pool);
    await expectWhole(pool);
  } finally {
    await pool.close();
  }
  expect(pool.stats()).toMatchObject({ threads: 0, workers: [] });
  expect(await settledBlocks(before)).toBeLessThanOrEqual(before);
}

/** Another run works, on the calling thread nothing is under way, and there are as many threads as there may be. */
async function expectWhole(pool: WorkerPool): Promise<void> {
  expect(resolver.active).toBe(0);
  const sums = Array.from({ length: 20 }, (_, index) => total(fill(5000, index)));
  expect(await resolve(sums, { executor: pool })).toEqual(sums.map((_, index) => index * 5000));
  const threads = await resolve(
    Array.from({ length: 20 }, (_, index) => whichThread(index)),
    { executor: pool },
  );
  expect(Math.min(...threads)).toBeGreaterThan(0); // 0 is the calling thread
  await pool.ready();
  expect(pool.stats().threads).toBe(2);
  for (const { queued } of pool.stats().workers) expect(queued).toBe(0);
  expect(resolver.active).toBe(0);
}

/** How many blocks are live when what nobody holds has been collected, or as few as `enough`. */
async function settledBlocks(enough: number): Promise<number> {
  for (let round = 0; round < 20 && blocks.stats.liveBlocks > enough; round += 1) await collectGarbage();
  return blocks.stats.liveBlocks;
}
