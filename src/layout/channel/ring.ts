import type { RingDescriptor } from './descriptors.js';
import { BEGUN, distance, END, invalidAt, isAfter, MOVED, RING_WORDS } from './protocol.js';
import type { RecordFormat, ViewSlot } from './record.js';

/** Slots begin at cache lines, so that reader and writer do not disturb each other. */
const LINE = 64;

/** Where the parts of a ring lie, in bytes. */
function placesOf({ slots, slotBytes, retained }: Pick<RingDescriptor, 'slots' | 'slotBytes' | 'retained'>): {
  readonly stamps: number;
  readonly sequences: number;
  readonly lengths: number;
  readonly entries: number;
  readonly entryCount: number;
  readonly slots: number;
  readonly stride: number;
  readonly end: number;
} {
  const entryCount = 2 ** Math.ceil(Math.log2(retained + 1));
  const stamps = LINE;
  const sequences = stamps + slots * 8;
  const lengths = sequences + slots * 4;
  const entries = lengths + slots * 4;
  const first = roundUp(entries + entryCount * 4);
  const stride = strideOf(slotBytes);
  return { stamps, sequences, lengths, entries, entryCount, slots: first, stride, end: first + slots * stride };
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / LINE) * LINE;
}

/** Bytes from one slot to the next. */
export function strideOf(slotBytes: number): number {
  return Math.max(LINE, roundUp(slotBytes));
}

/** Memory for a ring. A large one costs about 1 ms per MiB once it is written. */
export function allocateRing(size: Pick<RingDescriptor, 'slots' | 'slotBytes' | 'retained'>): SharedArrayBuffer {
  return new SharedArrayBuffer(placesOf(size).end);
}

/** A ring as one thread sees it. What it may do with which part stands in `protocol.ts`. */
export class Ring {
  /** The number of the value in each slot. */
  readonly sequences: Int32Array;
  /** Bytes of the value in each slot. */
  readonly lengths: Int32Array;
  /** When the value in each slot was published; 0 when nobody looked at the clock. */
  readonly stamps: Float64Array;
  readonly #words: Int32Array;
  readonly #entries: Int32Array;
  readonly #mask: number;
  readonly #first: number;
  readonly #stride: number;
  readonly #view: ViewSlot;
  readonly #bytes: Uint8Array;

  constructor(
    readonly descriptor: RingDescriptor,
    format: RecordFormat,
  ) {
    const { memory, slots } = descriptor;
    const places = placesOf(descriptor);
    this.#words = new Int32Array(memory, 0, RING_WORDS);
    this.stamps = new Float64Array(memory, places.stamps, slots);
    this.sequences = new Int32Array(memory, places.sequences, slots);
    this.lengths = new Int32Array(memory, places.lengths, slots);
    this.#entries = new Int32Array(memory, places.entries, places.entryCount);
    this.#mask = places.entryCount - 1;
    this.#first = places.slots;
    this.#stride = places.stride;
    this.#view = format.viewsOf(memory);
    this.#bytes = new Uint8Array(memory);
  }

  /** The slot of a value that is retained; some slot for all others. */
  slotOf(sequence: number): number {
    return this.#entries[sequence & this.#mask] ?? 0;
  }

  /** For the writer: where it has put a value, before it publishes it. */
  enter(sequence: number, slot: number): void {
    this.#entries[sequence & this.#mask] = slot;
    // No reader asks for this number before it is published, so that nothing here needs an order of its own.
    this.sequences[slot] = sequence;
  }

  /** The view of `length` bytes in a slot. */
  view(slot: number, length: number): unknown {
    return this.#view(this.#first + slot * this.#stride, length);
  }

  /** For the writer: sets all bytes of a slot to 0. */
  clear(slot: number): void {
    const from = this.#first + slot * this.#stride;
    this.#bytes.fill(0, from, from + this.descriptor.slotBytes);
  }

  /** Whether the writer has come here. */
  get begun(): boolean {
    return Atomics.load(this.#words, BEGUN) !== 0;
  }

  /** For the writer: what it publishes from now on lies here. */
  begin(published: number): void {
    if (this.begun) return;
    this.sequences.fill(invalidAt(published));
    Atomics.store(this.#words, BEGUN, 1);
  }

  /** For the writer: the last value here is `published`. To be called before it publishes in the next one. */
  end(published: number): void {
    if (Atomics.load(this.#words, MOVED) !== 0) return;
    Atomics.store(this.#words, END, published);
    Atomics.store(this.#words, MOVED, 1);
  }

  /** Number of the last value here; undefined while the writer has not gone over to the next ring. */
  get last(): number | undefined {
    return Atomics.load(this.#words, MOVED) === 0 ? undefined : Atomics.load(this.#words, END);
  }

  /** Whether a value that was published lies in a later ring. */
  isPast(sequence: number): boolean {
    return Atomics.load(this.#words, MOVED) !== 0 && isAfter(sequence, Atomics.load(this.#words, END));
  }

  /** The slots in the order in which they were filled, the unused ones first. */
  slotsByAge(published: number): number[] {
    const ages = Array.from(this.sequences, (sequence) => distance(sequence, published));
    return Array.from(ages.keys()).sort((one, other) => (ages[other] ?? 0) - (ages[one] ?? 0));
  }
}
