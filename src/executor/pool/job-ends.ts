import { blocks } from '../../memory/blocks.js';
import { ownerOf, type Batch, type BatchOwner } from './batch.js';
import type { BatchesUnderWay } from './batches-under-way.js';
import type { Blame } from './blame.js';
import type { Deadlines } from './deadlines.js';
import { AWAITS, type ReportMessage } from './messages.js';
import { nodeNumbered } from './node-addresses.js';

/** Whom it is told that jobs of a thread have ended. */
export interface EndsHost {
  /** Some of its jobs came to an end, or wait for a promise. */
  worked(): void;
  /** All that was reported together was taken in; jobs of these have ended. */
  settle(owners: ReadonlySet<BatchOwner>): void;
}

/** Tells the owners of the jobs of one thread how these have ended: as the thread reports it, or without having run. */
export class JobEnds {
  readonly #batches: BatchesUnderWay;
  readonly #deadlines: Deadlines;
  readonly #host: EndsHost;
  /** Whose jobs have ended since the pool was told. */
  #relieved = new Set<BatchOwner>();
  #lastOwner: BatchOwner | undefined;
  /** Jobs that have ended on the thread. */
  count = 0;
  /** Milliseconds that bodies took on it, as far as they were timed. */
  busy = 0;

  constructor(parts: { batches: BatchesUnderWay; deadlines: Deadlines; host: EndsHost }) {
    this.#batches = parts.batches;
    this.#deadlines = parts.deadlines;
    this.#host = parts.host;
  }

  /** Takes in what a thread reports. */
  take({ words, handles, costs, times }: ReportMessage): void {
    if (handles !== undefined) blocks.learn(handles);
    let time = 0;
    const met: Batch[] = [];
    for (let at = 0; at < words.length;) {
      const batch = this.#batches.numbered(words[at] as number); // the protocol's words, as messages.ts has them
      const first = words[at + 1] as number;
      const count = words[at + 2] as number;
      at += 3;
      if (batch !== undefined) {
        met.push(batch);
        for (let index = first; index < first + count; index += 1) {
          const result = words[at + index - first];
          if (batch.observed && times !== undefined) {
            const job = batch.jobs[index];
            if (job !== undefined) ownerOf(job).timed(batch, job, { times, at: time });
            time += 4;
          }
          if (Array.isArray(result) && result[0] === AWAITS) this.#awaits(batch, index, result[1] as number);
          else this.#ended(batch, index, result);
        }
      }
      at += count;
    }
    this.#learn(costs);
    if (met.length > 0) this.#host.worked();
    for (const batch of met) this.#batches.closeIfDone(batch);
    this.#settle();
  }

  /** What bodies took, by node. */
  #learn(costs: readonly number[]): void {
    for (let at = 0; at < costs.length; at += 3) {
      const milliseconds = costs[at + 2] as number;
      this.busy += milliseconds;
      nodeNumbered(costs[at] as number)?.cost.add(milliseconds / (costs[at + 1] as number));
    }
  }

  #awaits(batch: Batch, index: number, begunAt: number): void {
    batch.awaiting.add(index);
    batch.begunAt = begunAt;
    if (batch.awaiting.size === batch.left) this.#batches.leaveQueue(batch);
    // It was not wanted any more before it was known to wait.
    const cancellation = batch.cancelled.get(index);
    if (cancellation !== undefined) this.#deadlines.tell(batch, index, cancellation);
  }

  #ended(batch: Batch, index: number, result: unknown): void {
    const job = batch.end(index);
    if (job === undefined) return;
    if (batch.awaiting.size > 0) batch.awaiting.delete(index);
    this.count += 1;
    const owner = ownerOf(job);
    const { keeps } = job;
    owner.ended(batch, job, result);
    if (owner !== this.#lastOwner) {
      this.#relieved.add(owner);
      this.#lastOwner = owner;
    }
    // What a value lies on that was left on the thread is read there until the batch has ended.
    if (!keeps || result !== undefined) batch.unpin(index);
    if (batch.awaiting.size === batch.left) this.#batches.leaveQueue(batch);
  }

  /** Ends all jobs of a batch that have not ended. */
  handBack(batch: Batch, blameOf: (index: number) => Blame | undefined): void {
    for (let index = 0; index < batch.jobs.length; index += 1) {
      batch.unpin(index);
      if (batch.jobs[index] === undefined) continue;
      const blame = blameOf(index);
      const job = batch.end(index);
      if (job === undefined) continue;
      ownerOf(job).lost(batch, job, blame);
      this.#relieved.add(ownerOf(job));
    }
    batch.awaiting.clear();
    this.#batches.leaveQueue(batch);
    this.#settle();
  }

  /** Tells the pool whose jobs have ended. */
  #settle(): void {
    const relieved = this.#relieved;
    // A new set each time: one that is cleared again and again keeps dead runs alive by the hash tables that it had.
    this.#relieved = new Set();
    this.#lastOwner = undefined;
    this.#host.settle(relieved);
  }
}
