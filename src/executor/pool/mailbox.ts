const CLOSED = 0;
const OPEN = 1;
const FULL = 2;
/** Most numbers of one letter. */
const ROOM = 512;

/**
 * A place in shared memory for one message of numbers. It costs a tenth of `postMessage`, and takes messages only while
 * the receiver looks out for them; all others are posted. One thread puts, one takes; whichever may die at any moment.
 */
export class Mailbox {
  readonly #state: Int32Array;
  readonly #numbers: Float64Array;

  /** Memory for a mailbox. */
  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer((ROOM + 2) * Float64Array.BYTES_PER_ELEMENT);
  }

  /** @param memory from `allocate`, on this thread or the other. */
  constructor(memory: SharedArrayBuffer) {
    this.#state = new Int32Array(memory, 0, 1);
    this.#numbers = new Float64Array(memory, Float64Array.BYTES_PER_ELEMENT);
  }

  /** The receiver looks out from now on, until `close` or `take`. */
  open(): void {
    Atomics.store(this.#state, 0, OPEN);
  }

  /** Puts lists of numbers in, if the receiver looks out, nothing else is in the lists, and they fit. */
  put(lists: readonly (readonly unknown[])[]): boolean {
    if (Atomics.load(this.#state, 0) !== OPEN) return false;
    const numbers = this.#numbers;
    let at = 0;
    for (const list of lists) {
      if (at + list.length >= ROOM) return false;
      numbers[at++] = list.length;
      for (const word of list) {
        if (typeof word !== 'number') return false;
        numbers[at++] = word;
      }
    }
    numbers[at] = -1;
    // The receiver may have gone meanwhile: then nobody reads what was written.
    return Atomics.compareExchange(this.#state, 0, OPEN, FULL) === OPEN;
  }

  /** Whether a message is there. Cheap, for looking out. */
  get full(): boolean {
    return Atomics.load(this.#state, 0) === FULL;
  }

  /** Takes the lists of the message that is there; the mailbox is closed then. */
  take(): number[][] {
    const numbers = this.#numbers;
    const lists: number[][] = [];
    // In range: `put` wrote lists with their lengths, and -1 at the end.
    for (let at = 0; (numbers[at] as number) >= 0;) {
      const end = at + 1 + (numbers[at] as number);
      lists.push(Array.from(numbers.subarray(at + 1, end)));
      at = end;
    }
    Atomics.store(this.#state, 0, CLOSED);
    return lists;
  }

  /** The receiver looks out no more. Gives the message that has come at the last moment. */
  close(): number[][] | undefined {
    return Atomics.compareExchange(this.#state, 0, OPEN, CLOSED) === FULL ? this.take() : undefined;
  }
}
