/** How many runs of a step are measured of those that end at once: reading the clock takes as long as a small step. */
const EVERY = 32;

/** What a step took: counts, and milliseconds that are measured now and then. */
export class StageTimes {
  /** Items that it was carried out for. */
  count = 0;
  /** Milliseconds that it took, as far as it was measured. */
  #measured = 0;
  #measurements = 0;

  /** Whether the next run should be measured; counts it. */
  begin(): boolean {
    this.count += 1;
    return this.count % EVERY === 1;
  }

  add(milliseconds: number): void {
    this.#measured += milliseconds;
    this.#measurements += 1;
  }

  /** Milliseconds that a run takes, on the average. */
  get mean(): number {
    return this.#measurements === 0 ? 0 : this.#measured / this.#measurements;
  }

  /** Milliseconds that all runs took, estimated from those that were measured. */
  get busy(): number {
    return this.mean * this.count;
  }
}
