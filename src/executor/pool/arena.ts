import { blocks } from '../../memory/blocks.js';

/** Bytes up to which buffers share a block. */
const SMALL = 16 * 1024;
/** Bytes of the first block of a message for small buffers; later ones are larger. */
const FIRST = 4 * 1024;
const LAST = 64 * 1024;
const ALIGNMENT = 16;
/** Whose blocks are that hold copies of what is sent: nobody's, so that they go back when nothing uses them any more. */
export const COPIES = {};

/** Where bytes were copied to. */
export interface Placed {
  readonly memory: SharedArrayBuffer;
  readonly offset: number;
}

/** Copies what is sent into blocks: small buffers of one message next to each other, larger ones into their own. */
export class Arena {
  /** Is told of a block for small buffers when it is begun, and when nothing more is put into it. */
  readonly #turn: (begun: SharedArrayBuffer | undefined, left: SharedArrayBuffer | undefined) => void;
  #memory: SharedArrayBuffer | undefined;
  #used = 0;
  #size = FIRST;

  constructor(turn: (begun: SharedArrayBuffer | undefined, left: SharedArrayBuffer | undefined) => void) {
    this.#turn = turn;
  }

  place(bytes: Uint8Array, float: boolean): Placed {
    const { byteLength } = bytes;
    if (byteLength > SMALL) {
      const memory = blocks.take(byteLength, { owner: COPIES, float });
      new Uint8Array(memory).set(bytes);
      return { memory, offset: 0 };
    }
    const memory = this.#roomFor(byteLength);
    const offset = this.#used;
    new Uint8Array(memory, offset).set(bytes);
    this.#used = offset + Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT;
    return { memory, offset };
  }

  #roomFor(bytes: number): SharedArrayBuffer {
    if (this.#memory !== undefined && this.#used + bytes <= this.#memory.byteLength) return this.#memory;
    const begun = blocks.take(Math.max(this.#size, bytes), { owner: COPIES });
    this.#turn(begun, this.#memory);
    this.#memory = begun;
    this.#used = 0;
    this.#size = Math.min(this.#size * 2, LAST);
    return begun;
  }

  /** Puts nothing more into the present block. */
  seal(): void {
    if (this.#memory !== undefined) this.#turn(undefined, this.#memory);
    this.#memory = undefined;
    this.#size = FIRST;
  }
}
