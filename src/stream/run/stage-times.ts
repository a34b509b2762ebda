/** How many runs of a step are measured of those that end at once: reading the clock takes as long as a small step. */
const EVERY = 32;

/** Likewise, of those that somebody watches. */
const WATCHED = 4;

/** What a step took: counts, and milliseconds that are measured now and then. */
export class StageTimes {
  /** Items that it was carried out for. */
  count = 0;
  /** Milliseconds that it took, as far as it was measured. */
  #measured = 0;
  #measurements = 0;
  #every = EVERY;
  #watcher: ((milliseconds: number) => void) | undefined = undefined;

  /** Whether the next run should be measured; counts it. */
  begin(): boolean {
    this.count += 1;
    return this.count % this.#every === 1;
  }

  add(milliseconds: number): void {
    this.#measured += milliseconds;
    this.#measurements += 1;
    this.#watcher?.(milliseconds);
  }

  /** Tells somebody what runs take, of which more are measured then; undefined: nobody any more. */
  watch(watcher: ((milliseconds: number) => void) | undefined): void {
    this.#watcher = watcher;
    this.#every = watcher === undefined ? EVERY : WATCHED;
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

/** Runs that are measured at first, of those on another thread. */
const FIRST = 4;

/** What the steps took whose states are on other threads: these tell it, so that time in queues does not count. */
export class PinnedTimes extends StageTimes {
  #asked = 0;

  /** Whether the thread should measure the next run. */
  measuresNext(): boolean {
    this.#asked += 1;
    return this.#asked <= FIRST || this.#asked % (EVERY / 4) === 0;
  }

  /** A run took so many milliseconds on its thread. */
  took(milliseconds: number): void {
    super.add(milliseconds);
  }

  /** What passes on this thread until a result is there says nothing. */
  override add(): void {
    // See `took`.
  }
}
