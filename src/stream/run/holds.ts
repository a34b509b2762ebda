import type { Future } from '../../graph/future.js';

/** A value that came from a call of its own. It is released when the last that holds it lets it go, unless it was kept. */
export class Hold {
  readonly future: Future;
  #holders = 1;
  #kept = false;

  constructor(future: Future) {
    this.future = future;
  }

  /** For another holder, who lets it go as well. */
  share(): this {
    this.#holders += 1;
    return this;
  }

  /** Something may lie on it that outlives all holders, so that only the garbage collector frees it. */
  keep(): void {
    this.#kept = true;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0 && !this.#kept) this.future.release();
  }
}

/** The values of a token that came from calls of their own, by slot; iterating gives their Futures. */
export class Holds implements Iterable<readonly [number, Future]> {
  readonly #bySlot = new Map<number, Hold>();

  /** Enters the value of a call, which nobody else holds. */
  add(slot: number, future: Future): void {
    this.#bySlot.set(slot, new Hold(future));
  }

  /** Holds a value that something else holds too. */
  share(slot: number, hold: Hold): void {
    this.#bySlot.set(slot, hold.share());
  }

  get(slot: number): Hold | undefined {
    return this.#bySlot.get(slot);
  }

  /** Values of these slots are not released: the consumer has them, or a result may lie on them. */
  keep(slots: readonly number[]): void {
    for (const slot of slots) this.#bySlot.get(slot)?.keep();
  }

  /** The same values, for a token that sees them. O(values). */
  forChild(): Holds {
    const holds = new Holds();
    for (const [slot, hold] of this.#bySlot) holds.share(slot, hold);
    return holds;
  }

  /** Lets all of them go, once. */
  release(): void {
    for (const hold of this.#bySlot.values()) hold.release();
    this.#bySlot.clear();
  }

  *[Symbol.iterator](): IterableIterator<readonly [number, Future]> {
    for (const [slot, { future }] of this.#bySlot) yield [slot, future];
  }
}
