import type { Batch } from './batch.js';
import { BEGUN, CLAIMED, CLAIMS, CONTROL_WORDS, IMPORTING, REPLIED, REVOKED, SIGNAL, unclaimed } from './messages.js';

/** The words that a pool and one of its threads share, as the pool uses them: which jobs have begun, and who has sent something. */
export class ThreadControl {
  readonly #words = new Int32Array(new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT));

  /** What the thread is given of it. */
  get memory(): SharedArrayBuffer {
    return this.#words.buffer;
  }

  /** Says that something was posted to a thread that looks out. */
  signal(): void {
    Atomics.add(this.#words, SIGNAL, 1);
  }

  /** Changes with every message that the thread has posted. */
  get replied(): number {
    return Atomics.load(this.#words, REPLIED);
  }

  /** When the last job with a time limit began, as a clock word. */
  get begunAt(): number {
    return Atomics.load(this.#words, BEGUN);
  }

  /** Number of the batch whose modules the thread imports; 0 for none. */
  get importing(): number {
    return Atomics.load(this.#words, IMPORTING);
  }

  /** Lets the thread claim the jobs of a batch, which has its number. */
  offer(batch: Batch): void {
    Atomics.store(this.#words, batch.id % CLAIMS, unclaimed(batch.id));
  }

  /** How many jobs of a batch have begun. */
  claimed(batch: Batch): number {
    if (batch.begun) return batch.jobs.length;
    return Atomics.load(this.#words, batch.id % CLAIMS) & CLAIMED;
  }

  /** Keeps a batch from beginning; gives whether it had not begun. */
  takeBack(batch: Batch): boolean {
    const word = unclaimed(batch.id);
    return Atomics.compareExchange(this.#words, batch.id % CLAIMS, word, word | REVOKED) === word;
  }
}
