/**
 * Calls of one bond run on one thread of a pool, in the order in which they were submitted: what a body keeps in its
 * module is there at the next call. The bond is nothing but an identity, and is collected like any object.
 *
 * The calls that one run makes ready together are submitted in the order in which they were made, and calls that have
 * runs of their own in the order in which `resolve()` was called, outside of bodies or in one body. A call that waits for
 * other calls is submitted when they have ended, one that is tried again as the last, and neither a run's `maxBytes` nor
 * calls made in bodies of the run know of an order. Bodies begin in order; one that awaits something gives way to the
 * next, as everywhere.
 *
 * When the thread ends, what has not begun goes to another one, still in order, and so does what had ended but was not
 * reported yet; what the thread kept is lost.
 */
export class Bond {
  readonly #places = new WeakMap<object, number>();
  #calls = 0;
  #over = false;

  /** Whether {@link end} was called. */
  get over(): boolean {
    return this.#over;
  }

  /** Nothing more will be called: the thread need not be kept while it has nothing to do. */
  end(): void {
    this.#over = true;
  }

  /** Counts a call that was made. */
  enter(call: object): void {
    this.#places.set(call, this.#calls);
    this.#calls += 1;
  }

  /** Where a call stands among those that were made, from 0. */
  placeOf(call: object): number {
    return this.#places.get(call) ?? -1;
  }
}
