import { describe, expect, it } from '@jest/globals';
import { node } from '../../src/index.js';
import { type Block, BlockPool } from '../../src/memory/blocks.js';
import { BufferLedger } from '../../src/memory/ledger.js';
import { collectGarbage } from '../support/garbage.js';

const owner = {};

function pinned(ledger: BufferLedger, at: number | ArrayBufferLike): Block {
  const block = ledger.pin(at);
  if (block === undefined) throw new Error('not a block of the pool');
  return block;
}

function sharedPool(): { pool: BlockPool; ledger: BufferLedger } {
  const pool = new BlockPool();
  pool.share();
  return { pool, ledger: new BufferLedger(pool) };
}

describe('pin', () => {
  it('holds a block until its last message has come', () => {
    const { pool, ledger } = sharedPool();
    const buffer = pool.take(1, { owner });
    const id = pool.locate(buffer)?.id ?? -1;
    const block = pinned(ledger, buffer);
    expect(pinned(ledger, id)).toBe(block);
    ledger.unpin(block);
    expect(pool.stats).toMatchObject({ liveBlocks: 1, freeBlocks: 0 });
    ledger.unpin(block);
    expect(pool.stats).toMatchObject({ liveBlocks: 0, freeBlocks: 1 });
    ledger.unpin(block);
    expect(ledger.pin(id)).toBeUndefined();
    expect(ledger.pin(buffer)).toBeUndefined();
    expect(block.values).toBe(0);
  });

  it('holds it while its value is dropped, and the value while the pin is', () => {
    const { pool, ledger } = sharedPool();
    const call = node(() => 1, { name: 'one' })();
    const words = new Uint8Array(pool.take(1, { owner: call }));
    ledger.hold(call, words);
    const block = pinned(ledger, words.buffer);
    ledger.drop(call);
    expect(pool.stats.liveBlocks).toBe(1);
    ledger.hold(call, words);
    ledger.unpin(block);
    expect(pool.stats.liveBlocks).toBe(1);
    ledger.drop(call);
    expect(pool.stats.liveBlocks).toBe(0);
  });

  it('leaves what the user has alone', () => {
    const { pool, ledger } = sharedPool();
    const buffer = pool.take(1, { owner: undefined });
    ledger.unpin(pinned(ledger, buffer));
    expect(pool.blockOf(buffer)).toBeDefined();
  });

  it('keeps a block from being collected', async () => {
    const { pool, ledger } = sharedPool();
    const block = ((): Block => pinned(ledger, pool.take(1, { owner })))();
    for (let round = 0; round < 5; round += 1) await collectGarbage();
    expect(pool.stats.liveBlocks).toBe(1);
    ledger.unpin(block);
    expect(pool.stats).toMatchObject({ liveBlocks: 0, freeBlocks: 1 });
  });

  it('knows no blocks in other memory', () => {
    const { ledger } = sharedPool();
    expect(ledger.pin(7)).toBeUndefined();
    expect(ledger.pin(new SharedArrayBuffer(8))).toBeUndefined();
  });
});
