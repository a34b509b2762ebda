/** Results of one item that flows give at least while everything goes to its end. */
const LEAST = 10_000;
/** Likewise, for each item that may be under way. */
const EACH = 100;

/**
 * Counts what flows give while everything goes to its end for a snapshot, whatever room there is: one that never ends would
 * give until the memory is full.
 */
export class Excess {
  /** Results of one item at most: 100 for each item that may be under way, at least 10,000. */
  readonly limit: number;
  readonly #given = new Map<number, number>();
  /** Some item had as many. */
  reached = false;

  constructor(inFlight: number) {
    this.limit = Math.max(LEAST, EACH * inFlight);
  }

  /** A flow has given one result for an item. */
  count(item: number): void {
    const given = (this.#given.get(item) ?? 0) + 1;
    this.#given.set(item, given);
    if (given >= this.limit) this.reached = true;
  }
}
