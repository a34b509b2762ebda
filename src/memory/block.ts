import { DagError } from '../errors.js';
import type { KnownBlock } from './handle-table.js';

/**
 * A stretch of memory that this thread has, and who sees it. The pool holds it until the wrapper is collected, so nothing
 * in it may lead to the wrapper: not its owner either, which has it for a value.
 */
export class Block {
  /** The pool that handed it out. */
  readonly pool: object;
  /** The pool's own handle of the memory. */
  readonly memory: SharedArrayBuffer;
  /** What was handed out, and is watched. */
  watch: Watch | undefined = undefined;
  /** Whether it is used for floating-point numbers. */
  readonly float: boolean;
  /** What all threads call it; undefined while no others can know it. */
  known: KnownBlock | undefined = undefined;
  /** The block's generation in the directory while it is this thread's. */
  generation = 0;
  /** Its place among those without an id, -1 when it is none of them. */
  place = -1;
  /** How many values of calls lie on it. */
  values = 0;
  readonly #tally: LentTally;
  #lent = 0;
  #left = false;

  constructor({ pool, memory, float, tally }: Pick<Block, 'pool' | 'memory' | 'float'> & { tally: LentTally }) {
    this.pool = pool;
    this.memory = memory;
    this.float = float;
    this.#tally = tally;
  }

  /** How many results in the user's hands lie on it, plus one if it may be seen by code that no ledger knows. */
  get lent(): number {
    return this.#lent;
  }

  set lent(lent: number) {
    if (!this.#left && lent > 0 !== this.#lent > 0) this.#tally.bytes += lent > 0 ? this.#size : -this.#size;
    this.#lent = lent;
  }

  /** It is not this thread's any more. */
  leave(): void {
    if (!this.#left && this.#lent > 0) this.#tally.bytes -= this.#size;
    this.#left = true;
  }

  get #size(): number {
    return this.memory.byteLength;
  }
}

/** Bytes of the blocks of a pool that lie in the user's hands. */
export interface LentTally {
  bytes: number;
}

/** A wrapper that was handed out for a block; a block whose wrapper was collected may get another. */
export class Watch {
  /** It is not to be watched any more. */
  over = false;
  /** The block's memory behind a JavaScript object of its own, whose collection can be watched. */
  #wrapper: SharedArrayBuffer | undefined;
  #watched: WeakRef<SharedArrayBuffer> | undefined;

  constructor(
    readonly block: Block,
    wrapper: SharedArrayBuffer,
  ) {
    this.#wrapper = wrapper;
  }

  /** What was handed out, unless it was collected. */
  get wrapper(): SharedArrayBuffer | undefined {
    return this.#wrapper ?? this.#watched?.deref();
  }

  /** Whether it may be collected. */
  get grown(): boolean {
    return this.#watched !== undefined;
  }

  /** Lets it be collected from now on, and gives it. */
  grow(): SharedArrayBuffer {
    const wrapper = this.#wrapper;
    if (wrapper === undefined) throw new DagError('DAG_INTERNAL', { message: 'A block was to be watched twice.' });
    this.#watched = new WeakRef(wrapper);
    this.#wrapper = undefined;
    return wrapper;
  }
}

/** Hands a subclass an object that exists, in place of a new one. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- only its constructor can return what exists
class Existing {
  constructor(object: object) {
    return object;
  }
}

/**
 * The block of a wrapper, in a private field on the wrapper. A WeakMap would do for 250 ns more per wrapper, and keep the
 * garbage collector busy with its table. Clones of the wrapper have no mark.
 */
export class BlockMark extends Existing {
  readonly #block: Block;
  readonly #owner: object | undefined;

  /** Marks a wrapper, once, with its block and the call whose body took it. */
  constructor(
    wrapper: SharedArrayBuffer,
    { block, owner }: { readonly block: Block; readonly owner: object | undefined },
  ) {
    super(wrapper);
    this.#block = block;
    this.#owner = owner;
  }

  /** The block of a buffer if it is a wrapper, live or not. */
  static blockOf(buffer: object): Block | undefined {
    return #block in buffer ? buffer.#block : undefined;
  }

  /** Whose body took the memory behind a wrapper; undefined outside any body. */
  static ownerOf(buffer: object): object | undefined {
    return #owner in buffer ? buffer.#owner : undefined;
  }
}

/** Whose body took a block; undefined outside any body, and when the wrapper was collected. */
export function ownerOf(block: Block): object | undefined {
  const wrapper = block.watch?.wrapper;
  return wrapper && BlockMark.ownerOf(wrapper);
}
