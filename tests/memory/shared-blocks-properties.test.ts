import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DagError } from '../../src/index.js';
import { BlockPool } from '../../src/memory/blocks.js';

const owner = {};
const THREADS = 3;
const SIZES = [1, 4500];

/** What a thread holds, by the stamp that it wrote over the whole block. */
interface Held {
  readonly buffer: SharedArrayBuffer;
  readonly stamp: number;
}

/** A program of three threads, of which the first is the main one, run in one. Every block bears its owner's stamp. */
class Threads {
  readonly #main = new BlockPool();
  readonly #pools: BlockPool[];
  readonly #held: Held[][] = [];
  /** Where each pool's news were read up to. */
  readonly #cursors: number[] = [];
  #toldUpTo = new Map<BlockPool, number>();
  #stamp = 0;

  constructor() {
    const directory = this.#main.share();
    this.#pools = [this.#main];
    for (let thread = 1; thread < THREADS; thread += 1) {
      const pool = new BlockPool();
      pool.attach(directory, thread + 1);
      this.#pools.push(pool);
    }
    for (let thread = 0; thread < THREADS; thread += 1) {
      this.#held.push([]);
      this.#cursors.push(0);
    }
  }

  take(thread: number, bytes: number): void {
    const buffer = this.#pool(thread).take(bytes, { owner });
    this.#stamp += 1;
    new Int32Array(buffer).fill(this.#stamp);
    this.#heldBy(thread).push({ buffer, stamp: this.#stamp });
  }

  release(thread: number, which: number): void {
    const pool = this.#pool(thread);
    const held = this.#pick(thread, which);
    const block = held && pool.blockOf(held.buffer);
    if (held === undefined) return;
    if (block === undefined) throw new Error('a block that is held is nobody’s');
    pool.recycle(block);
    expect(pool.locate(held.buffer)?.current).toBe(false);
  }

  /** A value goes from one thread to the main one. */
  give(thread: number, which: number): void {
    if (thread === 0) return;
    const held = this.#pick(thread, which);
    if (held === undefined) return;
    const id = this.#pool(thread).surrender(held.buffer);
    this.tell(thread);
    const buffer = this.#main.adopt(id, owner, thread + 1);
    this.#heldBy(0).push({ buffer, stamp: held.stamp });
    expect(this.#pool(thread).locate(held.buffer)).toEqual({ id, current: true });
  }

  /** A thread dies, one thing surrendered that nobody adopts, and another with its number starts. */
  die(thread: number, which: number): void {
    if (thread === 0) return;
    const held = this.#pick(thread, which);
    if (held !== undefined) this.#pool(thread).surrender(held.buffer);
    this.#main.reclaim(thread + 1);
    const pool = new BlockPool();
    pool.attach(this.#main.share(), thread + 1);
    this.#pools[thread] = pool;
    this.#held[thread] = [];
    this.#cursors[thread] = 0;
  }

  trim(thread: number): void {
    this.#pool(thread).trim();
  }

  /** News go from a thread to the main one, or from that to another. */
  tell(thread: number): void {
    const pool = this.#pool(thread);
    if (thread === 0) {
      for (const other of this.#pools.slice(1)) {
        const news = this.#main.handlesSince(this.#toldUpTo.get(other) ?? 0);
        this.#toldUpTo.set(other, news.cursor);
        other.learn(news.handles);
      }
      return;
    }
    const news = pool.handlesSince(this.#cursors[thread] ?? 0);
    this.#cursors[thread] = news.cursor;
    this.#main.learn(news.handles);
  }

  check(): void {
    const all = this.#held.flat();
    for (const { buffer, stamp } of all) {
      const words = new Int32Array(buffer);
      if (words.some((word) => word !== stamp)) throw new Error('a block has two owners');
    }
    const { stats } = this.#main;
    for (const pool of this.#pools) expect(pool.stats).toEqual(stats);
    expect(stats.liveBlocks).toBe(all.length);
    expect(stats.liveBytes).toBe(all.reduce((bytes, { buffer }) => bytes + buffer.byteLength, 0));
    expect(stats.mappedBytes).toBe(stats.liveBytes + stats.freeBytes);
    this.#held.forEach((held, thread) => {
      const pool = this.#pool(thread);
      expect(pool.inUse).toBe(held.length > 0);
      for (const { buffer, stamp } of held) {
        const place = pool.locate(buffer);
        if (place?.current !== true) throw new Error('a block that is held is somebody else’s');
        for (const other of this.#pools) {
          if (![undefined, stamp].includes(readBy(other, place.id))) throw new Error('an id has two memories');
        }
      }
    });
  }

  /** In the end all memory can be used again, or given up. */
  end(): void {
    this.#held.forEach((held, thread) => {
      while (held.length > 0) this.release(thread, 0);
    });
    expect(this.#main.stats.liveBlocks).toBe(0);
    for (let thread = 1; thread < THREADS; thread += 1) this.tell(thread);
    for (const bytes of SIZES) {
      const { mappedBytes } = this.#main.stats;
      do this.take(0, bytes);
      while (this.#main.stats.mappedBytes === mappedBytes);
    }
    expect(this.#main.stats.freeBlocks).toBe(0);
    while (this.#heldBy(0).length > 0) this.release(0, 0);
    this.#main.trim();
    expect(this.#main.stats.mappedBytes).toBe(0);
  }

  #pool(thread: number): BlockPool {
    return this.#pools[thread] ?? this.#main;
  }

  #heldBy(thread: number): Held[] {
    return this.#held[thread] ?? [];
  }

  #pick(thread: number, which: number): Held | undefined {
    const held = this.#heldBy(thread);
    return held.splice(which % Math.max(1, held.length), 1)[0];
  }
}

/** The stamp of a block as another thread sees it; undefined where its memory is unknown. */
function readBy(pool: BlockPool, id: number): number | undefined {
  try {
    return new Int32Array(pool.open(id))[0];
  } catch (error) {
    if (error instanceof DagError && error.code === 'DAG_INTERNAL') return undefined;
    throw error;
  }
}

const thread = fc.nat(THREADS - 1);
const which = fc.nat(20);
const step = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.constant('take' as const), thread, fc.constantFrom(...SIZES)) },
  { weight: 5, arbitrary: fc.tuple(fc.constant('release' as const), thread, which) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('give' as const), thread, which) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('tell' as const), thread, which) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('die' as const), thread, which) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('trim' as const), thread, which) },
);

test('no block ever has two owners, and none is lost, whatever threads do and whenever they die', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const threads = new Threads();
      for (const [what, who, parameter] of steps) {
        threads[what](who, parameter);
        threads.check();
      }
      threads.end();
    }),
    { numRuns: 60 },
  );
});
