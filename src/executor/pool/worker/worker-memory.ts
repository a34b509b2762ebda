import { blocks } from '../../../memory/blocks.js';
import type { PayloadMemory } from '../../../memory/payload/context.js';

/** Bytes up to which buffers share a block. */
const SMALL = 16 * 1024;
/** Bytes of the first block of a message for small buffers; later ones are larger. */
const FIRST_ARENA = 4 * 1024;
const LAST_ARENA = 64 * 1024;
const ALIGNMENT = 16;
/** Whose blocks are that hold copies of results. */
const COPIES = {};

/** Where the buffers of results lie on their way to the pool: in blocks that this thread gives away as it packs them. */
export class WorkerMemory implements PayloadMemory {
  #arena: SharedArrayBuffer | undefined;
  #arenaId = -1;
  #used = 0;
  #size = FIRST_ARENA;

  locate(buffer: ArrayBufferLike): number | undefined {
    const place = blocks.locate(buffer);
    if (place?.current !== true) return undefined;
    blocks.surrender(buffer);
    return place.id;
  }

  place(bytes: Uint8Array, float: boolean): { readonly block: number; readonly offset: number } {
    if (bytes.byteLength > SMALL) {
      const memory = blocks.take(bytes.byteLength, { owner: COPIES, float });
      new Uint8Array(memory).set(bytes);
      return { block: blocks.surrender(memory), offset: 0 };
    }
    if (this.#arena === undefined || this.#used + bytes.byteLength > this.#arena.byteLength) {
      this.#arena = blocks.take(Math.max(this.#size, bytes.byteLength), { owner: COPIES });
      this.#arenaId = blocks.surrender(this.#arena);
      this.#used = 0;
      this.#size = Math.min(this.#size * 2, LAST_ARENA);
    }
    const offset = this.#used;
    new Uint8Array(this.#arena, offset).set(bytes);
    this.#used = offset + Math.ceil(bytes.byteLength / ALIGNMENT) * ALIGNMENT;
    return { block: this.#arenaId, offset };
  }

  /** Puts nothing more into the present block: the pool may recycle it once it was told. */
  seal(): void {
    this.#arena = undefined;
    this.#size = FIRST_ARENA;
  }

  open(block: number): SharedArrayBuffer {
    return blocks.open(block);
  }
}
