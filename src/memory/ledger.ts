import { eachArgument } from '../graph/dependencies.js';
import type { Future } from '../graph/future.js';
import { type Block, ownerOf } from './block.js';
import type { BlockPool } from './blocks.js';
import { eachBuffer } from './buffers.js';

/**
 * Counts the *values* on every shared block (the scheduler counts the *consumers* of every value): a block is recycled
 * when its last value is released, however many values share it, and never while a result in the user's hands does.
 */
export class BufferLedger {
  readonly #pool: BlockPool;
  readonly #holdings = new WeakMap<Future, Holding>();
  /** Blocks under literal arguments of calls that were made in bodies and have not run. */
  readonly #borrowed = new WeakMap<Future, Block[]>();
  /** Blocks under messages on their way. */
  readonly #pins = new Map<Block, Pin>();

  constructor(pool: BlockPool) {
    this.#pool = pool;
  }

  /** A call has this value now; its inputs are still held. */
  hold(future: Future, value: unknown): void {
    if (!this.#pool.inUse || value === null || (typeof value !== 'object' && typeof value !== 'function')) return;
    const found = this.#blocksOf(value, () => {
      this.keepInputs(future);
    });
    if (found === undefined) return;
    for (const block of found) {
      // A block that its body kept for itself, and that comes out in a later result, may be seen by that body for ever.
      if (block.values === 0 && ownerOf(block) !== future) block.lent += 1;
      block.values += 1;
    }
    this.#holdings.set(future, { blocks: found, lent: false });
  }

  /**
   * Something may see a call's inputs where no walk does: its result, or a call that its body made. They are not recycled
   * before they are collected.
   */
  keepInputs(future: Future): void {
    eachArgument(future, (input) => {
      for (const block of this.#holdings.get(input)?.blocks ?? []) block.lent += 1;
    });
    for (const block of this.#borrowed.get(future) ?? []) block.lent += 1;
  }

  /** The user was given this call's value: its blocks are not recycled under them. */
  lend(future: Future): void {
    const holding = this.#holdings.get(future);
    if (holding === undefined || holding.lent) return;
    holding.lent = true;
    for (const block of holding.blocks) block.lent += 1;
  }

  /** The call's value is dropped. `returned`: the user gave it back, too. */
  drop(future: Future, returned = false): void {
    const holding = this.#holdings.get(future);
    if (holding === undefined) return;
    this.#holdings.delete(future);
    for (const block of holding.blocks) {
      if (returned && holding.lent) block.lent -= 1;
      this.#let(block);
    }
  }

  /** One value less lies on a block. */
  #let(block: Block): void {
    block.values -= 1;
    if (block.values === 0 && block.lent === 0) this.#pool.recycle(block);
  }

  /** The user gave a value back that calls still need: it is recycled when they have ended. */
  reclaim(future: Future): void {
    const holding = this.#holdings.get(future);
    if (holding?.lent !== true) return;
    holding.lent = false;
    for (const block of holding.blocks) block.lent -= 1;
  }

  /**
   * A call that was made in a body will read this: a literal argument, or `this`. It may lie on an input of that body,
   * which is released once the body has run; its blocks stay until the call has run, too.
   */
  borrow(future: Future, literal: object): void {
    const found = this.#blocksOf(literal, () => {
      if (future._parent !== undefined) this.keepInputs(future._parent);
    });
    if (found === undefined) return;
    const borrowed = this.#borrowed.get(future);
    if (borrowed === undefined) this.#borrowed.set(future, found);
    else borrowed.push(...found);
    for (const block of found) {
      // No value lies on it: the body that made the call took it, and may have shown it to calls that nobody knows of.
      if (block.values === 0) block.lent += 1;
      block.values += 1;
    }
  }

  /** The call has run, or will not: it reads nothing any more. */
  giveBack(future: Future): void {
    const borrowed = this.#borrowed.get(future);
    if (borrowed === undefined) return;
    this.#borrowed.delete(future);
    for (const block of borrowed) this.#let(block);
  }

  /**
   * Holds a block, by its id or by what was handed out for it, while a message about it travels: it is neither recycled
   * nor collected before `unpin`. Undefined when it is no block of this thread.
   */
  pin(at: number | ArrayBufferLike): Block | undefined {
    const block = typeof at === 'number' ? this.#pool.blockAt(at) : this.#pool.blockOf(at);
    if (block === undefined) return undefined;
    block.values += 1;
    const pin = this.#pins.get(block);
    if (pin === undefined) this.#pins.set(block, { wrapper: this.#pool.wrapperOf(block), count: 1 });
    else pin.count += 1;
    return block;
  }

  /** Ends one `pin` of a block. It is recycled if no value and no result in the user's hands lies on it. */
  unpin(block: Block): void {
    const pin = this.#pins.get(block);
    if (pin === undefined) return;
    this.#let(block);
    pin.count -= 1;
    if (pin.count === 0) this.#pins.delete(block);
  }

  /** Whether nobody but this call's value can see the buffer, so that its only consumer may overwrite it. */
  solelyHeld(buffer: ArrayBufferLike): boolean {
    const block = this.#pool.blockOf(buffer);
    return block?.values === 1 && block.lent === 0;
  }

  #blocksOf(value: object, opaque?: () => void): Block[] | undefined {
    let found: Block[] | undefined;
    const meet = (buffer: ArrayBufferLike): void => {
      const block = this.#pool.blockOf(buffer);
      if (block === undefined || found?.includes(block) === true) return;
      (found ??= []).push(block);
    };
    let keeps = opaque;
    eachBuffer(value, {
      view: (view) => {
        meet(view.buffer);
      },
      buffer: meet,
      opaque: () => {
        keeps?.();
        keeps = undefined; // once is enough
      },
    });
    return found;
  }
}

interface Holding {
  readonly blocks: readonly Block[];
  lent: boolean;
}

interface Pin {
  /** Keeps the block from being collected. */
  readonly wrapper: SharedArrayBuffer;
  count: number;
}
