const FIRST = 10;
const LONGEST = 1000;

/** Waits before a component is made anew, or a source fires again: longer from time to time, if it fails again at once. */
export class Backoff {
  #next = 0;
  #timer: NodeJS.Timeout | undefined;
  #goOn: (() => void) | undefined;

  /** Settles after some milliseconds: none the first time, then from 10 to 1,000. */
  async wait(): Promise<void> {
    const delay = this.#next;
    this.#next = Math.min(Math.max(delay * 2, FIRST), LONGEST);
    if (delay === 0) return;
    await new Promise<void>((resolve) => {
      this.#goOn = resolve;
      this.#timer = setTimeout(resolve, delay);
    });
  }

  /** It works again. */
  reset(): void {
    this.#next = 0;
  }

  /** Ends the wait that goes on. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#goOn?.();
  }
}
