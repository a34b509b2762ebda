import type { Scope } from '../graph/scope.js';

/** Something that only so many bodies may be in at once. */
export interface Place {
  /** A body enters, whatever the limit. */
  enter(): void;
  /** A body leaves, and another may enter. */
  leave(): void;
  /** Calls `resume` when the body has entered again, before bodies that were not in yet. */
  reenter(resume: () => void): void;
}

/** The slots of the bodies that work under some limit. */
const slots = new WeakMap<Scope, Slot>();

/** The slot of the body that a scope belongs to; undefined when no limit applies to it. */
export function slotOf(scope: Scope): Slot | undefined {
  return slots.get(scope);
}

/**
 * What a body takes up while it works: a place in its run's limit, and one in its node's. It gives them back while it
 * waits for inner runs, of which it may have several at once, so that their calls can run, and takes them again before
 * it goes on after the last.
 */
export class Slot {
  readonly #places: readonly Place[];
  #inner = 0;
  #held = true;
  #closed = false;

  /** @param places entered by the body, in the order in which they are to be entered again. */
  constructor(scope: Scope, places: readonly Place[]) {
    this.#places = places;
    slots.set(scope, this);
  }

  /** The body begins an inner run. */
  pause(): void {
    this.#inner += 1;
    this.#give();
  }

  /** An inner run ended: calls `go` when the body may go on. */
  resume(go: () => void): void {
    this.#inner -= 1;
    if (this.#goesOn()) this.#enterFrom(0, go);
    else go();
  }

  /** An inner run ended that the body waits for on the JavaScript stack: it goes on at once. */
  resumeNow(): void {
    this.#inner -= 1;
    if (!this.#goesOn()) return;
    this.#held = true;
    for (const place of this.#places) place.enter();
  }

  /** The body has ended. */
  close(): void {
    this.#closed = true;
    this.#give();
  }

  #goesOn(): boolean {
    return !this.#closed && this.#inner === 0 && !this.#held;
  }

  #give(): void {
    if (!this.#held) return;
    this.#held = false;
    for (const place of this.#places) place.leave();
  }

  #enterFrom(index: number, go: () => void): void {
    const place = this.#places[index];
    if (place !== undefined) {
      place.reenter(() => {
        this.#enterFrom(index + 1, go);
      });
      return;
    }
    this.#held = true;
    // While it waited for its places, the body may have ended, or begun another inner run.
    if (this.#closed || this.#inner > 0) this.#give();
    go();
  }
}
