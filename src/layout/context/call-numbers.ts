/**
 * Which calls of a context are on their way: the number of the last one lies in shared memory, so that the thread does not
 * rest before it has come.
 */
export class CallNumbers {
  readonly memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  readonly #word = new Int32Array(this.memory);
  readonly #underWay = new Set<number>();
  #last = 0;
  /** Greatest number of a call that is known to have come. */
  #come = 0;

  /** The number of a call that is about to be sent. */
  next(): number {
    this.#last += 1;
    this.#underWay.add(this.#last);
    this.#tell();
    return this.#last;
  }

  /** A call was answered. */
  answered(number: number): void {
    this.#underWay.delete(number);
    this.#come = Math.max(this.#come, number);
  }

  /** A call has failed: it may never have come. */
  forget(number: number): void {
    this.#underWay.delete(number);
    this.#tell();
  }

  #tell(): void {
    Atomics.store(this.#word, 0, Math.max(this.#come, ...this.#underWay));
  }
}
