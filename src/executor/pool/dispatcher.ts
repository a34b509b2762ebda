import type { Job } from '../../graph/executor.js';
import { ALONE } from '../../graph/future.js';
import { blocks } from '../../memory/blocks.js';
import { Batch, type BatchOwner } from './batch.js';
import { POOL_CLOSED, POOL_IS_CLOSED, type Blame } from './blame.js';
import { BondLanes } from './bond-lanes.js';
import { giveUp } from './give-up.js';
import { JobMemory } from './job-memory.js';
import type { PoolSettings } from './pool-options.js';
import type { PoolThread } from './pool-thread.js';
import { Patience } from './patience.js';
import { ResultReader } from './result-reader.js';

/** Milliseconds of work that a batch has at most, and at least if there is so much. */
const BATCH_TIME = 8;
const LEAST_TIME = 0.02;
const MOST_JOBS = 512;
/** Bodies that take longer than this many milliseconds get a batch of their own, as do those that were never measured. */
const LONG = 4;
/** Bodies that take longer than this many milliseconds do not follow others. */
const LONG_TO_FOLLOW = 0.2;
/** Milliseconds of work that must wait for a thread before another takes it over. */
const WORTH_MOVING = 0.1;
/** Batches under way on one thread at most: one that runs, one that waits to be next. */
const UNDER_WAY = 2;
/** Milliseconds of work that it pays to look out for, and how long to do so. */
const SHORT = 0.01;
const LOOK_OUT = 0.03;
/** Sessions that are told at once that there is room. */
const WOKEN = 1024;

/** A session that has jobs to run. */
export interface JobSource extends BatchOwner {
  /** How many more are ready. */
  readonly ready: number;
  /** It has jobs under way. */
  readonly busy: boolean;
}

/** What the dispatcher needs of its pool. */
export interface DispatcherHost {
  readonly settings: PoolSettings;
  /** The threads, started as need be. */
  threads(): readonly PoolThread[];
  /** Takes in what has come back. */
  poll(): void;
}

/**
 * Makes batches of the jobs of all runs and decides which thread gets them. A batch holds a few milliseconds of work at most: less
 * would be spent on messages, more would wait for one thread while others are idle. A thread has at most two of them,
 * so that a million ready calls stay where they are until there is room.
 */
export class Dispatcher {
  readonly settings: PoolSettings;
  readonly memory = new JobMemory();
  /** Why nothing can run; undefined while something can. The pool says so. */
  refusal: Blame | undefined = undefined;
  /** Takes the jobs that are bonded. */
  readonly bonds: BondLanes;
  readonly #host: DispatcherHost;
  readonly #results = new ResultReader();
  /** Sessions that found no room, the first to ask first. */
  readonly #waiting = new Set<BatchOwner>();
  /** The batch that is being made. */
  #batch: Batch | undefined;
  #bundle = 0;
  /** A result did not fit under `maxBytes`; nothing has ended since. */
  #tight = false;
  #balancing = false;
  readonly #patience = new Patience();

  constructor(host: DispatcherHost) {
    this.#host = host;
    this.settings = host.settings;
    const refusal = (): Blame | undefined => this.refusal;
    this.bonds = new BondLanes({
      threads: () => host.threads(),
      get refusal() {
        return refusal();
      },
      fits: (job, batch, cost) => fits(job, batch, goesAlone(job, cost)),
      batchOn: (thread, job, cost) =>
        newBatch({ thread, job, bonded: true, limit: goesAlone(job, cost) ? 0 : BATCH_TIME }),
      prefers: isRoomier,
      seal: () => {
        this.memory.seal();
      },
    });
  }

  /** Number of the batch that is being made, or was made last. */
  get bundle(): number {
    return this.#bundle;
  }

  /** Whether there is no room for another job; the session is woken when there is. */
  isFull(session: JobSource): boolean {
    if (this.refusal === POOL_IS_CLOSED) return false;
    const batch = this.#batch;
    const full =
      ((batch === undefined || isComplete(batch)) && this.#roomiest() === undefined) || (this.#tight && session.busy);
    // Then it is told so as it submits something.
    if (!full || this.refusal !== undefined) return false;
    this.#waiting.add(session);
    return true;
  }

  /** The session asks for nothing any more. */
  leave(session: BatchOwner): void {
    this.#waiting.delete(session);
  }

  /** A thread has ended: another may start in its place. */
  threadEnded(thread: PoolThread): void {
    this.bonds.threadEnded(thread);
    this.#sendBonded();
    this.#wakeWaiting(WOKEN);
  }

  /** Whether a thread may not be ended though it has nothing to do: calls that are yet to come are bound to it. */
  keeps(thread: PoolThread): boolean {
    return this.bonds.bondsOn(thread) > 0;
  }

  /** Whether the result of a job fits, beside those of the jobs under way. */
  #hasRoom(job: Job): boolean {
    const { maxBytes } = this.settings;
    if (maxBytes === Infinity) return true;
    let bytes = blocks.neededBytes + sizeOf(job);
    for (const one of this.#host.threads()) for (const under of one.jobsUnderWay()) bytes += sizeOf(under);
    for (const made of this.#batch?.jobs ?? []) if (made !== undefined) bytes += sizeOf(made);
    for (const waiting of this.bonds.waiting()) bytes += sizeOf(waiting);
    return bytes <= maxBytes;
  }

  /**
   * The batch that a job goes into: the one being made, or a new one; undefined when there is no room. `cost`: the
   * milliseconds that it is expected to take.
   */
  batchFor(job: Job, source: JobSource, cost: number): Batch | undefined {
    this.#tight = !this.#hasRoom(job);
    // One call may always run.
    if (this.#tight && source.busy) return undefined;
    const alone = goesAlone(job, cost);
    const batch = this.#batch;
    if (batch !== undefined) {
      if (fits(job, batch, alone)) return batch;
      this.#send();
    }
    const thread = this.#roomiest();
    if (thread === undefined) return undefined;
    const share = (cost * (source.ready + this.#waiting.size + 1)) / (2 * this.settings.threads);
    const limit = alone ? 0 : Math.min(BATCH_TIME, Math.max(LEAST_TIME, share));
    const made = newBatch({ thread, job, bonded: false, limit });
    this.#batch = made;
    this.#bundle += 1;
    return made;
  }

  /** The batch that is being made, if a job that follows others may go into it. */
  openFor(cost: number): Batch | undefined {
    const batch = this.#batch;
    if (batch === undefined || batch.timeout !== undefined || cost >= LONG_TO_FOLLOW) return undefined;
    return batch.cost >= BATCH_TIME || batch.jobs.length >= MOST_JOBS ? undefined : batch;
  }

  /** Sends what was submitted, as far as there is room for what is bonded. */
  flush(): void {
    this.#send();
    this.bonds.flush();
  }

  #sendBonded(): void {
    this.bonds.rescue();
    this.bonds.flush();
  }

  /** Sends the batch that is being made. */
  #send(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    this.memory.seal();
    if (batch.thread.over) giveUp(batch);
    else batch.thread.send(batch);
  }

  /** Looks out for results that are to be expected at once: to be woken by them would take longer than they do. */
  linger(): void {
    let sole: PoolThread | undefined;
    for (const one of this.#host.threads()) {
      if (one.queued === 0) continue;
      if (sole !== undefined || one.load > SHORT || !one.up) return;
      sole = one;
    }
    if (sole === undefined || !this.#patience.pays) return;
    if (sole.lookOut(LOOK_OUT)) this.#patience.hit();
    else this.#patience.miss();
  }

  /** The pool was closed: nothing more is sent. */
  abandon(): void {
    const batch = this.#batch;
    this.#batch = undefined;
    this.memory.seal();
    if (batch !== undefined) giveUp(batch, POOL_CLOSED);
    this.bonds.abandon();
    this.#wakeWaiting(Infinity);
  }

  /** What reads the results of a thread. */
  results(from: PoolThread): ResultReader {
    this.#results.from = from.number;
    this.#results.tally = from;
    return this.#results;
  }

  /** Results were taken in; jobs of these sessions have ended, and there may be room. */
  settle(owners: ReadonlySet<BatchOwner>): void {
    this.#results.settle();
    this.#tight = false;
    for (const owner of owners) owner.wake();
    this.#sendBonded();
    this.#wakeWaiting(WOKEN);
    this.#balanceSoon();
  }

  #wakeWaiting(limit: number): void {
    let left = limit;
    for (const session of this.#waiting) {
      if (left <= 0) return;
      left -= 1;
      this.#waiting.delete(session);
      session.wake();
    }
  }

  poll(): void {
    this.#host.poll();
  }

  /** The thread that should get the next batch: one without work, else the one with the least. */
  #roomiest(): PoolThread | undefined {
    let best: PoolThread | undefined;
    for (const one of this.#host.threads()) {
      if (one.over || one.queuedFree >= UNDER_WAY) continue;
      if (best === undefined || isRoomier(one, best)) best = one;
    }
    return best;
  }

  /** Looks, once what is ready has been submitted, whether a thread has nothing to do while something waits. */
  #balanceSoon(): void {
    if (this.#balancing) return;
    this.#balancing = true;
    setImmediate(() => {
      this.#balancing = false;
      if (this.refusal !== POOL_IS_CLOSED) this.#balance();
    });
  }

  #balance(): void {
    const threads = this.#host.threads();
    if (!threads.some(({ over, up, queued }) => !over && up && queued === 0)) return;
    this.#wakeWaiting(WOKEN);
    for (const one of threads) {
      // The first batch of a thread that is up is about to run, if it does not run yet.
      if (one.over || (one.up && one.queued < UNDER_WAY)) continue;
      const waiting = one.lastWaiting(WORTH_MOVING);
      if (waiting !== undefined && one.revoke(waiting)) return;
    }
  }
}

/** Bytes that the result of a job is expected to have; of a node whose results are not known, anything. */
function sizeOf({ future }: Job): number {
  const { options, identity } = future._spec;
  if (typeof options.bytes === 'number') return options.bytes;
  return identity.bytes.count === 0 ? Infinity : identity.bytes.mean;
}

function isComplete(batch: Batch): boolean {
  return batch.cost >= batch.limit || batch.jobs.length >= MOST_JOBS;
}

/** Whether a job needs a batch of its own. */
function goesAlone({ future }: Job, cost: number): boolean {
  const { timeout, donate } = future._spec.options;
  return timeout !== undefined || donate !== undefined || cost >= LONG || (future._flags & ALONE) !== 0;
}

/** Whether a job may join others. */
function fits(job: Job, batch: Batch, alone: boolean): boolean {
  return !alone && !isComplete(batch) && batch.observed === job.observed && batch.debug === job.debug;
}

function newBatch({ job, ...parts }: Pick<Batch, 'thread' | 'bonded' | 'limit'> & { readonly job: Job }): Batch {
  const batch = new Batch({ ...parts, observed: job.observed, debug: job.debug });
  batch.timeout = job.future._spec.options.timeout;
  return batch;
}

function isRoomier(one: PoolThread, other: PoolThread): boolean {
  if (one.queued !== other.queued && (one.queued === 0 || other.queued === 0)) return one.queued < other.queued;
  if (one.up !== other.up) return one.up;
  return one.load < other.load;
}
