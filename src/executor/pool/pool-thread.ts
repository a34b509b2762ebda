import { describeThrown } from '../../errors.js';
import type { Job } from '../../graph/executor.js';
import { ALONE } from '../../graph/future.js';
import { blocks, type BlockHandle } from '../../memory/blocks.js';
import type { Batch, Cancellation } from './batch.js';
import { BatchesUnderWay } from './batches-under-way.js';
import { Deadlines, type Watched } from './deadlines.js';
import { JobEnds, type EndsHost } from './job-ends.js';
import type { DownMessage, UpMessage } from './messages.js';
import type { ThreadOptions } from './pool-options.js';
import { ThreadControl } from './thread-control.js';
import { blameOf, type ThreadEnd, type Verdict } from './thread-end.js';
import { ThreadLink } from './thread-link.js';

/** What a thread asks of its pool. */
export interface ThreadHost extends EndsHost {
  /** It has started. */
  started(): void;
  /** Threads that ended one after the other without having ended a job. */
  readonly barren: number;
  /** It has ended; all its jobs were handed back. */
  ended(thread: PoolThread): void;
}

/** One thread of a pool, and the batches that are under way on it. */
export class PoolThread implements Watched {
  /** Among all threads that share blocks. */
  readonly number: number;
  /** Among the threads of its pool, from 1: what events call it. */
  readonly name: number;
  readonly #host: ThreadHost;
  readonly #control = new ThreadControl();
  readonly #link: ThreadLink;
  readonly #batches: BatchesUnderWay;
  readonly #deadlines = new Deadlines(this);
  readonly #ends: JobEnds;
  /** Nodes that the thread knows. */
  readonly #nodes = new Set<number>();
  /** What it was told of blocks. */
  #cursor = 0;
  #verdict: Verdict | undefined;
  /** Whether it has said that it is there. */
  up = false;
  dismissed = false;
  over = false;
  /** Bytes of buffers that jobs took there, and that results brought back. */
  bytesIn = 0;
  bytesOut = 0;
  /** When its last batch ended. */
  idleSince = performance.now();

  constructor(parts: { number: number; name: number; options: ThreadOptions; host: ThreadHost }) {
    this.number = parts.number;
    this.name = parts.name;
    this.#host = parts.host;
    this.#batches = new BatchesUnderWay(this.#control, () => {
      this.idleSince = performance.now();
      this.#letGo();
    });
    this.#ends = new JobEnds({ batches: this.#batches, deadlines: this.#deadlines, host: parts.host });
    this.#link = new ThreadLink({
      number: parts.number,
      name: parts.name,
      options: parts.options,
      control: this.#control,
      took: (message) => {
        this.#take(message);
      },
      ended: (code, error) => {
        this.#end(code, error);
      },
    });
  }

  /** Batches with jobs that neither ended nor wait for a promise. */
  get queued(): number {
    return this.#batches.queued;
  }

  /** Of these, the batches whose jobs may run on any thread. */
  get queuedFree(): number {
    return this.#batches.queuedFree;
  }

  /** Of these, the bonded ones with jobs that are wanted. */
  get wantedBonded(): number {
    return this.#batches.wantedBonded;
  }

  /** Milliseconds that the batches are expected to take which neither ended nor wait for promises. */
  get load(): number {
    return this.#batches.load;
  }

  /** Jobs that have ended on it. */
  get jobs(): number {
    return this.#ends.count;
  }

  /** Milliseconds that bodies took on it, as far as they were timed. */
  get busy(): number {
    return this.#ends.busy;
  }

  /** Whether the thread was told of a node. */
  knows(node: number): boolean {
    return this.#nodes.has(node);
  }

  /** Keeps the process alive until it has started. */
  awaitStart(): void {
    if (!this.up) this.#link.ref();
  }

  /** Sends a batch off. */
  send(batch: Batch): void {
    batch.sent = true;
    batch.sentAt = performance.now();
    if (batch.jobs.length === 0) return;
    const first = !this.#batches.wanted;
    this.#batches.enter(batch);
    if (first && batch.wanted > 0) this.#link.ref();
    const { cursor, handles } = blocks.handlesSince(this.#cursor);
    this.#cursor = cursor;
    try {
      this.#deliver(batch, handles);
    } catch (thrown) {
      this.#refuse(batch, thrown);
      return;
    }
    for (const { id } of batch.nodes) this.#nodes.add(id);
    if (batch.timeout !== undefined) this.#deadlines.limit(batch, batch.timeout);
  }

  /** What a batch holds cannot be posted: its jobs are handed back, to be sent one by one, and a single one is to blame. */
  #refuse(batch: Batch, thrown: unknown): void {
    this.#cursor = 0; // what it should have learned of blocks is told with the next batch
    const single = batch.jobs.length === 1;
    this.#ends.handBack(batch, (index) => {
      const job = batch.jobs[index];
      if (job !== undefined) job.future._flags |= ALONE;
      if (!single) return undefined;
      return {
        code: 'DAG_CANNOT_TRAVEL',
        message: `The arguments cannot be sent: ${describeThrown(thrown)}.`,
        thrown: { value: thrown },
        final: true,
      };
    });
    this.#batches.closeIfDone(batch);
  }

  #deliver(batch: Batch, handles: readonly BlockHandle[]): void {
    if (handles.length === 0 && batch.isPlain && this.#link.put([[batch.id, batch.jobs.length], batch.words])) return;
    this.post(batch.message(handles));
  }

  /** Posts a message, and says so to a thread that looks out. */
  post(message: DownMessage): void {
    this.#link.post(message);
  }

  /** Takes in what has come back, without waiting for the event loop. */
  poll(): void {
    for (let got = this.#link.receive(); got !== undefined; got = this.#link.receive()) this.#take(got);
  }

  /** Looks out for what the thread sends, for so many milliseconds; gives whether it was anything. */
  lookOut(duration: number): boolean {
    const came = this.#link.lookOut(duration);
    const letter = this.#link.closeOutbox();
    this.poll();
    if (letter === undefined) return came;
    const [words = [], costs = []] = letter;
    this.#ends.take({ words, costs });
    return true;
  }

  #take(message: UpMessage): void {
    switch (message.type) {
      case 'ready':
        this.up = true;
        if (!this.#batches.wanted) this.#letGo();
        this.#host.started();
        return;
      case 'heard':
        this.#deadlines.heard(message.batch, message.index);
        return;
      case undefined:
        this.#ends.take(message);
    }
  }

  /** Lets the process end without it; not while it is being ended, for somebody may wait for that and nothing else. */
  #letGo(): void {
    if (!this.over) this.#link.unref();
  }

  /** When the last job with a time limit began, as a clock word. */
  get begunAt(): number {
    return this.#control.begunAt;
  }

  /** How many jobs of a batch have begun. */
  claimed(batch: Batch): number {
    return this.#control.claimed(batch);
  }

  /** Takes a batch back that has not begun. Its jobs are handed back; gives whether it could be had. */
  revoke(batch: Batch): boolean {
    if (batch.begun || batch.left < batch.jobs.length || !this.#control.takeBack(batch)) return false;
    this.#ends.handBack(batch, () => undefined);
    this.#batches.closeIfDone(batch);
    return true;
  }

  /** The jobs that have not ended. */
  jobsUnderWay(): Iterable<Job> {
    return this.#batches.jobs();
  }

  /** The last batch that has not begun, of those that another thread may take and that would take at least so long. */
  lastWaiting(atLeast: number): Batch | undefined {
    return this.#batches.lastWaiting(atLeast);
  }

  /**
   * A job's result is not wanted any more. One that has not begun is passed over; one that runs is given some time to end,
   * and then the thread is; one that waits for a promise is told.
   */
  cancel(batch: Batch, index: number, cancellation: Cancellation): void {
    this.#batches.leaveIfUnwanted(batch);
    if (batch.awaiting.has(index)) {
      this.#deadlines.tell(batch, index, cancellation);
      return;
    }
    if (batch.wanted === 0 && this.revoke(batch)) return;
    batch.cancelled.set(index, cancellation);
    this.#deadlines.watch(batch, index, cancellation);
  }

  /** Whether some body runs that does not wait for a promise. */
  get isRunning(): boolean {
    return this.#batches.running;
  }

  /** Ends the thread; jobs that had not begun are handed back. */
  terminate(verdict: Verdict): void {
    this.#verdict ??= verdict;
    this.over = true;
    this.#link.terminate();
  }

  /** Whether it has nothing to do that is wanted. */
  get isIdle(): boolean {
    return this.up && !this.over && !this.#batches.wanted;
  }

  /** Ends the thread with its pool; one that runs no body first sends off what bodies have written to the console. */
  close(verdict: Verdict): void {
    if (!this.up || this.over || this.queued > 0) this.terminate(verdict);
    else {
      this.#verdict ??= verdict;
      this.dismiss();
    }
  }

  /** Ends a thread that has nothing to do. */
  dismiss(): void {
    this.dismissed = true;
    this.over = true;
    this.#link.stop();
  }

  /** Settles when the thread has ended. */
  get exited(): Promise<void> {
    return this.#link.exited;
  }

  #end(code: number, error: ThreadEnd['error']): void {
    this.over = true;
    // What it sent before its end may still be on the way: that has ended, and is not to blame.
    this.poll();
    this.#deadlines.clear();
    const end: ThreadEnd = {
      code,
      error,
      verdict: this.#verdict,
      up: this.up,
      jobs: this.jobs,
      importing: this.#control.importing,
      barren: this.#host.barren,
    };
    for (const batch of [...this.#batches.all]) {
      const claimed = this.claimed(batch);
      this.#ends.handBack(batch, (index) => blameOf({ batch, index, claimed }, end));
    }
    this.#batches.clear();
    this.#link.close();
    blocks.reclaim(this.number);
    this.#host.ended(this);
  }
}
