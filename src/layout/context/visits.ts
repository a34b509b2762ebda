/** What is done to a component between two of its firings. */
export class Visits {
  readonly #isFiring: () => boolean;
  #count = 0;
  #waiting: (() => void)[] = [];

  /** @param isFiring whether a firing goes on. */
  constructor(isFiring: () => boolean) {
    this.#isFiring = isFiring;
  }

  /** Whether the next firing has to wait. */
  get pending(): boolean {
    return this.#count > 0;
  }

  /** Does something after the present firing, and before the next, which waits for it. @throws what `act` throws */
  async between(act: () => void): Promise<void> {
    this.#count += 1;
    try {
      await this.settled();
      act();
    } finally {
      this.#count -= 1;
    }
  }

  /** Settles when no firing goes on. */
  async settled(): Promise<void> {
    while (this.#isFiring()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** A firing that took its time is over. */
  tell(): void {
    if (this.#waiting.length > 0) for (const tell of this.#waiting.splice(0)) tell();
  }
}
