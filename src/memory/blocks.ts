/** Free blocks that nobody took for so long are given back to the system. Milliseconds. */
const KEEP_FREE_FOR = 10_000;
const SMALLEST = 4096;
/** Sizes between two powers of two: at most an eighth of a block is waste. */
const STEPS = 8;

/** A stretch of memory that threads share, and who sees it. */
export interface Block {
  /** The pool's own handle of the memory. */
  readonly memory: SharedArrayBuffer;
  /** What was handed out: the same memory behind a JavaScript object of its own, whose collection can be watched. */
  readonly wrapper: WeakRef<SharedArrayBuffer>;
  /** Key of the registration that watches the wrapper. */
  readonly token: object;
  /** Whose body took it; undefined outside any body. */
  readonly owner: object | undefined;
  /** How many values of calls lie on it. */
  values: number;
  /** How many results in the user's hands lie on it, plus one if it may be seen by code that no ledger knows. */
  lent: number;
}

/** Counts of a pool. Bytes are those of whole blocks. */
export interface BlockStats {
  readonly liveBlocks: number;
  readonly liveBytes: number;
  readonly freeBlocks: number;
  readonly freeBytes: number;
  /** Bytes ever taken from the system; grows only when no free block fits. */
  readonly mappedBytes: number;
}

/** The size class for `bytes`: the next of eight steps between powers of two. */
export function sizeClass(bytes: number): number {
  if (bytes <= SMALLEST) return SMALLEST;
  const power = 2 ** Math.floor(Math.log2(bytes));
  const step = power / STEPS;
  return Math.ceil(bytes / step) * step;
}

/**
 * Recycles shared memory by size: a fresh 8 MiB SharedArrayBuffer costs about thirty times a recycled one. A block goes
 * back when its last value is released, or when what was handed out is collected.
 */
export class BlockPool {
  readonly #free = new Map<number, SharedArrayBuffer[]>();
  readonly #blocks = new WeakMap<ArrayBufferLike, Block>();
  readonly #collected = new FinalizationRegistry<SharedArrayBuffer>((memory) => {
    this.#live(-1, memory);
    this.#putBack(memory);
  });
  #liveBlocks = 0;
  #liveBytes = 0;
  #freeBytes = 0;
  #freeBlocks = 0;
  #mappedBytes = 0;
  #sweep: NodeJS.Timeout | undefined;
  #idle = false;
  /** Fill released blocks with 0xFF, which reads as NaN and -1, so that use after release is seen. */
  poison = false;

  /** Whether any block is out; while none is, ledgers have nothing to count. */
  get inUse(): boolean {
    return this.#liveBlocks > 0;
  }

  get stats(): BlockStats {
    return {
      liveBlocks: this.#liveBlocks,
      liveBytes: this.#liveBytes,
      freeBlocks: this.#freeBlocks,
      freeBytes: this.#freeBytes,
      mappedBytes: this.#mappedBytes,
    };
  }

  /** Memory of at least `bytes`, its content undefined. The buffer may be longer than asked for. */
  take(bytes: number, owner: object | undefined): SharedArrayBuffer {
    const size = sizeClass(bytes);
    const memory = this.#takeFree(size) ?? this.#map(size);
    const wrapper = structuredClone(memory);
    const token = {};
    const block: Block = {
      memory,
      wrapper: new WeakRef(wrapper),
      token,
      owner,
      values: 0,
      lent: owner === undefined ? 1 : 0,
    };
    this.#blocks.set(wrapper, block);
    this.#collected.register(wrapper, memory, token);
    this.#live(1, memory);
    return wrapper;
  }

  /** The block behind a buffer that was handed out and not recycled since. */
  blockOf(buffer: ArrayBufferLike): Block | undefined {
    return this.#blocks.get(buffer);
  }

  /** Takes a block back for the next `take`. Nothing may use it any more. */
  recycle(block: Block): void {
    const wrapper = block.wrapper.deref();
    if (wrapper === undefined) return; // collected: the registry takes it back
    if (!this.#collected.unregister(block.token)) return;
    this.#blocks.delete(wrapper);
    this.#live(-1, block.memory);
    this.#putBack(block.memory);
  }

  /** Gives every free block back to the system. */
  trim(): void {
    this.#free.clear();
    this.#freeBytes = 0;
    this.#freeBlocks = 0;
  }

  #live(change: 1 | -1, memory: SharedArrayBuffer): void {
    this.#liveBlocks += change;
    this.#liveBytes += change * memory.byteLength;
  }

  #putBack(memory: SharedArrayBuffer): void {
    if (this.poison) new Uint8Array(memory).fill(0xff);
    const size = memory.byteLength;
    const list = this.#free.get(size);
    if (list === undefined) this.#free.set(size, [memory]);
    else list.push(memory);
    this.#freeBytes += size;
    this.#freeBlocks += 1;
    this.#sweepLater();
  }

  #takeFree(size: number): SharedArrayBuffer | undefined {
    const memory = this.#free.get(size)?.pop();
    if (memory === undefined) return undefined;
    this.#freeBytes -= size;
    this.#freeBlocks -= 1;
    this.#idle = false;
    return memory;
  }

  #map(size: number): SharedArrayBuffer {
    this.#mappedBytes += size;
    return new SharedArrayBuffer(size);
  }

  /** Gives free blocks back after a while without any use; never keeps the process alive. */
  #sweepLater(): void {
    this.#idle = false;
    this.#sweep ??= setInterval(() => {
      if (this.#idle) {
        this.trim();
        clearInterval(this.#sweep);
        this.#sweep = undefined;
      }
      this.#idle = true;
    }, KEEP_FREE_FOR).unref();
  }
}

/** The pool of this thread. */
export const blocks = new BlockPool();
