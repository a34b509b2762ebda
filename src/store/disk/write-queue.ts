import { isFull } from './reserve.js';

/** A change of the index that waits for its turn. */
export interface Write<Change> {
  /** Bytes that it writes, about. */
  readonly size: number;
  /** Told of at most once each time; what it throws takes the whole transaction back. */
  run(change: Change): void;
  done(): void;
  failed(thrown: unknown): void;
}

/** Makes the changes of a batch in one transaction; throws when none of them was made. */
export type Transact<Change> = (batch: readonly Write<Change>[]) => void;

/** Changes in one transaction at most, and bytes of these. */
const BATCH = 256;
const BATCH_BYTES = 1024 * 1024;
/** A transaction, which waits for the disk, is followed by a pause as long, for more to come together. Milliseconds at most. */
const LONGEST_PAUSE = 50;

/**
 * Changes of the index, many in one transaction: what is put in one turn of the event loop, or while the last transaction
 * is paid for by a pause. Transactions are made on this thread, and nobody holds the lock of the index while the thread
 * does something else.
 */
export class WriteQueue<Change> {
  readonly #transact: Transact<Change>;
  #waiting: Write<Change>[] = [];
  #scheduled = false;
  #notBefore = 0;

  constructor(transact: Transact<Change>) {
    this.#transact = transact;
  }

  add(write: Write<Change>): void {
    this.#waiting.push(write);
    this.#schedule();
  }

  /** Makes all changes that wait. */
  flush(): void {
    while (this.#waiting.length > 0) this.#next();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const go = (): void => {
      this.#scheduled = false;
      if (this.#waiting.length > 0) this.#next();
      if (this.#waiting.length > 0) this.#schedule();
    };
    // Not unref'd: what was put is written before the process ends.
    const pause = this.#waiting.length < BATCH ? this.#notBefore - performance.now() : 0;
    if (pause > 1) setTimeout(go, pause);
    else setImmediate(go);
  }

  #next(): void {
    const begun = performance.now();
    const batch: Write<Change>[] = [];
    for (let bytes = 0; batch.length < this.#waiting.length && batch.length < BATCH && bytes < BATCH_BYTES;) {
      const write = this.#waiting[batch.length] as Write<Change>; // it is in range
      batch.push(write);
      bytes += write.size;
    }
    this.#waiting = this.#waiting.slice(batch.length);
    this.#make(batch);
    const ended = performance.now();
    this.#notBefore = ended + Math.min(ended - begun, LONGEST_PAUSE);
  }

  #make(batch: readonly Write<Change>[]): void {
    try {
      this.#transact(batch);
    } catch (thrown) {
      // Where one cannot be made, the others may.
      if (batch.length > 1 && !isFull(thrown)) for (const write of batch) this.#make([write]);
      else for (const write of batch) write.failed(thrown);
      return;
    }
    for (const write of batch) write.done();
  }
}
