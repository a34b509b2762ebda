const SEEN = 0;
const TORN = 1;
const DISORDERED = 2;
const LAST = 3;
const WORDS = 4;

/** What a reader has seen, in memory that all threads share. */
export class Faults {
  readonly #words: Float64Array;

  /** @param memory from {@link allocate}, on this thread or another. */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new Float64Array(memory);
  }

  static allocate(): SharedArrayBuffer {
    const memory = new SharedArrayBuffer(WORDS * Float64Array.BYTES_PER_ELEMENT);
    new Float64Array(memory)[LAST] = -1;
    return memory;
  }

  /**
   * A value has come.
   *
   * @param number its number; undefined when it was torn.
   * @param gaps whether numbers may be left out.
   */
  see(number: number | undefined, gaps: boolean): void {
    this.#count(SEEN);
    if (number === undefined) {
      this.#count(TORN);
      return;
    }
    const last = this.#words[LAST] ?? NaN;
    if (gaps ? number <= last : number !== last + 1) this.#count(DISORDERED);
    this.#words[LAST] = number;
  }

  get seen(): number {
    return this.#words[SEEN] ?? NaN;
  }

  get torn(): number {
    return this.#words[TORN] ?? NaN;
  }

  /** Values that were not the one after the last, or with gaps, not newer than it. */
  get disordered(): number {
    return this.#words[DISORDERED] ?? NaN;
  }

  #count(at: number): void {
    this.#words[at] = (this.#words[at] ?? 0) + 1;
  }
}
