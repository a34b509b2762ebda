import { types } from 'node:util';
import type { PayloadMemory } from './context.js';
import type { PackedBuffer } from './format.js';
import { alignmentOf, isFloat } from './views.js';

/** The part of an ordinary buffer that the views of a payload use. */
interface Span {
  readonly index: number;
  readonly buffer: ArrayBuffer;
  low: number;
  high: number;
  alignment: number;
  float: boolean;
  /** It stands in the payload itself, so it travels as a whole. */
  bare: boolean;
  /** Positions of the offsets to be corrected once it is known where the bytes are. */
  readonly offsets: number[];
  /** The same for views without any bytes. */
  readonly empty: number[];
}

/** The buffers of one payload, each once: views that share one keep sharing. */
export class BufferTable {
  readonly buffers: PackedBuffer[] = [];
  readonly #memory: PayloadMemory;
  readonly #indices = new Map<ArrayBufferLike, number>();
  readonly #spans = new Map<ArrayBufferLike, Span>();

  constructor(memory: PayloadMemory) {
    this.#memory = memory;
  }

  /** The index of a view's buffer. `position` is where its offset stands in the program. */
  addView(view: ArrayBufferView, type: number, position: number): number {
    const index = this.#add(view.buffer);
    const span = this.#spans.get(view.buffer);
    if (span !== undefined) {
      if (view.byteLength === 0) span.empty.push(position);
      else {
        span.offsets.push(position);
        span.low = Math.min(span.low, view.byteOffset);
        span.high = Math.max(span.high, view.byteOffset + view.byteLength);
        span.alignment = Math.max(span.alignment, alignmentOf(view));
        span.float ||= isFloat(type);
      }
    }
    return index;
  }

  /** The index of a buffer that stands in the payload itself. */
  addBuffer(buffer: ArrayBufferLike): number {
    const index = this.#add(buffer);
    const span = this.#spans.get(buffer);
    if (span !== undefined) span.bare = true;
    return index;
  }

  /** Copies what is in ordinary memory, each span once, and corrects the offsets of the views on it. */
  place(program: unknown[]): void {
    for (const span of this.#spans.values()) {
      if (span.bare) continue;
      if (span.offsets.length === 0) {
        this.buffers[span.index] = new ArrayBuffer(0);
        for (const position of span.empty) program[position] = 0;
        continue;
      }
      const low = span.low - (span.low % span.alignment);
      const { block, offset } = this.#memory.place(new Uint8Array(span.buffer, low, span.high - low), span.float);
      this.buffers[span.index] = block;
      for (const position of span.offsets) program[position] = (program[position] as number) - low + offset; // see addView
      for (const position of span.empty) program[position] = offset;
    }
  }

  #add(buffer: ArrayBufferLike): number {
    const known = this.#indices.get(buffer);
    if (known !== undefined) return known;
    const index = this.buffers.length;
    this.#indices.set(buffer, index);
    const block = this.#memory.locate(buffer);
    this.buffers.push(block ?? buffer);
    if (block === undefined && !types.isSharedArrayBuffer(buffer)) {
      const span = { index, buffer, low: Infinity, high: 0, alignment: 1, float: false, bare: false };
      this.#spans.set(buffer, { ...span, offsets: [], empty: [] });
    }
    return index;
  }
}
