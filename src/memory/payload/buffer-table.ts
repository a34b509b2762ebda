import { types } from 'node:util';
import type { PayloadMemory } from './context.js';
import type { PackedBuffer } from './format.js';
import { alignmentOf, isFloat } from './views.js';

/** One buffer of a payload, and what part of it the views of the payload use. */
class BufferUse {
  readonly buffer: ArrayBufferLike;
  readonly index: number;
  /** Whether the bytes must be copied before other threads see them. */
  readonly ordinary: boolean;
  low = 0;
  /** 0 while no view uses any byte. */
  high = 0;
  alignment = 1;
  float = false;
  /** It stands in the payload itself, so it travels as a whole. */
  bare = false;
  /** Where the offsets of views stand in the program. */
  readonly offsets: number[] = [];
  /** The same for views without any bytes. */
  empty: number[] | undefined = undefined;

  constructor(buffer: ArrayBufferLike, index: number, ordinary: boolean) {
    this.buffer = buffer;
    this.index = index;
    this.ordinary = ordinary;
  }
}

/** The buffers of one payload, each once: views that share one keep sharing. */
export class BufferTable {
  readonly buffers: PackedBuffer[] = [];
  readonly #memory: PayloadMemory;
  readonly #uses = new Map<ArrayBufferLike, BufferUse>();

  constructor(memory: PayloadMemory) {
    this.#memory = memory;
  }

  /** The index of a view's buffer. `position` is where its offset stands in the program. */
  addView(view: ArrayBufferView, type: number, position: number): number {
    const use = this.#useOf(view.buffer);
    if (use.ordinary) {
      const { byteOffset, byteLength } = view;
      if (byteLength === 0) (use.empty ??= []).push(position);
      else {
        use.low = use.high === 0 ? byteOffset : Math.min(use.low, byteOffset);
        use.high = Math.max(use.high, byteOffset + byteLength);
        use.alignment = Math.max(use.alignment, alignmentOf(view));
        use.float ||= isFloat(type);
        use.offsets.push(position);
      }
    }
    return use.index;
  }

  /** The index of a buffer that stands in the payload itself. */
  addBuffer(buffer: ArrayBufferLike): number {
    const use = this.#useOf(buffer);
    use.bare = true;
    return use.index;
  }

  /** Copies what is in ordinary memory, each span once, and corrects the offsets of the views on it. */
  place(program: unknown[]): void {
    for (const use of this.#uses.values()) if (use.ordinary && !use.bare) this.#placeSpan(use, program);
  }

  #placeSpan({ buffer, index, low, high, alignment, float, offsets, empty }: BufferUse, program: unknown[]): void {
    const start = low - (low % alignment);
    const placed = high === 0 ? undefined : this.#memory.place(new Uint8Array(buffer, start, high - start), float);
    const offset = placed?.offset ?? 0;
    this.buffers[index] = placed?.block ?? new ArrayBuffer(0);
    for (const position of offsets) program[position] = (program[position] as number) - start + offset; // see addView
    if (empty !== undefined) for (const position of empty) program[position] = offset;
  }

  #useOf(buffer: ArrayBufferLike): BufferUse {
    let use = this.#uses.get(buffer);
    if (use === undefined) {
      const block = this.#memory.locate(buffer);
      const placed = this.#memory.placesShared === true || !types.isSharedArrayBuffer(buffer);
      const ordinary = block === undefined && placed;
      use = new BufferUse(buffer, this.buffers.length, ordinary);
      this.#uses.set(buffer, use);
      this.buffers.push(block ?? buffer);
    }
    return use;
  }
}
