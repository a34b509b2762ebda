import { Bell } from './bell.js';
import type { SeatDescriptor } from './descriptors.js';
import { countLatency, LATENCY_BUCKETS, latencyPercentile } from './latency.js';
import { ACTIVE, GONE, PENDING } from './protocol.js';

const STATE = 0;
const CURSOR = 1;
const PIN = 2;
/** Bytes before the counts, so that they do not lie on the cache line that the writer looks at. */
const COUNTS = 64;
const BUCKETS = 128;

/** The words of one reader, and its counts. They outlive rings. */
export class Seat {
  readonly bell: Bell;
  readonly #words: Int32Array;
  readonly #counts: Float64Array;
  readonly #latencies: Uint32Array;

  constructor({ memory, bell }: Pick<SeatDescriptor, 'memory' | 'bell'>) {
    this.bell = new Bell(bell);
    this.#words = new Int32Array(memory, 0, 3);
    this.#counts = new Float64Array(memory, COUNTS, 2);
    this.#latencies = new Uint32Array(memory, BUCKETS, LATENCY_BUCKETS);
  }

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(BUCKETS + LATENCY_BUCKETS * Uint32Array.BYTES_PER_ELEMENT);
  }

  get active(): boolean {
    return Atomics.load(this.#words, STATE) === ACTIVE;
  }

  get gone(): boolean {
    return Atomics.load(this.#words, STATE) === GONE;
  }

  get cursor(): number {
    return Atomics.load(this.#words, CURSOR);
  }

  get pin(): number {
    return Atomics.load(this.#words, PIN);
  }

  /** For the writer: the reader gets what comes after `published`, unless it has gone before. */
  activate(published: number): void {
    if (Atomics.load(this.#words, STATE) !== PENDING) return;
    Atomics.store(this.#words, CURSOR, published);
    Atomics.compareExchange(this.#words, STATE, PENDING, ACTIVE);
  }

  /** For the reader, or for the owner once the reader's thread has ended. */
  leave(): void {
    Atomics.store(this.#words, STATE, GONE);
  }

  setPin(pin: number): void {
    Atomics.store(this.#words, PIN, pin);
  }

  /** For the reader: it has pinned this value and takes it. */
  take(sequence: number, lost: number): void {
    Atomics.store(this.#words, CURSOR, sequence);
    const counts = this.#counts;
    counts[0] = (counts[0] ?? 0) + 1;
    if (lost > 0) counts[1] = (counts[1] ?? 0) + lost;
  }

  countLatency(time: number): void {
    countLatency(this.#latencies, time);
  }

  /** Values taken. */
  get read(): number {
    return this.#counts[0] ?? 0;
  }

  /** Values that were published for it and that it did not get, up to the last one that it took. */
  get lost(): number {
    return this.#counts[1] ?? 0;
  }

  /** Time from publishing to taking in ms, below which this part of the values lie. */
  latency(part: number): number | undefined {
    return latencyPercentile(this.#latencies, part);
  }
}
