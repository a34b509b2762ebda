import { blocks, type Block } from '../../memory/blocks.js';
import type { PayloadMemory } from '../../memory/payload/context.js';
import { transit } from './pool-thread.js';

/** Bytes up to which buffers share a block. */
const SMALL = 16 * 1024;
/** Bytes of the first block of a message for small buffers; later ones are larger. */
const FIRST_ARENA = 4 * 1024;
const LAST_ARENA = 64 * 1024;
const ALIGNMENT = 16;
/** Whose blocks are that hold copies of what is sent: nobody's, so that they go back when the last pin is gone. */
const COPIES = {};

/** Where the buffers of jobs lie on their way to a thread: in blocks, which are pinned for each job that reads them. */
export class JobMemory implements PayloadMemory {
  #arena: SharedArrayBuffer | undefined;
  #arenaPin: Block | undefined;
  #used = 0;
  #size = FIRST_ARENA;
  #pins: Block[] | undefined;
  /** Bytes copied since `begin`. */
  placed = 0;

  /** Starts counting anew. */
  begin(): void {
    this.placed = 0;
  }

  /** The blocks that were met since the last call, pinned. */
  takePins(): Block[] | undefined {
    const pins = this.#pins;
    this.#pins = undefined;
    return pins;
  }

  /** Pins blocks once more, that something packed before lies on. */
  pinAgain(pinned: readonly Block[]): void {
    for (const block of pinned) this.#pin(block.known?.id ?? -1);
  }

  /** How many pins there are by now, for {@link cut}. */
  get mark(): number {
    return this.#pins?.length ?? 0;
  }

  /** The pins since a mark, which are then somebody else's to end. */
  cut(mark: number): readonly Block[] {
    return this.#pins?.splice(mark) ?? [];
  }

  locate(buffer: ArrayBufferLike): number | undefined {
    const place = blocks.locate(buffer);
    if (place?.current !== true) return undefined;
    this.#pin(place.id);
    return place.id;
  }

  #pin(at: number | ArrayBufferLike): Block | undefined {
    const block = transit.pin(at);
    if (block !== undefined) (this.#pins ??= []).push(block);
    return block;
  }

  place(bytes: Uint8Array, float: boolean): { readonly block: number; readonly offset: number } {
    this.placed += bytes.byteLength;
    if (bytes.byteLength > SMALL) {
      const memory = blocks.take(bytes.byteLength, { owner: COPIES, float });
      new Uint8Array(memory).set(bytes);
      return { block: this.#idOf(memory), offset: 0 };
    }
    const arena = this.#arenaFor(bytes.byteLength);
    const offset = this.#used;
    new Uint8Array(arena, offset).set(bytes);
    this.#used = offset + Math.ceil(bytes.byteLength / ALIGNMENT) * ALIGNMENT;
    return { block: this.#idOf(arena), offset };
  }

  #arenaFor(bytes: number): SharedArrayBuffer {
    if (this.#arena !== undefined && this.#used + bytes <= this.#arena.byteLength) return this.#arena;
    this.#leave();
    this.#arena = blocks.take(Math.max(this.#size, bytes), { owner: COPIES });
    this.#arenaPin = transit.pin(this.#arena);
    this.#used = 0;
    this.#size = Math.min(this.#size * 2, LAST_ARENA);
    return this.#arena;
  }

  #idOf(memory: SharedArrayBuffer): number {
    this.#pin(memory);
    return blocks.locate(memory)?.id ?? -1;
  }

  /** Puts nothing more into the present arena: its block goes back with the last job that reads it. */
  seal(): void {
    this.#leave();
    this.#size = FIRST_ARENA;
  }

  #leave(): void {
    this.#arena = undefined;
    if (this.#arenaPin !== undefined) transit.unpin(this.#arenaPin);
    this.#arenaPin = undefined;
  }

  open(block: number): SharedArrayBuffer {
    return blocks.adopt(block, COPIES);
  }
}
