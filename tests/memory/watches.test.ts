import { describe, expect, it } from '@jest/globals';
import { BlockPool } from '../../src/memory/blocks.js';
import { collectGarbage } from '../support/garbage.js';

const owner = {};

/** Takes memory and leaves it where it lies. */
function leave(pool: BlockPool, count: number, bytes: number): void {
  for (let taken = 0; taken < count; taken += 1) pool.take(bytes, { owner });
}

async function emptied(pool: BlockPool): Promise<void> {
  for (let round = 0; round < 20 && pool.inUse; round += 1) await collectGarbage();
}

describe('memory that a body takes and leaves', () => {
  it.each([
    ['a small one', 1, 8],
    ['more small ones than are kept unwatched', 200, 8],
    ['large ones', 3, 1024 * 1024],
  ])('goes back when it was collected: %s', async (_, count, bytes) => {
    const pool = new BlockPool();
    leave(pool, count, bytes);
    expect(pool.stats.liveBlocks).toBe(count);
    await emptied(pool);
    expect(pool.stats).toMatchObject({ liveBlocks: 0, freeBlocks: count });
  });

  it('stays while its body has it, however many others come', async () => {
    const pool = new BlockPool();
    const mine = pool.take(8, { owner });
    leave(pool, 100, 8);
    for (let round = 0; round < 20 && pool.stats.liveBlocks > 1; round += 1) await collectGarbage();
    expect(pool.stats.liveBlocks).toBe(1);
    expect(pool.blockOf(mine)?.memory.byteLength).toBe(mine.byteLength);
  });

  it('is used again at once when it is given back in the same turn', () => {
    const pool = new BlockPool();
    for (let round = 0; round < 200; round += 1) {
      const block = pool.blockOf(pool.take(8, { owner }));
      if (block !== undefined) pool.recycle(block);
    }
    expect(pool.stats).toMatchObject({ liveBlocks: 0, freeBlocks: 1 });
  });
});
