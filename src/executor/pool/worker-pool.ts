import { DagError } from '../../errors.js';
import type { Executor, Job, JobHost, Session } from '../../graph/executor.js';
import { thread } from '../../graph/thread.js';
import { blocks, type BlockStats } from '../../memory/blocks.js';
import { cannotStart, POOL_CLOSED, POOL_IS_CLOSED, type Blame } from './blame.js';
import { Dispatcher } from './dispatcher.js';
import { poolSettings, type PoolSettings, type WorkerPoolOptions } from './pool-options.js';
import { PoolSession } from './pool-session.js';
import { PoolThread, type ThreadHost } from './pool-thread.js';
import { freeThreadNumber, takeThreadNumber } from './thread-numbers.js';
import { serveIfThread } from './worker/start.js';

/** What one thread of a pool has done. */
export interface WorkerStats {
  /** What events call it; from 1. */
  readonly id: number;
  /** Calls that have ended on it. */
  readonly tasks: number;
  /** Milliseconds that bodies took on it, but for what they waited. */
  readonly busy: number;
  /** Batches under way. */
  readonly queued: number;
  /** Bytes of buffers that calls took there, copied or shared. */
  readonly bytesIn: number;
  /** Bytes of buffers that results brought back, likewise. */
  readonly bytesOut: number;
}

/** Counts of a {@link WorkerPool}. */
export interface PoolStats {
  /** Threads that are running or starting. */
  readonly threads: number;
  /** Calls that have ended on threads, well or not. */
  readonly tasks: number;
  /** Threads that ended before they were told to. */
  readonly lost: number;
  /** Bytes of buffers that calls took to threads, copied or shared. */
  readonly bytesIn: number;
  /** Bytes of buffers that results brought back, likewise. */
  readonly bytesOut: number;
  readonly workers: readonly WorkerStats[];
  /** Shared memory of the process; bytes are those of whole blocks. */
  readonly blocks: BlockStats;
}

/**
 * Threads that run the bodies of calls and share the memory of typed arrays. A run uses them by its option `executor`;
 * many runs may use one pool. Threads start when there is work and end after a while without; a pool that was
 * forgotten does not keep the process alive.
 *
 * Bodies are found on the threads by the modules that define their nodes, which are imported there once. Typed arrays
 * are never copied between threads once they are in shared memory, as those from `alloc` and all results are.
 */
export class WorkerPool implements Executor {
  readonly name = 'pool';
  readonly #settings: PoolSettings;
  readonly #inert: boolean;
  readonly #threads: PoolThread[] = [];
  readonly #dispatcher: Dispatcher;
  readonly #threadHost: ThreadHost;
  /** Of threads that have ended. */
  #tasks = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #lost = 0;
  /** Threads that ended one after the other without having ended a job. */
  #barren = 0;
  #closed: Promise<void> | undefined;
  /** Why there are no threads. */
  #failure: Blame | undefined;
  #sweep: NodeJS.Timeout | undefined;
  #waitsUntilUp: (() => void)[] = [];

  /** @throws DAG_OPTION */
  constructor(options: WorkerPoolOptions = {}) {
    this.#settings = poolSettings(options);
    // A thread of a pool imports modules for their nodes, and runs bodies on its own.
    this.#inert = thread.pooled;
    if (!this.#inert && this.#settings.maxBytes !== Infinity) blocks.maxBytes = this.#settings.maxBytes;
    this.#dispatcher = new Dispatcher({
      settings: this.#settings,
      threads: () => {
        this.#fill();
        return this.#threads;
      },
      poll: () => {
        for (const one of this.#threads) one.poll();
      },
    });
    const barren = (): number => this.#barren;
    this.#threadHost = {
      get barren() {
        return barren();
      },
      worked: () => {
        this.#barren = 0;
      },
      started: () => {
        this.#tellUp();
      },
      settle: (owners) => {
        this.#dispatcher.settle(owners);
      },
      ended: (ended) => {
        this.#ended(ended);
      },
    };
  }

  /** Threads at most. */
  get workers(): number {
    return this.#settings.threads;
  }

  /** Whether everything that can be sent runs on threads: `placement: 'pool'`. */
  get forced(): boolean {
    return this.#settings.forced;
  }

  /** Begins to serve a run; the resolver does that. */
  open<Of extends Job>(host: JobHost<Of>): Session<Of> | undefined {
    if (this.#inert) return undefined;
    return new PoolSession(this.#dispatcher, host); // gives the host the jobs that it was given by it
  }

  /**
   * Starts all threads and settles when they are there. Without it they start with the first work.
   *
   * @throws DAG_OPTION when none can be made.
   */
  async ready(): Promise<void> {
    if (this.#inert) return;
    this.#fill();
    if (this.#failure !== undefined) {
      const { code, message, remedy, thrown } = this.#failure;
      throw new DagError(code, { message, ...(remedy === undefined ? {} : { remedy }), cause: thrown?.value });
    }
    while (this.#closed === undefined && this.#threads.some(({ up }) => !up)) {
      for (const one of this.#threads) one.awaitStart();
      await new Promise<void>((done) => {
        this.#waitsUntilUp.push(done);
      });
    }
  }

  /** What has been done so far. O(blocks). */
  stats(): PoolStats {
    const workers = this.#threads.map(({ name, jobs, busy, queued, bytesIn, bytesOut }) => ({
      id: name,
      tasks: jobs,
      busy,
      queued,
      bytesIn,
      bytesOut,
    }));
    return {
      threads: workers.length,
      tasks: this.#tasks + workers.reduce((sum, { tasks }) => sum + tasks, 0),
      lost: this.#lost,
      bytesIn: workers.reduce((sum, { bytesIn }) => sum + bytesIn, this.#bytesIn),
      bytesOut: workers.reduce((sum, { bytesOut }) => sum + bytesOut, this.#bytesOut),
      workers,
      blocks: blocks.stats,
    };
  }

  /**
   * Ends the threads. Calls that run, or are still to run, on the pool fail with DAG_POOL_CLOSED; results stay valid.
   * Settles when all threads have ended.
   */
  close(): Promise<void> {
    if (this.#closed !== undefined) return this.#closed;
    this.#dispatcher.refusal = POOL_IS_CLOSED;
    this.#closed = this.#end();
    return this.#closed;
  }

  /** {@link close}, at the end of a block with `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #end(): Promise<void> {
    clearInterval(this.#sweep);
    // `#closed` is set by now: nothing is submitted to new batches while these fail.
    await Promise.resolve();
    this.#dispatcher.abandon();
    const ending = [...this.#threads];
    for (const one of ending) {
      one.close({ blame: POOL_CLOSED });
    }
    await Promise.all(ending.map(({ exited }) => exited));
    if (blocks.maxBytes === this.#settings.maxBytes) blocks.maxBytes = Infinity;
    blocks.trim();
    this.#tellUp();
  }

  #fill(): void {
    if (this.#threads.length === this.#settings.threads) return;
    while (this.#threads.length < this.#settings.threads && this.#closed === undefined) {
      const names = new Set(this.#threads.map(({ name }) => name));
      let name = 1;
      while (names.has(name)) name += 1;
      if (!this.#add(name)) return;
    }
    this.#sweepLater();
  }

  /** Makes a thread; gives whether it could be made. */
  #add(name: number): boolean {
    let number: number | undefined;
    try {
      number = takeThreadNumber();
      const options = this.#settings.thread;
      this.#threads.push(new PoolThread({ number, name, options, host: this.#threadHost }));
      this.#fail(undefined);
      return true;
    } catch (error) {
      if (number !== undefined) freeThreadNumber(number);
      this.#fail(this.#threads.length > 0 ? undefined : cannotStart(error));
      return false;
    }
  }

  #fail(failure: Blame | undefined): void {
    this.#failure = failure;
    if (this.#closed === undefined) this.#dispatcher.refusal = failure;
  }

  #tellUp(): void {
    const waiting = this.#waitsUntilUp;
    this.#waitsUntilUp = [];
    for (const tell of waiting) tell();
  }

  #ended(ended: PoolThread): void {
    freeThreadNumber(ended.number);
    const at = this.#threads.indexOf(ended);
    if (at !== -1) this.#threads.splice(at, 1);
    this.#tasks += ended.jobs;
    this.#bytesIn += ended.bytesIn;
    this.#bytesOut += ended.bytesOut;
    if (!ended.dismissed && this.#closed === undefined) {
      this.#lost += 1;
      if (ended.jobs === 0) this.#barren += 1;
    }
    this.#tellUp();
    this.#dispatcher.threadEnded(ended);
  }

  /** Ends threads that had nothing to do for a while. */
  #sweepLater(): void {
    const { idleTimeout } = this.#settings;
    if (idleTimeout === Infinity || this.#sweep !== undefined) return;
    this.#sweep = setInterval(
      () => {
        const now = performance.now();
        for (const one of [...this.#threads]) {
          if (now - one.idleSince >= idleTimeout && one.isIdle && !this.#dispatcher.keeps(one)) one.dismiss();
        }
        if (this.#threads.length > 0) return;
        clearInterval(this.#sweep);
        this.#sweep = undefined;
      },
      Math.min(Math.max(idleTimeout, 10), 1000),
    ).unref();
  }
}

serveIfThread();
