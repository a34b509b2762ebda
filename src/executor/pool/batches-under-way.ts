import type { Job } from '../../graph/executor.js';
import type { Batch } from './batch.js';
import { CLAIMS } from './messages.js';
import type { ThreadControl } from './thread-control.js';

/** The batches that are under way on one thread, and what the thread has still to do for them. */
export class BatchesUnderWay {
  readonly #control: ThreadControl;
  readonly #unwanted: () => void;
  /** Batches with jobs that have not ended. */
  readonly #all = new Map<number, Batch>();
  /** Of these, the ones with jobs that are wanted: for them the process is kept alive. */
  readonly #wanted = new Set<Batch>();
  /** Of these, the ones with jobs that neither ended nor wait for a promise. */
  readonly #queued = new Set<Batch>();
  /** How many of these are bonded. */
  #bonded = 0;
  #last = 0;
  /** Milliseconds that the batches are expected to take which neither ended nor wait for promises. */
  load = 0;

  /** @param unwanted is called when the last batch that was wanted is wanted no more. */
  constructor(control: ThreadControl, unwanted: () => void) {
    this.#control = control;
    this.#unwanted = unwanted;
  }

  /** Enters a batch that is about to be sent, under a number of its own. */
  enter(batch: Batch): void {
    batch.id = this.#nextNumber;
    this.#last = batch.id;
    this.#all.set(batch.id, batch);
    this.#queued.add(batch);
    if (batch.bonded) this.#bonded += 1;
    this.load += batch.cost;
    if (batch.wanted > 0) this.#wanted.add(batch);
    this.#control.offer(batch);
  }

  /** A number for the next batch, whose claim word no other uses. */
  get #nextNumber(): number {
    let id = this.#last + 1;
    while ([...this.#queued].some((batch) => batch.id % CLAIMS === id % CLAIMS)) id += 1;
    return id;
  }

  numbered(id: number): Batch | undefined {
    return this.#all.get(id);
  }

  /** Batches with jobs that have not ended. */
  get all(): Iterable<Batch> {
    return this.#all.values();
  }

  /** Whether some have jobs that are wanted. */
  get wanted(): boolean {
    return this.#wanted.size > 0;
  }

  /** Batches with jobs that neither ended nor wait for a promise. */
  get queued(): number {
    return this.#queued.size;
  }

  /** Of these, the batches whose jobs may run on any thread. */
  get queuedFree(): number {
    return this.#queued.size - this.#bonded;
  }

  /** Of these, the bonded ones with jobs that are wanted. */
  get wantedBonded(): number {
    let count = 0;
    if (this.#bonded > 0) for (const { bonded, wanted } of this.#queued) if (bonded && wanted > 0) count += 1;
    return count;
  }

  /** Whether some body runs that does not wait for a promise. */
  get running(): boolean {
    for (const batch of this.#queued) if (this.#control.claimed(batch) > 0) return true;
    return false;
  }

  /** The jobs that have not ended. */
  *jobs(): Iterable<Job> {
    for (const { jobs } of this.#all.values()) for (const job of jobs) if (job !== undefined) yield job;
  }

  /** The last batch that has not begun, of those that another thread may take and that would take at least so long. */
  lastWaiting(atLeast: number): Batch | undefined {
    let last: Batch | undefined;
    for (const batch of this.#queued) {
      if (!batch.bonded && batch.cost >= atLeast && this.#control.claimed(batch) === 0) last = batch;
    }
    return last;
  }

  /** All that is left of a batch waits for promises. */
  leaveQueue(batch: Batch): void {
    if (batch.begun) return;
    batch.begun = true;
    this.#queued.delete(batch);
    if (batch.bonded) this.#bonded -= 1;
    this.load = this.#queued.size === 0 ? 0 : Math.max(0, this.load - batch.cost);
  }

  /** Forgets a batch if all its jobs have ended. */
  closeIfDone(batch: Batch): void {
    if (batch.left === 0 && this.#all.delete(batch.id)) batch.unpinAll();
    this.leaveIfUnwanted(batch);
  }

  /** What nobody waits for keeps neither the process alive nor the thread from being idle. */
  leaveIfUnwanted(batch: Batch): void {
    if (batch.wanted > 0 || !this.#wanted.delete(batch)) return;
    clearTimeout(batch.timer);
    if (this.#wanted.size === 0) this.#unwanted();
  }

  /** Forgets them all. */
  clear(): void {
    this.#all.clear();
    this.#wanted.clear();
  }
}
