import { blocks } from '../../../memory/blocks.js';
import type { PayloadMemory } from '../../../memory/payload/context.js';
import { Arena } from '../arena.js';
import { eachBlockOfResult } from '../result-blocks.js';

/** Where the buffers of results lie on their way to the pool: in blocks that this thread gives away when it has packed them. */
export class WorkerMemory implements PayloadMemory {
  readonly #arena = new Arena((_, left) => {
    // The word that is being packed may lie on it, and is given away with it only then.
    if (left !== undefined && !this.#met.has(idOf(left))) recycle(left);
  });
  /** Blocks that were met while something was packed, by id. */
  readonly #met = new Map<number, ArrayBufferLike>();

  locate(buffer: ArrayBufferLike): number | undefined {
    const place = blocks.locate(buffer);
    if (place?.current !== true) return undefined;
    this.#met.set(place.id, buffer);
    return place.id;
  }

  place(bytes: Uint8Array, float: boolean): { readonly block: number; readonly offset: number } {
    const { memory, offset } = this.#arena.place(bytes, float);
    const block = idOf(memory);
    this.#met.set(block, memory);
    return { block, offset };
  }

  /**
   * Gives away the blocks of a word that was packed. Others that were met meanwhile, for what could not be packed, stay
   * this thread's, and go back when they are collected.
   */
  give(word: unknown): void {
    if (this.#met.size === 0) return;
    eachBlockOfResult(word, (id) => {
      const buffer = this.#met.get(id);
      if (buffer !== undefined) blocks.surrender(buffer);
    });
    this.#met.clear();
  }

  /** Puts nothing more into the present block: the pool may recycle it once it was told. */
  seal(): void {
    this.#arena.seal();
  }

  open(block: number): SharedArrayBuffer {
    return blocks.open(block);
  }
}

function idOf(memory: SharedArrayBuffer): number {
  return blocks.locate(memory)?.id ?? -1;
}

/** Takes back a block that was not given away. */
function recycle(memory: SharedArrayBuffer): void {
  const block = blocks.blockOf(memory);
  if (block !== undefined) blocks.recycle(block);
}
