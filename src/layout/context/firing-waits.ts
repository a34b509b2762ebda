/** Who waits in a context for the end of a firing that goes on there. */
export class FiringWaits {
  #count = 0;
  readonly #listeners = new Set<() => void>();

  /** Waits for something that comes after a firing. */
  async during<Given>(promise: Promise<Given>): Promise<Given> {
    this.#count += 1;
    for (const tell of this.#listeners) tell();
    try {
      return await promise;
    } finally {
      this.#count -= 1;
    }
  }

  /** Settles when something has, whatever it gives, or as soon as anybody waits. */
  async orSooner(promise: Promise<unknown>): Promise<void> {
    if (this.#count > 0) return;
    let tell = (): void => undefined;
    const some = new Promise<void>((resolve) => {
      tell = resolve;
    });
    this.#listeners.add(tell);
    await Promise.race([promise.catch(() => undefined), some]);
    this.#listeners.delete(tell);
  }
}
