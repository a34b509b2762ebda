import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ownerOf } from '../../src/memory/block.js';
import { type Block, BlockPool } from '../../src/memory/blocks.js';
import { BlockDirectory, CAPACITY } from '../../src/memory/directory.js';
import { collectGarbage, collectGarbageNow } from '../support/garbage.js';
import { turnOfLoop } from '../support/waiting.js';

const owner = {};

/** Pools that stand for the main thread and one more, each knowing what the other has. */
function twoThreads(): { main: BlockPool; other: BlockPool; talk: () => void } {
  const main = new BlockPool();
  const other = new BlockPool();
  other.attach(main.share(), 2);
  const cursors = { main: 0, other: 0 };
  const talk = (): void => {
    const fromOther = other.handlesSince(cursors.other);
    cursors.other = fromOther.cursor;
    main.learn(fromOther.handles);
    const fromMain = main.handlesSince(cursors.main);
    cursors.main = fromMain.cursor;
    other.learn(fromMain.handles);
  };
  return { main, other, talk };
}

function blockOf(pool: BlockPool, buffer: ArrayBufferLike): Block {
  const block = pool.blockOf(buffer);
  if (block === undefined) throw new Error('not a block of the pool');
  return block;
}

function idOf(pool: BlockPool, buffer: ArrayBufferLike): number {
  const place = pool.locate(buffer);
  if (place === undefined) throw new Error('not a block of any thread');
  return place.id;
}

function free(pool: BlockPool, buffer: ArrayBufferLike): void {
  pool.recycle(blockOf(pool, buffer));
}

const internal = expect.objectContaining({ code: 'DAG_INTERNAL' }) as unknown as Error;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
});

afterEach(() => {
  jest.useRealTimers();
});

describe('a pool that is shared', () => {
  it('enters what it had before, live and free', () => {
    const pool = new BlockPool();
    const live = pool.take(5000, { owner });
    free(pool, pool.take(10_000, { owner }));
    const before = pool.stats;
    expect(pool.locate(live)).toBeUndefined();
    expect(pool.handlesSince(0)).toEqual({ cursor: 0, handles: [] });
    const directory = pool.share();
    expect(pool.share()).toBe(directory);
    expect(pool.stats).toEqual(before);
    expect(pool.locate(live)?.current).toBe(true);
    expect(pool.handlesSince(0).handles).toHaveLength(2);
    free(pool, live);
    expect(pool.stats).toMatchObject({ liveBlocks: 0, freeBlocks: 2 });
    expect(pool.locate(live)?.current).toBe(false);
    expect(pool.inUse).toBe(false);
  });

  it('takes what another thread released, once it knows its memory', () => {
    const { main, other, talk } = twoThreads();
    const theirs = other.take(10_000, { owner });
    new Uint8Array(theirs)[17] = 42;
    free(other, theirs);
    const fresh = main.take(10_000, { owner });
    expect(main.stats).toMatchObject({ liveBlocks: 1, freeBlocks: 1 });
    talk();
    const recycled = main.take(10_000, { owner });
    expect(new Uint8Array(recycled)[17]).toBe(42);
    expect(main.stats).toMatchObject({ liveBlocks: 2, freeBlocks: 0 });
    expect(other.stats).toEqual(main.stats);
    expect(other.inUse).toBe(false);
    expect(other.locate(theirs)?.current).toBe(false);
    free(main, fresh);
    free(main, recycled);
  });

  it('does not take what it released when another thread took it', () => {
    const { main, other, talk } = twoThreads();
    const mine = main.take(1, { owner });
    talk();
    free(main, mine);
    const theirs = other.take(1, { owner });
    expect(idOf(other, theirs)).toBe(idOf(main, mine));
    const next = main.take(1, { owner });
    expect(idOf(main, next)).not.toBe(idOf(main, mine));
  });

  it('counts all threads, each thread only its own as in use', () => {
    const { main, other } = twoThreads();
    const mine = main.take(1, { owner });
    expect([main.inUse, other.inUse]).toEqual([true, false]);
    expect(other.stats).toEqual({ liveBlocks: 1, liveBytes: 4096, freeBlocks: 0, freeBytes: 0, mappedBytes: 4096 });
    free(main, mine);
    expect(other.stats).toEqual({ liveBlocks: 0, liveBytes: 0, freeBlocks: 1, freeBytes: 4096, mappedBytes: 4096 });
  });

  it('takes back what is collected', async () => {
    const { main, other } = twoThreads();
    const take = (): number => other.take(1, { owner }).byteLength;
    expect(take()).toBe(4096);
    for (let round = 0; round < 20 && other.inUse; round += 1) await collectGarbage();
    expect(main.stats).toMatchObject({ liveBlocks: 0, freeBlocks: 1 });
  });

  it('poisons by what the block was taken for, whichever thread releases it', () => {
    const { main, other, talk } = twoThreads();
    main.poison = true;
    const floats = new Float64Array(other.take(64, { owner, float: true })).fill(1);
    const bytes = new Uint8Array(other.take(64, { owner })).fill(1);
    talk();
    for (const buffer of [floats.buffer, bytes.buffer]) free(main, main.adopt(other.surrender(buffer), owner));
    expect(floats[0]).toBeNaN();
    expect(bytes[0]).toBe(0xdb);
  });

  it('is shared once', () => {
    const { other, main } = twoThreads();
    expect(() => {
      other.attach(main.share(), 3);
    }).toThrow(internal);
  });

  it.each([0, 2046, Number.NaN])('refuses %p for the number of a thread', (thread) => {
    const pool = new BlockPool();
    expect(() => {
      pool.attach(BlockDirectory.allocate(), thread);
    }).toThrow(internal);
  });

  it('knows no ids before it is shared', () => {
    const pool = new BlockPool();
    expect(() => pool.open(0)).toThrow(internal);
    expect(() => pool.adopt(0, owner)).toThrow(internal);
    pool.learn([]);
    pool.reclaim(2);
    expect(pool.surrender(pool.take(1, { owner }))).toBe(-1);
    expect(pool.stats.liveBlocks).toBe(0);
  });
});

describe('a pool whose directory is full', () => {
  it('recycles memory that has no id in its own thread', () => {
    const pool = new BlockPool();
    const early = pool.take(1, { owner });
    new Int32Array(pool.share())[0] = CAPACITY; // all ids were given
    const late = pool.take(5000, { owner });
    new Uint8Array(late)[7] = 7;
    expect(pool.locate(early)?.current).toBe(true);
    expect(pool.locate(late)).toBeUndefined();
    expect(pool.stats).toMatchObject({ liveBlocks: 2, liveBytes: 4096 + 5120, mappedBytes: 4096 + 5120 });
    free(pool, late);
    expect(pool.stats).toMatchObject({ liveBlocks: 1, freeBlocks: 1, freeBytes: 5120 });
    const again = pool.take(5000, { owner });
    expect(new Uint8Array(again)[7]).toBe(7);
    expect(pool.surrender(again)).toBe(-1);
    expect(pool.stats).toMatchObject({ liveBlocks: 1, freeBlocks: 0 });
    free(pool, pool.take(5000, { owner }));
    pool.trim();
    expect(pool.stats).toMatchObject({ liveBlocks: 1, freeBlocks: 0, mappedBytes: 4096 });
  });

  it('keeps what it had when it is shared', () => {
    const directory = BlockDirectory.allocate();
    new Int32Array(directory)[0] = CAPACITY;
    const pool = new BlockPool();
    const live = pool.take(1, { owner });
    free(pool, pool.take(5000, { owner }));
    pool.attach(directory, 2);
    expect(pool.stats).toMatchObject({ liveBlocks: 1, freeBlocks: 1 });
    free(pool, live);
    expect(pool.stats).toMatchObject({ liveBlocks: 0, freeBlocks: 2 });
  });
});

describe('a value that goes to another thread', () => {
  it('is read there in place', () => {
    const { main, other, talk } = twoThreads();
    const mine = main.take(64, { owner });
    talk();
    const theirs = other.open(idOf(main, mine));
    new Uint8Array(mine)[3] = 9;
    expect(new Uint8Array(theirs)[3]).toBe(9);
    expect(other.open(idOf(main, mine))).toBe(theirs);
    expect(other.locate(theirs)).toEqual({ id: idOf(main, mine), current: true });
    expect(other.blockOf(theirs)).toBeUndefined();
    free(main, mine);
    expect(other.locate(theirs)?.current).toBe(false);
  });

  it('is taken over with its memory', () => {
    const { main, other, talk } = twoThreads();
    const theirs = other.take(64, { owner });
    new Uint8Array(theirs)[3] = 9;
    const id = other.surrender(theirs);
    expect(other.blockOf(theirs)).toBeUndefined();
    expect(other.inUse).toBe(false);
    expect(other.locate(theirs)).toEqual({ id, current: true });
    expect(other.surrender(theirs)).toBe(id);
    talk();
    const mine = main.adopt(id, owner, 2);
    expect(new Uint8Array(mine)[3]).toBe(9);
    expect(blockOf(main, mine)).toMatchObject({ values: 0, lent: 0 });
    expect(ownerOf(blockOf(main, mine))).toBe(owner);
    expect(main.blockAt(id)).toBe(blockOf(main, mine));
    expect(main.adopt(id, owner)).toBe(mine);
    expect(other.locate(theirs)?.current).toBe(true);
    free(main, mine);
    expect(other.locate(theirs)?.current).toBe(false);
    expect(main.stats).toMatchObject({ liveBlocks: 0, freeBlocks: 1 });
  });

  it('is not taken over when its memory is unknown, or when it is free, or when another has it', () => {
    const { main, other, talk } = twoThreads();
    const theirs = other.take(64, { owner });
    const id = idOf(other, theirs);
    expect(() => main.adopt(id, owner)).toThrow(internal);
    expect(() => main.open(id)).toThrow(internal);
    talk();
    expect(() => main.adopt(id, owner, 3)).toThrow(internal);
    free(other, theirs);
    expect(() => main.adopt(id, owner)).toThrow(internal);
    main.trim();
    expect(() => main.open(id)).toThrow(internal);
  });

  it('has no id when it is no block', () => {
    const { main } = twoThreads();
    expect(main.locate(new SharedArrayBuffer(8))).toBeUndefined();
    expect(main.surrender(new ArrayBuffer(8))).toBe(-1);
  });

  it('stays when what was handed out for it was collected and it is asked for again', async () => {
    const { main } = twoThreads();
    const id = ((): number => idOf(main, main.take(64, { owner })))();
    const block = main.blockAt(id);
    await turnOfLoop();
    collectGarbageNow();
    expect(block?.watch?.wrapper).toBeUndefined();
    const again = main.adopt(id, owner);
    for (let round = 0; round < 5; round += 1) await collectGarbage();
    expect(main.locate(again)).toEqual({ id, current: true });
    expect(main.stats.liveBlocks).toBe(1);
  });
});

describe('memory that is given up', () => {
  it('is forgotten by all threads', () => {
    const { main, other, talk } = twoThreads();
    free(main, main.take(1, { owner }));
    talk();
    main.trim();
    expect(other.stats).toMatchObject({ freeBlocks: 0, mappedBytes: 0 });
    expect(main.handlesSince(0).handles).toEqual([expect.objectContaining({ id: 0, memory: undefined })]);
    talk();
    expect(other.take(1, { owner }).byteLength).toBe(4096);
  });

  it('is forgotten by a thread that nobody told, after a while', () => {
    const { main, other, talk } = twoThreads();
    free(main, main.take(1, { owner }));
    talk();
    expect(jest.getTimerCount()).toBe(2);
    main.trim();
    jest.advanceTimersByTime(40_000);
    expect(jest.getTimerCount()).toBe(0);
    expect(other.stats.mappedBytes).toBe(0);
  });

  it('was free for a while in all threads', () => {
    const { main, other, talk } = twoThreads();
    free(main, main.take(1, { owner }));
    talk();
    for (let use = 0; use < 5; use += 1) {
      jest.advanceTimersByTime(9000);
      free(other, other.take(1, { owner }));
    }
    expect(main.stats).toMatchObject({ freeBlocks: 1, mappedBytes: 4096 });
    jest.advanceTimersByTime(20_000);
    expect(main.stats).toMatchObject({ freeBlocks: 0, mappedBytes: 0 });
  });

  it('is not taken by news that come late', () => {
    const { main, other } = twoThreads();
    free(main, main.take(1, { owner }));
    const { handles } = main.handlesSince(0);
    main.trim();
    other.learn(handles);
    expect(other.handlesSince(0).handles).toEqual([]);
    const fresh = main.take(1, { owner }); // the same id
    other.learn(handles);
    expect(() => other.open(idOf(main, fresh))).toThrow(internal);
    other.learn(main.handlesSince(0).handles);
    expect(other.open(idOf(main, fresh)).byteLength).toBe(4096);
  });

  it('makes room under maxBytes', () => {
    for (const share of [false, true]) {
      const pool = new BlockPool();
      if (share) pool.share();
      pool.maxBytes = 20_000;
      const small = [pool.take(1, { owner }), pool.take(1, { owner }), pool.take(1, { owner })];
      for (const buffer of small) free(pool, buffer);
      const large = pool.take(8192, { owner });
      expect(pool.stats).toMatchObject({ freeBlocks: 2, mappedBytes: 16_384 });
      const largest = pool.take(65_536, { owner });
      expect(pool.stats).toMatchObject({ freeBlocks: 0, liveBlocks: 2, mappedBytes: 73_728 });
      expect([large.byteLength, largest.byteLength]).toEqual([8192, 65_536]);
    }
  });
});

describe('news of memory', () => {
  it('are told once to each cursor', () => {
    const { main } = twoThreads();
    const first = main.take(1, { owner });
    const news = main.handlesSince(0);
    expect(news.handles.map(({ id }) => id)).toEqual([idOf(main, first)]);
    expect(main.handlesSince(news.cursor)).toEqual({ cursor: news.cursor, handles: [] });
    const second = main.take(1, { owner });
    expect(main.handlesSince(news.cursor).handles.map(({ id }) => id)).toEqual([idOf(main, second)]);
    expect(main.handlesSince(0).handles).toHaveLength(2);
  });

  it('are passed on by the main thread only', () => {
    const { main, other, talk } = twoThreads();
    const theirs = other.take(1, { owner });
    const mine = main.take(1, { owner });
    talk();
    expect(main.handlesSince(0).handles).toHaveLength(2);
    expect(other.handlesSince(0).handles).toHaveLength(1);
    expect(idOf(main, mine)).not.toBe(idOf(other, theirs));
    free(other, theirs);
    free(main, mine);
  });

  it('do not grow for ever: who asks late is told all there is', () => {
    const { main, other } = twoThreads();
    const kept = main.take(100_000, { owner });
    const { cursor } = main.handlesSince(0);
    for (let round = 0; round < 2000; round += 1) {
      free(main, main.take(1, { owner }));
      main.trim();
    }
    const news = main.handlesSince(cursor);
    expect(news.handles.length).toBeLessThan(10);
    expect(main.handlesSince(0).handles.map(({ id }) => id)).toContain(idOf(main, kept));
    other.learn(main.handlesSince(0).handles);
    expect(other.open(idOf(main, kept)).byteLength).toBe(kept.byteLength);
  });
});

describe('after a thread died', () => {
  it('its blocks are free where the main thread knows their memory', () => {
    const { main, other, talk } = twoThreads();
    other.take(1, { owner });
    talk();
    other.take(10_000, { owner });
    free(other, other.take(20_000, { owner }));
    main.reclaim(2);
    expect(main.stats).toEqual({ liveBlocks: 0, liveBytes: 0, freeBlocks: 1, freeBytes: 4096, mappedBytes: 4096 });
    expect(main.take(1, { owner }).byteLength).toBe(4096);
    expect(main.stats.mappedBytes).toBe(4096);
  });

  it('what it surrendered and was adopted stays, what was not adopted is free', () => {
    const { main, other, talk } = twoThreads();
    const [first, second] = [other.take(1, { owner }), other.take(1, { owner })];
    talk();
    const kept = main.adopt(other.surrender(first), owner);
    other.surrender(second);
    main.reclaim(2);
    expect(main.stats).toMatchObject({ liveBlocks: 1, freeBlocks: 1 });
    expect(main.locate(kept)?.current).toBe(true);
    expect(() => main.adopt(idOf(other, second), owner, 2)).toThrow(internal);
  });
});
