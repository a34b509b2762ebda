/** How much time a step had for its work: milliseconds, for each of the items that it could work on at once. */
export class Capacity {
  /** Up to the last change of the width. */
  #before = 0;
  /** Milliseconds at which the width was set; undefined before the run, and behind it. */
  #since: number | undefined;

  /** The run begins. Times are in milliseconds of one clock. */
  begin(now: number): void {
    this.#since = now;
  }

  /** So far it could work on `width` items at once; from now on, on another number. */
  pass(now: number, width: number): void {
    if (this.#since === undefined) return;
    this.#before = this.at(now, width);
    this.#since = now;
  }

  /** The run has come to its end, with that width. */
  end(now: number, width: number): void {
    this.#before = this.at(now, width);
    this.#since = undefined;
  }

  /** What it had until now, with the present width. */
  at(now: number, width: number): number {
    return this.#since === undefined ? this.#before : this.#before + Math.max(0, now - this.#since) * width;
  }
}
