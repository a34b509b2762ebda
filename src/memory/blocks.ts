import { DagError } from '../errors.js';
import { Block, BlockMark, type LentTally } from './block.js';
import { BlockDirectory } from './directory.js';
import { FreeLists } from './free-lists.js';
import type { BlockHandle, HandleNews, KnownBlock } from './handle-table.js';
import { MAIN, SharedBlocks } from './shared-blocks.js';
import { sizeClass } from './size-class.js';
import { Watches } from './watches.js';

export type { Block } from './block.js';
export type { BlockHandle, HandleNews } from './handle-table.js';

/** Free blocks that nobody took for so long are given back to the system. Milliseconds. */
const KEEP_FREE_FOR = 10_000;
/** Bytes of this read as NaN. */
const POISON_FLOAT = 0xff;
const POISON = 0xdb;

/** What memory is taken for. */
export interface TakeOptions {
  /** The call whose body takes it; undefined outside any body. */
  readonly owner: object | undefined;
  /** Whether for floating-point numbers. Default false. */
  readonly float?: boolean;
}

/** Where a buffer lies. */
export interface BlockPlace {
  /** The block's id, the same in all threads. */
  readonly id: number;
  /** False when the block was released since the buffer was handed out: its bytes belong to somebody else. */
  readonly current: boolean;
}

/** Counts of a pool; once it is shared, of all threads. Bytes are those of whole blocks. */
export interface BlockStats {
  readonly liveBlocks: number;
  readonly liveBytes: number;
  readonly freeBlocks: number;
  readonly freeBytes: number;
  /** Bytes held from the system, live and free; grows only when no free block fits. */
  readonly mappedBytes: number;
}

/**
 * Recycles shared memory by size: a fresh 8 MiB SharedArrayBuffer costs about thirty times a recycled one. A block goes
 * back when its last value is released, or when what was handed out is collected.
 *
 * Threads that share a directory recycle each other's blocks. A block that a thread takes is its own until it releases it
 * or another adopts it, and, should it die, until the main thread reclaims it.
 */
export class BlockPool {
  /** Memory that has no id: all of it until the pool is shared, then only what the directory had no room for. */
  readonly #free = new FreeLists();
  /** Live blocks without an id. */
  readonly #own: Block[] = [];
  #ownBytes = 0;
  readonly #lent: LentTally = { bytes: 0 };
  /** How many live blocks have one; they stand in what is known of their ids. */
  #named = 0;
  readonly #opened = new WeakMap<ArrayBufferLike, KnownBlock>();
  readonly #watches = new Watches((block) => {
    this.#putBack(block);
  });
  #shared: SharedBlocks | undefined;
  #sweep: NodeJS.Timeout | undefined;
  #idle = false;
  /** Fill released blocks, floating-point ones with NaN and others with 0xDB, so that use after release is seen. */
  poison = false;
  /** Bytes that all blocks together should not exceed: free ones are given up first. Default unlimited. */
  maxBytes = Infinity;

  /** Whether this thread has any block; while it has none, ledgers have nothing to count. */
  get inUse(): boolean {
    return this.#own.length > 0 || this.#named > 0;
  }

  /** Bytes of live blocks that calls still need: those in the user's hands do not count. As cheap as `liveBytes`. */
  get neededBytes(): number {
    return this.liveBytes - this.#lent.bytes;
  }

  /** O(blocks) once shared. */
  get stats(): BlockStats {
    const shared = this.#shared?.directory.counts();
    const liveBytes = this.#ownBytes + (shared?.liveBytes ?? 0);
    const freeBytes = this.#free.bytes + (shared?.freeBytes ?? 0);
    return {
      liveBlocks: this.#own.length + (shared?.liveBlocks ?? 0),
      liveBytes,
      freeBlocks: this.#free.blocks + (shared?.freeBlocks ?? 0),
      freeBytes,
      mappedBytes: liveBytes + freeBytes,
    };
  }

  /** Bytes of live blocks, as far as the threads have counted them; cheaper than `stats`, which looks at every block. */
  get liveBytes(): number {
    const directory = this.#shared?.directory;
    return this.#ownBytes + (directory === undefined ? 0 : directory.mappedBytes - directory.freeBytes);
  }

  /** Memory of at least `bytes`, its content undefined. The buffer may be longer than asked for. */
  take(bytes: number, options: TakeOptions): SharedArrayBuffer {
    const size = sizeClass(bytes);
    const known = this.#shared?.take(size);
    const memory = known?.memory ?? this.#free.take(size);
    this.#idle = false;
    if (memory !== undefined) return this.#handOut(memory, known, options);
    this.#makeRoom(size);
    const fresh = new SharedArrayBuffer(size);
    return this.#handOut(fresh, this.#shared?.enter(fresh), options);
  }

  /** The block behind a buffer that was handed out, while it is this thread's. */
  blockOf(buffer: ArrayBufferLike): Block | undefined {
    const block = this.#markOf(buffer);
    return block !== undefined && this.#isLive(block) ? block : undefined;
  }

  /** The block of an id, while it is this thread's. */
  blockAt(id: number): Block | undefined {
    return this.#shared?.blockAt(id);
  }

  /** What was handed out for a block, made anew, with this owner, if it was collected. */
  wrapperOf(block: Block, owner?: object): SharedArrayBuffer {
    return block.watch?.wrapper ?? this.#watch(block, owner);
  }

  /** Takes a block back for the next `take`. Nothing may use it any more. */
  recycle(block: Block): void {
    if (block.watch?.wrapper === undefined) return; // collected: the registry takes it back
    this.#putBack(block);
  }

  /** Gives every free block back to the system, those of other threads too; they let go of them when they are told. */
  trim(): void {
    this.#free.drop();
    this.#shared?.retire();
  }

  /**
   * Lets other threads use this pool's blocks: gives the directory that they attach to. For the main thread, which all
   * others tell of their memory.
   */
  share(): SharedArrayBuffer {
    if (this.#shared === undefined) this.attach(BlockDirectory.allocate(), MAIN);
    return this.#joined.directory.memory;
  }

  /**
   * Joins the threads that share a directory; its blocks, if it has any, become known by `handlesSince`.
   *
   * @param thread 2 to 2045, no other thread's; a dead thread's only after `reclaim`.
   * @throws DAG_INTERNAL when the pool is shared already.
   */
  attach(directory: SharedArrayBuffer, thread: number): void {
    if (this.#shared !== undefined) throw new DagError('DAG_INTERNAL', { message: 'A pool was to be shared twice.' });
    const shared = new SharedBlocks(directory, thread);
    this.#shared = shared;
    for (const memory of this.#free.drop()) {
      const known = shared.enter(memory);
      if (known === undefined) this.#free.put(memory);
      else shared.release(known);
    }
    for (const block of [...this.#own]) {
      const known = shared.enter(block.memory);
      if (known === undefined) continue;
      this.#drop(block);
      this.#add(block, known);
    }
    this.#sweepLater();
  }

  /** What other threads must be told of memory since a cursor, 0 for the beginning. */
  handlesSince(cursor: number): HandleNews {
    return this.#shared?.since(cursor) ?? { cursor, handles: [] };
  }

  /** Enters what another thread's `handlesSince` gave. @throws DAG_INTERNAL when the pool is not shared. */
  learn(handles: readonly BlockHandle[]): void {
    if (handles.length === 0) return;
    this.#joined.learn(handles);
    this.#sweepLater();
  }

  /** Which block a buffer is that `take`, `adopt` or `open` gave here; undefined for others. */
  locate(buffer: ArrayBufferLike): BlockPlace | undefined {
    const block = this.#markOf(buffer);
    const known = block === undefined ? this.#opened.get(buffer) : block.known;
    if (known === undefined) return undefined;
    const { id, mapping } = known;
    return { id, current: this.#joined.directory.isCurrent(id, mapping, block?.generation ?? known.opened) };
  }

  /**
   * The memory of a block that somebody holds for this thread while it reads there. It is not watched.
   *
   * @throws DAG_INTERNAL when the memory is not known here.
   */
  open(id: number): SharedArrayBuffer {
    const known = this.#joined.known(id);
    known.opened = this.#joined.directory.generationOf(id);
    this.#opened.set(known.memory, known);
    return known.memory;
  }

  /**
   * Leaves a block to another thread: it is not watched or counted here any more, and stays taken in this thread's name
   * until the other adopts it or, if this thread dies before, it is reclaimed.
   *
   * @returns its id; -1 for memory that is in no directory, which is then never recycled.
   */
  surrender(buffer: ArrayBufferLike): number {
    const block = this.blockOf(buffer);
    if (block !== undefined) this.#detach(block);
    return this.locate(buffer)?.id ?? -1;
  }

  /**
   * Takes over a block that another thread surrendered, and gives what to hand out for it: the same as before where it
   * is this thread's already.
   *
   * @param from the thread that must have it. Default any.
   * @throws DAG_INTERNAL when its memory is not known here, or when it is free.
   */
  adopt(id: number, owner: object | undefined, from?: number): SharedArrayBuffer {
    const block = this.blockAt(id);
    if (block !== undefined) return this.wrapperOf(block, owner);
    const known = this.#joined.adopt(id, from);
    return this.#handOut(known.memory, known, { owner, float: this.#joined.directory.isFloat(id) });
  }

  /**
   * Settles what a thread had that has ended: to be called by the main thread, once it has learned and adopted all that
   * the thread had sent.
   */
  reclaim(thread: number): void {
    this.#shared?.reclaim(thread);
  }

  get #joined(): SharedBlocks {
    if (this.#shared === undefined) throw new DagError('DAG_INTERNAL', { message: 'A pool is not shared.' });
    return this.#shared;
  }

  #handOut(memory: SharedArrayBuffer, known: KnownBlock | undefined, options: TakeOptions): SharedArrayBuffer {
    const { owner, float = false } = options;
    const block = new Block({ pool: this, memory, float, tally: this.#lent });
    if (owner === undefined) block.lent = 1;
    this.#add(block, known);
    return this.#watch(block, owner);
  }

  /** Enters a live block, by the id that other threads know it by if it has one. */
  #add(block: Block, known: KnownBlock | undefined): void {
    if (known === undefined) {
      block.place = this.#own.push(block) - 1;
      this.#ownBytes += block.memory.byteLength;
      return;
    }
    const { directory } = this.#joined;
    block.known = known;
    block.generation = directory.generationOf(known.id);
    directory.setFloat(known.id, block.float);
    known.block = block;
    this.#named += 1;
  }

  #drop(block: Block): void {
    const { known, place } = block;
    if (known !== undefined) {
      known.block = undefined;
      this.#named -= 1;
      return;
    }
    const last = this.#own.pop();
    if (last !== undefined && last !== block) {
      this.#own[place] = last;
      last.place = place;
    }
    block.place = -1;
    this.#ownBytes -= block.memory.byteLength;
  }

  #isLive(block: Block): boolean {
    return block.known === undefined ? block.place >= 0 : block.known.block === block;
  }

  #markOf(buffer: ArrayBufferLike): Block | undefined {
    const block = BlockMark.blockOf(buffer);
    return block?.pool === this ? block : undefined;
  }

  /** Makes what is handed out for a block; a collection of what was handed out before means nothing any more. */
  #watch(block: Block, owner: object | undefined): SharedArrayBuffer {
    const wrapper = structuredClone(block.memory);
    this.#watches.begin(block, wrapper, owner !== undefined);
    new BlockMark(wrapper, { block, owner });
    return wrapper;
  }

  #detach(block: Block): void {
    block.leave();
    this.#drop(block);
    this.#watches.end(block);
  }

  /** A thread that dies in here has not released the block, so that it is reclaimed. */
  #putBack(block: Block): void {
    if (!this.#isLive(block)) return;
    this.#detach(block);
    const { memory, known } = block;
    if (this.poison) new Uint8Array(memory).fill(block.float ? POISON_FLOAT : POISON);
    if (known === undefined) this.#free.put(memory);
    else this.#shared?.release(known);
    this.#sweepLater();
  }

  /** Gives up free blocks when fresh memory would exceed `maxBytes`. It is mapped in any case: one call may always run. */
  #makeRoom(size: number): void {
    if (this.maxBytes === Infinity) return;
    const directory = this.#shared?.directory;
    let excess = this.#ownBytes + this.#free.bytes + (directory?.mappedBytes ?? 0) + size - this.maxBytes;
    if (excess > 0) for (const { byteLength } of this.#free.drop(excess)) excess -= byteLength;
    if (excess > 0 && directory?.mayHaveAnyFree() === true) this.#shared?.retire(excess);
  }

  /** Gives free blocks back after a while without any use; never keeps the process alive. */
  #sweepLater(): void {
    this.#idle = false;
    this.#sweep ??= setInterval(() => {
      this.#tend();
    }, KEEP_FREE_FOR).unref();
  }

  #tend(): void {
    if (this.#idle) this.#free.drop();
    this.#shared?.tend();
    // While other threads may release blocks that are known here, there is something to look after.
    if (this.#idle && (this.#shared?.empty ?? true)) {
      clearInterval(this.#sweep);
      this.#sweep = undefined;
    }
    this.#idle = true;
  }
}

/** The pool of this thread. */
export const blocks = new BlockPool();
