const FIRINGS = 0;
const FAILURES = 1;
const RESTARTS = 2;
const BUSY = 3;
const WAITING = 4;
const COUNTS = 5;

/** What a component has done, in shared memory: its context counts, and whoever asks reads. */
export class Counters {
  readonly #counts: Float64Array;

  /** @param memory from {@link allocate}, on this thread or another. */
  constructor(readonly memory: SharedArrayBuffer) {
    this.#counts = new Float64Array(memory);
  }

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(COUNTS * Float64Array.BYTES_PER_ELEMENT);
  }

  /** A firing has ended that took so many milliseconds, waiting included. */
  fired(milliseconds: number): void {
    this.#add(FIRINGS, 1);
    this.#add(BUSY, milliseconds);
  }

  failed(): void {
    this.#add(FAILURES, 1);
  }

  restarted(): void {
    this.#add(RESTARTS, 1);
  }

  /** So many values that were emitted have found no room so far. */
  waits(values: number): void {
    if (this.#counts[WAITING] !== values) this.#counts[WAITING] = values;
  }

  get firings(): number {
    return this.#counts[FIRINGS] ?? 0;
  }

  get failures(): number {
    return this.#counts[FAILURES] ?? 0;
  }

  get restarts(): number {
    return this.#counts[RESTARTS] ?? 0;
  }

  /** Values that were emitted and have found no room yet. */
  get waiting(): number {
    return this.#counts[WAITING] ?? 0;
  }

  /** Milliseconds of all firings. */
  get busy(): number {
    return this.#counts[BUSY] ?? 0;
  }

  #add(index: number, amount: number): void {
    this.#counts[index] = (this.#counts[index] ?? 0) + amount;
  }
}
