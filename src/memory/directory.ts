import { classSize } from './size-class.js';

/** Most blocks that all threads together can have. */
export const CAPACITY = 1 << 18;
/** The largest number that a thread may have; the smallest is 1. */
export const LARGEST_THREAD = 2045;

const OWNER_BITS = 11;
const OWNER_MASK = (1 << OWNER_BITS) - 1;
const GENERATION_MASK = (1 << 20) - 1;
const FREE = 0;
const RETIRED = 2046;

/** Words of the header. Counts there are hints: a thread that dies between a change and its count leaves them off. */
const NEXT = 0;
const MAPPED = 1;
const RETIRED_IDS = 2;
const USED = 3;
const FREE_OF_CLASS = 16;
const CLASSES = 256;

/** Words of an entry. */
const ENTRIES = FREE_OF_CLASS + CLASSES;
const WORDS = 4;
const STATE = 0;
/** Grows each time the id gets new memory; 0 while it never had any. */
const MAPPING = 1;
/** Number of the size class, and in bit 0 whether the block was last taken for floating-point numbers. */
const KIND = 2;
/** The thread that mapped the memory. */
const MAPPER = 3;

/** Every size class is a multiple of it, so that 32 bits count 2 TiB. */
const UNIT = 512;
/** Most ids that a thread remembers to be retired, for new memory of its own. */
const SPARE = 1024;

/** Blocks of all threads. */
export interface DirectoryCounts {
  readonly liveBlocks: number;
  readonly liveBytes: number;
  readonly freeBlocks: number;
  readonly freeBytes: number;
}

/**
 * Which thread has which block, for all threads, in one SharedArrayBuffer.
 *
 * A block's state is one word, `generation << 11 | owner`, that only compare-and-swap changes. The generation grows at
 * every release and retirement, so a change by what was read before such a change fails. A thread may be terminated
 * between any two operations; there are no locks and no lists to be left half changed. The state decides alone: the other
 * words of an entry are the owner's to write, and header counts are hints, which `recount` repairs.
 */
export class BlockDirectory {
  readonly #words: Int32Array;
  readonly #spare: number[] = [];
  #cursor = 0;

  /**
   * @param memory from `allocate`, in this thread or another.
   * @param thread this thread's number, 1 to 2045. A dead thread's may be given again once that one was reclaimed.
   */
  constructor(
    readonly memory: SharedArrayBuffer,
    readonly thread: number,
  ) {
    this.#words = new Int32Array(memory);
  }

  /** The memory of an empty directory: 4 MiB, of which the system backs only what is used. */
  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer((ENTRIES + CAPACITY * WORDS) * Int32Array.BYTES_PER_ELEMENT);
  }

  /**
   * Enters a block of this size class as taken by this thread.
   *
   * @returns its id, or -1 when the directory is full.
   */
  create(sizeClass: number): number {
    const id = this.#newId();
    if (id < 0) return -1;
    const at = entry(id);
    // A thread that dies from here on leaves a taken entry with memory that no other has: reclaim() retires it.
    Atomics.add(this.#words, at + MAPPING, 1);
    Atomics.store(this.#words, at + KIND, sizeClass << 1);
    Atomics.store(this.#words, at + MAPPER, this.thread);
    Atomics.add(this.#words, MAPPED, classSize(sizeClass) / UNIT);
    this.#use();
    return id;
  }

  /** Takes a free block for this thread; false when it is not free, or its memory is another than `mapping`'s by now. */
  tryTake(id: number, mapping: number): boolean {
    const at = entry(id);
    const state = Atomics.load(this.#words, at + STATE);
    if (ownerIn(state) !== FREE || this.mappingOf(id) !== mapping) return false;
    if (!this.#swap(id, state, state | this.thread)) return false;
    Atomics.sub(this.#words, FREE_OF_CLASS + this.classOf(id), 1);
    this.#use();
    return true;
  }

  /** Frees a block that this thread has. Its former bytes must not be used, or poisoned, after this. */
  release(id: number): boolean {
    const state = this.#stateOf(id);
    const sizeClass = this.classOf(id); // as soon as it is free, it may become another
    if (ownerIn(state) !== this.thread || !this.#swap(id, state, following(state, FREE))) return false;
    Atomics.add(this.#words, FREE_OF_CLASS + sizeClass, 1);
    this.#use();
    return true;
  }

  /** Hands a block that thread `from` has to thread `to`, in the same generation. */
  transfer(id: number, from: number, to: number): boolean {
    const state = this.#stateOf(id);
    if (from === FREE || from === RETIRED || ownerIn(state) !== from) return false;
    return this.#swap(id, state, (state & ~OWNER_MASK) | to);
  }

  /** Gives up the memory of a free block: nobody can take it any more, and its id may get new memory. */
  retire(id: number, mapping: number): boolean {
    const state = this.#stateOf(id);
    const sizeClass = this.classOf(id);
    if (ownerIn(state) !== FREE || mapping === 0 || this.mappingOf(id) !== mapping) return false;
    if (!this.#swap(id, state, following(state, RETIRED))) return false;
    Atomics.sub(this.#words, FREE_OF_CLASS + sizeClass, 1);
    Atomics.sub(this.#words, MAPPED, classSize(sizeClass) / UNIT);
    Atomics.add(this.#words, RETIRED_IDS, 1);
    if (this.#spare.length < SPARE) this.#spare.push(id);
    return true;
  }

  /** Retires free blocks, whoever knows them, until `bytes` are given up; gives their ids. O(ids). */
  retireFree(bytes = Infinity): number[] {
    const ids: number[] = [];
    let left = bytes;
    for (let id = 0; id < this.#ids && left > 0; id += 1) {
      const size = classSize(this.classOf(id));
      if (!this.retire(id, this.mappingOf(id))) continue;
      ids.push(id);
      left -= size;
    }
    return ids;
  }

  /**
   * Settles what a dead thread had: free where `hasMemory`, else retired; and so is the free memory that it never told of.
   * To be called by the thread that all others tell of their memory, as only that one knows what nobody else has.
   *
   * @returns the ids that were retired. O(ids).
   */
  reclaim(thread: number, hasMemory: (id: number) => boolean): number[] {
    const retired: number[] = [];
    for (let id = 0; id < this.#ids; id += 1) {
      const state = this.#stateOf(id);
      const owner = ownerIn(state);
      // An id of no mapping belongs to a thread that died, or is about to claim it: that one will find another.
      const untold = owner === FREE && (this.mappingOf(id) === 0 || this.#mapperOf(id) === thread);
      if (owner !== thread && !untold) continue;
      const known = hasMemory(id);
      if (owner === FREE && known) continue;
      if (this.#swap(id, state, following(state, known ? FREE : RETIRED)) && !known) retired.push(id);
    }
    this.recount();
    return retired;
  }

  /** The thread that has a block; 0 when it is free. */
  ownerOf(id: number): number {
    return ownerIn(this.#stateOf(id));
  }

  /** How often the id was released or retired, modulo 2 ** 20. */
  generationOf(id: number): number {
    return generationIn(this.#stateOf(id));
  }

  /** Which of the memories that the id had is the present one. */
  mappingOf(id: number): number {
    return Atomics.load(this.#words, entry(id) + MAPPING);
  }

  /** Number of the block's size class. */
  classOf(id: number): number {
    return Atomics.load(this.#words, entry(id) + KIND) >> 1;
  }

  /** Whether the block was last taken for floating-point numbers. */
  isFloat(id: number): boolean {
    return (Atomics.load(this.#words, entry(id) + KIND) & 1) === 1;
  }

  /** What the block is used for now; its owner says so. */
  setFloat(id: number, float: boolean): void {
    if (this.isFloat(id) !== float) Atomics.xor(this.#words, entry(id) + KIND, 1);
  }

  /** Whether handles of this mapping must be forgotten: the memory was given up. */
  isStale(id: number, mapping: number): boolean {
    return this.mappingOf(id) !== mapping || this.ownerOf(id) === RETIRED;
  }

  /** Whether the block was neither released nor retired since. */
  isCurrent(id: number, mapping: number, generation: number): boolean {
    return this.generationOf(id) === generation && this.mappingOf(id) === mapping;
  }

  /** Whether a search for a free block of this class may succeed. */
  mayHaveFree(sizeClass: number): boolean {
    return Atomics.load(this.#words, FREE_OF_CLASS + sizeClass) > 0;
  }

  /** Whether `retireFree` may find any. */
  mayHaveAnyFree(): boolean {
    for (let sizeClass = 0; sizeClass < CLASSES; sizeClass += 1) if (this.mayHaveFree(sizeClass)) return true;
    return false;
  }

  /** Bytes of all blocks, live and free; a hint. */
  get mappedBytes(): number {
    return (Atomics.load(this.#words, MAPPED) >>> 0) * UNIT;
  }

  /** Bytes of all free blocks; a hint. O(size classes). */
  get freeBytes(): number {
    let bytes = 0;
    for (let sizeClass = 0; sizeClass < CLASSES; sizeClass += 1) {
      const free = Atomics.load(this.#words, FREE_OF_CLASS + sizeClass);
      if (free > 0) bytes += free * classSize(sizeClass);
    }
    return bytes;
  }

  /** Whether no block was taken or released, in any thread, since the last time that this was asked. */
  wasIdle(): boolean {
    return Atomics.exchange(this.#words, USED, 0) === 0;
  }

  /** Counts the entries. O(ids). */
  counts(): DirectoryCounts {
    let liveBlocks = 0;
    let liveBytes = 0;
    let freeBlocks = 0;
    let freeBytes = 0;
    this.#eachMapped((sizeClass, free) => {
      if (free) freeBlocks += 1;
      else liveBlocks += 1;
      if (free) freeBytes += classSize(sizeClass);
      else liveBytes += classSize(sizeClass);
    });
    return { liveBlocks, liveBytes, freeBlocks, freeBytes };
  }

  /** Puts the hints right; what other threads do meanwhile may leave them off until the next time. O(ids). */
  recount(): void {
    const words = this.#words;
    const before = Int32Array.from({ length: ENTRIES }, (_, word) => Atomics.load(words, word));
    const found = new Int32Array(ENTRIES);
    const count = (word: number, by: number): void => {
      found[word] = (found[word] ?? 0) + by;
    };
    const ids = this.#ids;
    const mapped = this.#eachMapped((sizeClass, free) => {
      if (free) count(FREE_OF_CLASS + sizeClass, 1);
      count(MAPPED, classSize(sizeClass) / UNIT);
    });
    count(RETIRED_IDS, ids - mapped);
    const correct = (word: number): void => {
      // By the difference, for what was counted meanwhile stays counted.
      Atomics.add(words, word, (found[word] ?? 0) - (before[word] ?? 0));
    };
    correct(MAPPED);
    correct(RETIRED_IDS);
    for (let word = FREE_OF_CLASS; word < ENTRIES; word += 1) correct(word);
  }

  /** How many ids were ever given; more than that may have been asked for at the same time. */
  get #ids(): number {
    return Math.min(Atomics.load(this.#words, NEXT), CAPACITY);
  }

  #eachMapped(meet: (sizeClass: number, free: boolean) => void): number {
    const ids = this.#ids;
    let mapped = 0;
    for (let id = 0; id < ids; id += 1) {
      const owner = this.ownerOf(id);
      if (owner === RETIRED || this.mappingOf(id) === 0) continue;
      mapped += 1;
      meet(this.classOf(id), owner === FREE);
    }
    return mapped;
  }

  /** An id taken by this thread, without memory so far; first those that keep the directory short. */
  #newId(): number {
    for (let id = this.#spare.pop(); id !== undefined; id = this.#spare.pop()) if (this.#claim(id)) return id;
    while (Atomics.load(this.#words, NEXT) < CAPACITY) {
      const id = Atomics.add(this.#words, NEXT, 1);
      if (id >= CAPACITY) break;
      if (this.#swap(id, 0, this.thread)) return id;
    }
    for (let tried = 0; tried < CAPACITY && Atomics.load(this.#words, RETIRED_IDS) > 0; tried += 1) {
      this.#cursor = (this.#cursor + 1) % CAPACITY;
      if (this.#claim(this.#cursor)) return this.#cursor;
    }
    return -1;
  }

  #claim(id: number): boolean {
    const state = this.#stateOf(id);
    if (ownerIn(state) !== RETIRED || !this.#swap(id, state, (state & ~OWNER_MASK) | this.thread)) return false;
    Atomics.sub(this.#words, RETIRED_IDS, 1);
    return true;
  }

  #stateOf(id: number): number {
    return Atomics.load(this.#words, entry(id) + STATE);
  }

  #mapperOf(id: number): number {
    return Atomics.load(this.#words, entry(id) + MAPPER);
  }

  #swap(id: number, state: number, next: number): boolean {
    return Atomics.compareExchange(this.#words, entry(id) + STATE, state, next) === state;
  }

  /** Keeps the shared word unwritten while it says so already: threads that only read it do not slow each other. */
  #use(): void {
    if (Atomics.load(this.#words, USED) === 0) Atomics.store(this.#words, USED, 1);
  }
}

function entry(id: number): number {
  return ENTRIES + id * WORDS;
}

function ownerIn(state: number): number {
  return state & OWNER_MASK;
}

function generationIn(state: number): number {
  return state >>> OWNER_BITS;
}

/** The state of the next generation. */
function following(state: number, owner: number): number {
  return (((generationIn(state) + 1) & GENERATION_MASK) << OWNER_BITS) | owner;
}
