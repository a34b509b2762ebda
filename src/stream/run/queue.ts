/** How many entries at least are taken from the front before their room is given back. */
const TAKEN = 64;

/** A queue. Each entry costs the same, however many there are. */
export class Queue<Entry> implements Iterable<Entry> {
  #entries: (Entry | undefined)[] = [];
  /** How many at the front of these were taken. */
  #gone = 0;

  get size(): number {
    return this.#entries.length - this.#gone;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** The entry that has waited for longest, which waits no more. */
  shift(): Entry | undefined {
    if (this.#entries.length === 0) return undefined;
    const entry = this.#entries[this.#gone];
    this.#entries[this.#gone] = undefined; // what was taken is not held here
    this.#gone += 1;
    if (this.#gone === this.#entries.length) this.clear();
    else if (this.#gone >= TAKEN && 2 * this.#gone >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#gone);
      this.#gone = 0;
    }
    return entry;
  }

  /** All entries, in order, of which none waits any more. O(entries). */
  takeAll(): Entry[] {
    const all = [...this];
    this.clear();
    return all;
  }

  clear(): void {
    if (this.#entries.length > 0) this.#entries.length = 0;
    this.#gone = 0;
  }

  *[Symbol.iterator](): IterableIterator<Entry> {
    for (let place = this.#gone; place < this.#entries.length; place += 1) yield this.#entries[place] as Entry; // not taken
  }
}
