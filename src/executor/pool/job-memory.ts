import { blocks, type Block } from '../../memory/blocks.js';
import type { PayloadMemory } from '../../memory/payload/context.js';
import { Arena, COPIES } from './arena.js';
import { transit } from './transit.js';

/** Where the buffers of jobs lie on their way to a thread: in blocks, which are pinned for each job that reads them. */
export class JobMemory implements PayloadMemory {
  readonly #arena = new Arena((begun) => {
    if (this.#arenaPin !== undefined) transit.unpin(this.#arenaPin);
    this.#arenaPin = begun && transit.pin(begun);
  });
  #arenaPin: Block | undefined;
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
    const { memory, offset } = this.#arena.place(bytes, float);
    this.#pin(memory);
    return { block: blocks.locate(memory)?.id ?? -1, offset };
  }

  /** Puts nothing more into the present arena: its block goes back with the last job that reads it. */
  seal(): void {
    this.#arena.seal();
  }

  open(block: number): SharedArrayBuffer {
    return blocks.adopt(block, COPIES);
  }
}
