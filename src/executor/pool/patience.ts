/** Times in a row that waiting may be in vain before it is given up for a while. */
const MISSES = 4;
/** Chances that are then let pass. */
const PASSED = 64;

/**
 * Whether to wait for a message by looking out for it: to be woken takes tens of microseconds, and looking out far less
 * where the other thread has a core of its own. Where it has none, looking out keeps it from running, and is given up.
 */
export class Patience {
  #misses = 0;
  #pass = 0;

  /** Whether to look out now. */
  get pays(): boolean {
    if (this.#pass === 0) return true;
    this.#pass -= 1;
    return false;
  }

  /** A message came. */
  hit(): void {
    this.#misses = 0;
  }

  /** None came. */
  miss(): void {
    this.#misses += 1;
    if (this.#misses < MISSES) return;
    this.#misses = 0;
    this.#pass = PASSED;
  }
}
