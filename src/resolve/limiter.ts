/** How many bodies of one run, its inner runs included, may be at work at once. */
export class Limiter {
  readonly limit: number;
  #running = 0;
  /** Bodies that want to go on after an inner `resolve()`; they go before new ones. */
  readonly #returning: (() => void)[] = [];
  /** Runs that have something to start but found no place. */
  readonly #blocked = new Set<() => void>();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Whether another body may start. */
  get open(): boolean {
    return this.#running < this.limit && this.#returning.length === 0;
  }

  /** A body begins. */
  enter(): void {
    this.#running += 1;
  }

  /** A body ended, or waits for an inner `resolve()`. */
  leave(): void {
    this.#running -= 1;
    if (this.#running >= this.limit) return;
    const returning = this.#returning.shift();
    if (returning !== undefined) {
      returning();
      return;
    }
    const blocked = [...this.#blocked];
    this.#blocked.clear();
    for (const wake of blocked) wake();
  }

  /** Calls `resume` once the body may go on after its inner `resolve()`; at once if it may now. */
  reenter(resume: () => void): void {
    const go = (): void => {
      this.#running += 1;
      resume();
    };
    if (this.#running < this.limit) go();
    else this.#returning.push(go);
  }

  /** Calls `wake` once when there may be a place. */
  whenOpen(wake: () => void): void {
    this.#blocked.add(wake);
  }
}
