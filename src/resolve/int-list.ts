/** Lists above this many numbers give their memory back when they are cleared. */
const ROOM_KEPT = 1 << 16;

/** A list of whole numbers that grows without boxing them. */
export class IntList {
  #numbers = new Int32Array(16);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(number: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = new Int32Array(this.#length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length] = number;
    this.#length += 1;
  }

  at(index: number): number {
    return this.#numbers[index] as number; // callers stay below `length`
  }

  /** The numbers so far; valid until the list is changed. */
  view(): Int32Array {
    return this.#numbers.subarray(0, this.#length);
  }

  /** Forgets the numbers, and their memory if it is large. */
  clear(): void {
    this.#length = 0;
    if (this.#numbers.length > ROOM_KEPT) this.#numbers = new Int32Array(16);
  }
}
