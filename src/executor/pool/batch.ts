import type { Job } from '../../graph/executor.js';
import type { Future } from '../../graph/future.js';
import type { Block, BlockHandle } from '../../memory/blocks.js';
import type { Blame } from './blame.js';
import type { BatchMessage, NodeAddress } from './messages.js';
import { addressOf } from './node-addresses.js';
import type { PoolThread } from './pool-thread.js';
import { Stretch } from './stretch.js';
import { transit } from './transit.js';

/** Whom the end of a job is told: the session that it belongs to. */
export interface BatchOwner {
  /** Takes in the result of a job. */
  ended(batch: Batch, job: Job, result: unknown): void;
  /** A job was not run to its end; the reason is given where it is to blame. */
  lost(batch: Batch, job: Job, blame: Blame | undefined): void;
  /** What a job took: four of the times, from `at` on. */
  timed(batch: Batch, job: Job, { times, at }: { readonly times: readonly number[]; readonly at: number }): void;
  /** The one job of a batch took longer than it may. */
  expired(batch: Batch, job: Job): void;
  /** Takes a job again that it had submitted, and that was not run. */
  submit(job: Job): void;
  /** Some of its jobs have ended. */
  wake(): void;
}

/** How a job is cancelled. */
export interface Cancellation {
  /** Why, as a text. */
  readonly reason: string;
  /** Milliseconds that its body has to end. */
  readonly grace: number;
}

/**
 * Jobs that go to one thread in one message. A job knows the batch that it is in for as long as it is wanted: one that was
 * cancelled stands here until its thread has said what became of it.
 */
export class Batch {
  /** Its number on its thread, in the order in which they were sent; 0 before. */
  id = 0;
  readonly thread: PoolThread;
  readonly observed: boolean;
  readonly debug: boolean;
  /** Its jobs are bonded to its thread, which nobody takes them from. */
  readonly bonded: boolean;
  /** Milliseconds that its jobs may take in all, as far as is known, before it is sent. */
  readonly limit: number;
  /** Jobs that have not ended, by index. */
  readonly jobs: (Job | undefined)[] = [];
  readonly words: unknown[] = [];
  readonly stretch = new Stretch();
  readonly nodes: NodeAddress[] = [];
  /** The last of the nodes that the thread knows, or will learn of; 0 for none. */
  lastNode = 0;
  /** Indices of jobs whose values stay on the thread. */
  readonly keeps: number[] = [];
  /** Indices of jobs that are not wanted any more. */
  readonly skips: number[] = [];
  /** Blocks that a job reads, by index: they are not recycled before it has ended. */
  readonly #pins: (readonly Block[] | undefined)[] = [];
  readonly #indices = new Map<Future, number>();
  /** How many jobs stand in the indices. */
  #indexed = 0;
  /** Milliseconds that its jobs are expected to take in all. */
  cost = 0;
  /** Milliseconds that its one job may take. */
  timeout: number | undefined = undefined;
  /** Jobs that wait for a promise. */
  readonly awaiting = new Set<number>();
  /** When its one job with a time limit began, as far as was told. */
  begunAt: number | undefined = undefined;
  /** All its jobs have ended, or wait for a promise. */
  begun = false;
  /** Jobs that have not ended. */
  left = 0;
  /** Jobs that have not ended and are wanted. */
  wanted = 0;
  /** Jobs whose bodies are to be told that they are not wanted any more, should they wait for a promise. */
  readonly cancelled = new Map<number, Cancellation>();
  /** Watches its time limit. */
  timer: NodeJS.Timeout | undefined = undefined;
  sentAt = 0;
  /** Nothing can be added any more. */
  sent = false;

  constructor(parts: Pick<Batch, 'thread' | 'bonded' | 'observed' | 'debug' | 'limit'>) {
    this.thread = parts.thread;
    this.bonded = parts.bonded;
    this.observed = parts.observed;
    this.debug = parts.debug;
    this.limit = parts.limit;
  }

  /** Enters a job whose words are there; `pins` are the blocks that it reads, `cost` milliseconds. */
  add(job: Job, pins: readonly Block[] | undefined, cost: number): void {
    job.batch = this;
    job.index = this.jobs.length;
    if (pins !== undefined) this.#pins[this.jobs.length] = pins;
    this.jobs.push(job);
    this.cost += cost;
    this.left += 1;
    this.wanted += 1;
  }

  /** Takes a job out that has ended; undefined when it was taken out before. */
  end(index: number): Job | undefined {
    const job = this.jobs[index];
    if (job === undefined) return undefined;
    this.jobs[index] = undefined;
    this.left -= 1;
    return job;
  }

  /** A job is not wanted any more, for it was cancelled or its result is there; gives whether it was until now. */
  unwant(job: Job): boolean {
    if (job.batch !== this) return false;
    job.batch = undefined;
    this.wanted -= 1;
    return true;
  }

  /** Lets go of what a job has read, or would have read that was not sent. */
  unpin(index: number): void {
    const pins = this.#pins[index];
    if (pins === undefined) return;
    this.#pins[index] = undefined;
    for (const block of pins) transit.unpin(block);
  }

  /** Lets go of what jobs read that is still held. */
  unpinAll(): void {
    for (let index = 0; index < this.#pins.length; index += 1) this.unpin(index);
  }

  /** Where the job of a call is; -1 when there is none. Mostly it is the last. */
  indexOf(future: Future): number {
    const last = this.jobs.length - 1;
    if (this.jobs[last]?.future === future) return last;
    for (; this.#indexed <= last; this.#indexed += 1) {
      const job = this.jobs[this.#indexed];
      if (job !== undefined) this.#indices.set(job.future, this.#indexed);
    }
    return this.#indices.get(future) ?? -1;
  }

  /** Whether the thread had to import something for a job that has not ended. */
  imports(index: number): boolean {
    const job = this.jobs[index];
    const address = job && addressOf(job.future._spec.identity);
    return address !== undefined && this.nodes.some((told) => told === address);
  }

  /** Whether it holds nothing that only `postMessage` can carry, apart from its words. */
  get isPlain(): boolean {
    return (
      this.nodes.length + this.keeps.length + this.skips.length === 0 &&
      !this.observed &&
      !this.debug &&
      this.timeout === undefined
    );
  }

  message(handles: readonly BlockHandle[]): BatchMessage {
    return {
      batch: [this.id, this.jobs.length],
      words: this.words,
      ...(this.keeps.length > 0 ? { keeps: this.keeps } : {}),
      ...(this.skips.length > 0 ? { skips: this.skips } : {}),
      ...(handles.length > 0 ? { handles } : {}),
      ...(this.nodes.length > 0 ? { nodes: this.nodes } : {}),
      ...(this.observed ? { observed: true } : {}),
      ...(this.timeout === undefined ? {} : { timed: true }),
      ...(this.debug ? { debug: true } : {}),
    };
  }
}

/** Whose a job is that was submitted to a session of a pool. */
export function ownerOf({ session }: Job): BatchOwner {
  return session as BatchOwner; // it enters itself before it puts the job into a batch
}
