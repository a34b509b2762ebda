import type { Place } from './slot.js';

/** Calls of one node with a `concurrency`: those at work, and those that wait for a place among them. */
export class Crowd {
  #running = 0;
  readonly #waiting: number[] = [];
  /** Bodies that want to go on after an inner `resolve()`; they go before new ones. */
  readonly #returning: { readonly limit: number; readonly enter: () => void }[] = [];

  /** Whether another call may begin, for which `limit` was set. */
  isOpen(limit: number): boolean {
    return this.#running < limit && this.#returning.length === 0;
  }

  /** Whether calls wait that have not begun. */
  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** A task found no place. */
  wait(task: number): void {
    this.#waiting.push(task);
  }

  /** The task that waits longest and that `isWaiting` still; -1 when there is none. It does not wait any more. */
  next(isWaiting: (task: number) => boolean): number {
    for (let task = this.#waiting.shift(); task !== undefined; task = this.#waiting.shift()) {
      if (isWaiting(task)) return task;
    }
    return -1;
  }

  /** The place of one call, for which `limit` was set. `left` is told when it has left and nobody returned. */
  place(limit: number, left: () => void): Place {
    return {
      enter: () => {
        this.#running += 1;
      },
      leave: () => {
        this.#running -= 1;
        const [first] = this.#returning;
        if (first === undefined) left();
        else if (this.#running < first.limit) {
          this.#returning.shift();
          first.enter();
        }
      },
      reenter: (resume) => {
        const enter = (): void => {
          this.#running += 1;
          resume();
        };
        if (this.#running < limit) enter();
        else this.#returning.push({ limit, enter });
      },
    };
  }
}
