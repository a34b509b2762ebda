/** Keys that are being put into the index, which later puts of them must not overtake. */
export class DirectPuts {
  readonly #counts = new Map<string, number>();

  has(key: string): boolean {
    return this.#counts.has(key);
  }

  async pass(key: string, put: () => Promise<void>): Promise<void> {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    try {
      await put();
    } finally {
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    }
  }
}
