import type { Future } from '../graph/future.js';

/** What a run holds: each of its targets once, until it lets go of them. */
export class Held {
  readonly #targets: Future[] = [];
  /** Those it let go of before the others. */
  readonly #gone = new Set<Future>();

  /** Holds a target that it never held before. */
  add(target: Future): void {
    this.#targets.push(target);
  }

  /** Lets go of one of the targets; gives whether it was held until now. */
  drop(target: Future): boolean {
    if (this.#gone.has(target)) return false;
    this.#gone.add(target);
    return true;
  }

  /** Calls `found` with every target that is held. */
  each(found: (target: Future) => void): void {
    for (const target of this.#targets) if (this.#gone.size === 0 || !this.#gone.has(target)) found(target);
  }

  /** Lets go of all targets, and calls `found` with each that was held until now. */
  dropAll(found: (target: Future) => void): void {
    this.each(found);
    this.#targets.length = 0;
  }
}
