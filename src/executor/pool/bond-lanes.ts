import type { Bond } from '../../graph/bond.js';
import type { Job } from '../../graph/executor.js';
import { ownerOf, type Batch } from './batch.js';
import { POOL_CLOSED, type Blame } from './blame.js';
import { giveUp } from './give-up.js';
import type { PoolThread } from './pool-thread.js';

/** Batches of bonded jobs under way on one thread at most: one that runs, one that waits to be next. */
const UNDER_WAY = 2;

/** What the lanes need of the dispatcher. */
export interface LanesHost {
  /** The threads, started as need be. */
  threads(): readonly PoolThread[];
  /** Why nothing can run; undefined while something can. */
  readonly refusal: Blame | undefined;
  /** Whether a job may join a batch that is not sent yet. */
  fits(job: Job, batch: Batch, cost: number): boolean;
  /** A new batch for a bonded job. */
  batchOn(thread: PoolThread, job: Job, cost: number): Batch;
  /** The first of two threads is the better one for a bond. */
  prefers(one: PoolThread, other: PoolThread): boolean;
  /** Batches are about to be sent. */
  seal(): void;
}

/**
 * Keeps the calls of a bond on one thread and in order. Each thread has a lane: the batches of bonded jobs that are yet
 * to be sent to it, of which it is given two at a time. Bonded jobs are always accepted, so that none that came later
 * overtakes one that was sent away: how many there are is for whoever makes the calls to limit.
 *
 * A job whose thread has ended, or is about to, is not handed back to its run either. It is stranded: it waits, before
 * all later ones of its bond, until the thread is gone and has told which of its jobs had not begun.
 */
export class BondLanes {
  readonly #host: LanesHost;
  readonly #threads = new WeakMap<Bond, PoolThread>();
  /** The bonds that threads were chosen for. */
  readonly #bonds = new WeakMap<PoolThread, Set<WeakRef<Bond>>>();
  /** Batches that were not sent, by thread. */
  readonly #lanes = new Map<PoolThread, Batch[]>();
  #stranded = new Map<Bond, Job[]>();

  constructor(host: LanesHost) {
    this.#host = host;
  }

  /** The batch that a job of a bond goes into; undefined when it was stranded. `cost`: see `Dispatcher.batchFor`. */
  batchFor(job: Job, bond: Bond, cost: number): Batch | undefined {
    const thread = this.#stranded.has(bond) ? undefined : this.#threadOf(bond);
    if (thread === undefined) {
      this.strand(job, bond);
      return undefined;
    }
    let lane = this.#lanes.get(thread);
    if (lane === undefined) this.#lanes.set(thread, (lane = []));
    const last = lane.at(-1);
    if (last !== undefined && this.#host.fits(job, last, cost)) return last;
    const made = this.#host.batchOn(thread, job, cost);
    lane.push(made);
    return made;
  }

  /** A job did not run, and that was not its fault: it waits for a thread, after those of its bond that do so already. */
  strand(job: Job, bond: Bond): void {
    const before = this.#stranded.get(bond);
    if (before === undefined) this.#stranded.set(bond, [job]);
    else before.push(job);
  }

  /** Forgets a job that was stranded; gives whether there was one. */
  forget(job: Job, bond: Bond): boolean {
    const jobs = this.#stranded.get(bond);
    const at = jobs?.indexOf(job) ?? -1;
    if (jobs === undefined || at === -1) return false;
    jobs.splice(at, 1);
    if (jobs.length === 0) this.#stranded.delete(bond);
    return true;
  }

  /** Sends what there is room for. */
  flush(): void {
    for (const [thread, lane] of this.#lanes) {
      if (lane.length > 0) this.#sendFrom(lane, thread);
    }
  }

  #sendFrom(lane: Batch[], thread: PoolThread): void {
    this.#host.seal();
    // What the thread refuses is taken into account: sending may begin anew in the middle of this.
    while (!thread.over && thread.wantedBonded < UNDER_WAY) {
      const batch = lane.shift();
      if (batch === undefined) return;
      thread.send(batch);
    }
  }

  /** A thread is gone, and all that was sent to it has been handed back. */
  threadEnded(thread: PoolThread): void {
    const lane = this.#lanes.get(thread);
    this.#lanes.delete(thread);
    for (const batch of lane ?? []) giveUp(batch);
  }

  /** Submits again what was stranded, as far as there are threads for it. */
  rescue(): void {
    if (this.#stranded.size === 0) return;
    // What is to be sent comes after what was handed back.
    for (const bond of this.#stranded.keys()) {
      const thread = this.#threads.get(bond);
      if (thread === undefined || thread.over) continue;
      for (const batch of this.#lanes.get(thread)?.splice(0) ?? []) giveUp(batch);
    }
    for (const [bond, jobs] of [...this.#stranded]) {
      if (this.#threadOf(bond) === undefined && this.#host.refusal === undefined) continue;
      this.#stranded.delete(bond);
      submitAll(jobs);
    }
  }

  /** The pool was closed. */
  abandon(): void {
    for (const lane of this.#lanes.values()) for (const batch of lane.splice(0)) giveUp(batch, POOL_CLOSED);
    const stranded = this.#stranded;
    this.#stranded = new Map();
    for (const jobs of stranded.values()) submitAll(jobs); // which are refused
  }

  /** Jobs that were not sent. */
  *waiting(): Iterable<Job> {
    for (const lane of this.#lanes.values())
      for (const { jobs } of lane) for (const job of jobs) if (job !== undefined) yield job;
  }

  /** How many bonds a thread keeps something for, as far as is known. */
  bondsOn(thread: PoolThread): number {
    const bonds = this.#bonds.get(thread);
    if (bonds === undefined) return 0;
    for (const reference of bonds) if (reference.deref()?.over !== false) bonds.delete(reference);
    return bonds.size;
  }

  /** The thread of a bond; undefined while that is about to end, or when there is none at all. */
  #threadOf(bond: Bond): PoolThread | undefined {
    const threads = this.#host.threads();
    const known = this.#threads.get(bond);
    if (known !== undefined) {
      if (!known.over) return known;
      if (threads.includes(known)) return undefined;
    }
    const chosen = this.#choose(threads);
    if (chosen === undefined) return undefined;
    this.#threads.set(bond, chosen);
    const bonds = this.#bonds.get(chosen);
    if (bonds === undefined) this.#bonds.set(chosen, new Set([new WeakRef(bond)]));
    else bonds.add(new WeakRef(bond));
    return chosen;
  }

  /** The thread with the fewest bonds. */
  #choose(threads: readonly PoolThread[]): PoolThread | undefined {
    let best: PoolThread | undefined;
    let fewest = Infinity;
    for (const one of threads) {
      if (one.over) continue;
      const count = this.bondsOn(one);
      if (best !== undefined && (count > fewest || (count === fewest && !this.#host.prefers(one, best)))) continue;
      best = one;
      fewest = count;
    }
    return best;
  }
}

function submitAll(jobs: readonly Job[]): void {
  for (const job of jobs) {
    const owner = ownerOf(job);
    owner.submit(job);
    owner.wake();
  }
}
