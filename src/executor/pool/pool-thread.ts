import type { MessagePort, Worker } from 'node:worker_threads';
import { describeThrown } from '../../errors.js';
import type { Job } from '../../graph/executor.js';
import { ALONE } from '../../graph/future.js';
import { blocks, type BlockHandle } from '../../memory/blocks.js';
import { ownerOf, type Batch, type BatchOwner, type Cancellation } from './batch.js';
import type { Blame } from './blame.js';
import { Deadlines, type Watched } from './deadlines.js';
import {
  AWAITS,
  BEGUN,
  CLAIMED,
  CLAIMS,
  CONTROL_WORDS,
  IMPORTING,
  POOL_THREAD,
  REPLIED,
  REVOKED,
  SIGNAL,
  unclaimed,
  type DownMessage,
  type ReportMessage,
  type ThreadSetup,
  type UpMessage,
} from './messages.js';
import { Mailbox } from './mailbox.js';
import { nodeNumbered } from './node-addresses.js';
import { workerThreads } from './node-modules.js';
import type { ThreadOptions } from './pool-options.js';
import { blameOf, type ThreadEnd, type Verdict } from './thread-end.js';
import { transit } from './transit.js';
import { workerFile } from './worker-file.js';

/** What a thread asks of its pool. */
export interface ThreadHost {
  /** It has started. */
  started(): void;
  /** Some of its jobs came to an end, or wait for a promise. */
  worked(): void;
  /** All that was reported together was taken in; jobs of these have ended. */
  settle(owners: ReadonlySet<BatchOwner>): void;
  /** Threads that ended one after the other without having ended a job. */
  readonly barren: number;
  /** It has ended; all its jobs were handed back. */
  ended(thread: PoolThread): void;
}

/** Milliseconds that a thread has to send off what was written to the console, before it is ended. */
const LAST_WORDS = 300;
/** How often to look between two looks at the clock. */
const LOOKS = 16;

/** One thread of a pool, and the batches that are under way on it. */
export class PoolThread implements Watched {
  /** Among all threads that share blocks. */
  readonly number: number;
  /** Among the threads of its pool, from 1: what events call it. */
  readonly name: number;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #receiveOn: (port: MessagePort) => { message: unknown } | undefined;
  readonly #inbox: Mailbox;
  readonly #outbox: Mailbox;
  readonly #control = new Int32Array(new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT));
  readonly #host: ThreadHost;
  /** Batches with jobs that have not ended. */
  readonly #batches = new Map<number, Batch>();
  /** Of these, the ones with jobs that are wanted: for them the process is kept alive. */
  readonly #wanted = new Set<Batch>();
  /** Of these, the ones with jobs that neither ended nor wait for a promise. */
  readonly #queued = new Set<Batch>();
  /** How many of these are bonded. */
  #bonded = 0;
  /** Nodes that the thread knows. */
  readonly #nodes = new Set<number>();
  readonly #exited: Promise<void>;
  /** Whose jobs have ended since the pool was told. */
  #relieved = new Set<BatchOwner>();
  #lastOwner: BatchOwner | undefined;
  readonly #deadlines = new Deadlines(this);
  #lastBatch = 0;
  /** What it was told of blocks. */
  #cursor = 0;
  #verdict: Verdict | undefined;
  #error: { readonly value: unknown } | undefined;
  /** Whether it has said that it is there. */
  up = false;
  dismissed = false;
  over = false;
  /** Milliseconds that the batches are expected to take which neither ended nor wait for promises. */
  load = 0;
  /** Jobs that have ended on it. */
  jobs = 0;
  /** Bytes of buffers that jobs took there, and that results brought back. */
  bytesIn = 0;
  bytesOut = 0;
  /** Milliseconds that bodies took on it, as far as they were timed. */
  busy = 0;
  /** When its last batch ended. */
  idleSince = performance.now();

  constructor(parts: { number: number; name: number; options: ThreadOptions; host: ThreadHost }) {
    this.number = parts.number;
    this.name = parts.name;
    this.#host = parts.host;
    const inbox = Mailbox.allocate();
    const outbox = Mailbox.allocate();
    this.#inbox = new Mailbox(inbox);
    this.#outbox = new Mailbox(outbox);
    const threads = workerThreads();
    const { port1, port2 } = new threads.MessageChannel();
    this.#receiveOn = threads.receiveMessageOnPort;
    this.#port = port1;
    const setup: ThreadSetup = {
      role: POOL_THREAD,
      thread: parts.number,
      directory: blocks.share(),
      maxBytes: blocks.maxBytes,
      control: this.#control.buffer,
      inbox,
      outbox,
      port: port2,
    };
    this.#worker = new threads.Worker(workerFile(), {
      name: `lazydag-${parts.name.toString()}`,
      workerData: setup,
      transferList: [port2],
      argv: process.argv.slice(2),
      ...parts.options,
    });
    this.#worker.unref();
    port1.on('message', (message: UpMessage) => {
      this.#take(message);
    });
    port1.unref();
    this.#worker.on('error', (error) => {
      this.#error = { value: error };
    });
    this.#exited = new Promise((done) => {
      this.#worker.on('exit', (code) => {
        this.#end(code);
        done();
      });
    });
  }

  /** A number for the next batch, whose claim word no other uses. */
  get #nextBatch(): number {
    let id = this.#lastBatch + 1;
    while ([...this.#queued].some((batch) => batch.id % CLAIMS === id % CLAIMS)) id += 1;
    return id;
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

  /** Whether the thread was told of a node. */
  knows(node: number): boolean {
    return this.#nodes.has(node);
  }

  /** Keeps the process alive until it has started. */
  awaitStart(): void {
    if (!this.up) this.#worker.ref();
  }

  /** Sends a batch off. */
  send(batch: Batch): void {
    batch.sent = true;
    batch.sentAt = performance.now();
    if (batch.jobs.length === 0) return;
    batch.id = this.#nextBatch;
    this.#lastBatch = batch.id;
    this.#batches.set(batch.id, batch);
    this.#queued.add(batch);
    if (batch.bonded) this.#bonded += 1;
    this.load += batch.cost;
    if (batch.wanted > 0) {
      if (this.#wanted.size === 0) this.#worker.ref();
      this.#wanted.add(batch);
    }
    Atomics.store(this.#control, batch.id % CLAIMS, unclaimed(batch.id));
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
    this.#handBack(batch, (index) => {
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
    this.#closeIfDone(batch);
  }

  #deliver(batch: Batch, handles: readonly BlockHandle[]): void {
    if (handles.length === 0 && batch.isPlain && this.#inbox.put([[batch.id, batch.jobs.length], batch.words])) return;
    this.post(batch.message(handles));
  }

  /** Posts a message, and says so to a thread that looks out. */
  post(message: DownMessage): void {
    this.#port.postMessage(message);
    Atomics.add(this.#control, SIGNAL, 1);
  }

  /** Takes in what has come back, without waiting for the event loop. */
  poll(): void {
    for (let got = this.#receive(); got !== undefined; got = this.#receive()) this.#take(got);
  }

  #receive(): UpMessage | undefined {
    return this.#receiveOn(this.#port)?.message as UpMessage | undefined; // what the worker sends
  }

  /** Looks out for what the thread sends, for so many milliseconds; gives whether it was anything. */
  lookOut(duration: number): boolean {
    const seen = Atomics.load(this.#control, REPLIED);
    this.#outbox.open();
    for (const until = performance.now() + duration; performance.now() < until;) {
      for (let look = 0; look < LOOKS; look += 1) {
        if (!this.#outbox.full && Atomics.load(this.#control, REPLIED) === seen) continue;
        this.#takeLetter();
        return true;
      }
    }
    return this.#takeLetter();
  }

  /** Takes what is in the mailbox, after all that was posted before; gives whether there was anything. */
  #takeLetter(): boolean {
    const letter = this.#outbox.close();
    this.poll();
    if (letter === undefined) return false;
    const [words = [], costs = []] = letter;
    this.#report({ words, costs });
    return true;
  }

  #take(message: UpMessage): void {
    switch (message.type) {
      case 'ready':
        this.up = true;
        if (this.#wanted.size === 0) this.#letGo();
        this.#host.started();
        return;
      case 'heard':
        this.#deadlines.heard(message.batch, message.index);
        return;
      case undefined:
        this.#report(message);
    }
  }

  #report({ words, handles, costs, times }: ReportMessage): void {
    if (handles !== undefined) blocks.learn(handles);
    let time = 0;
    const met: Batch[] = [];
    for (let at = 0; at < words.length;) {
      const batch = this.#batches.get(words[at] as number); // the protocol's words, as messages.ts has them
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
    for (let at = 0; at < costs.length; at += 3) {
      const milliseconds = costs[at + 2] as number;
      this.busy += milliseconds;
      nodeNumbered(costs[at] as number)?.cost.add(milliseconds / (costs[at + 1] as number));
    }
    if (met.length > 0) this.#host.worked();
    for (const batch of met) this.#closeIfDone(batch);
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

  #awaits(batch: Batch, index: number, begunAt: number): void {
    batch.awaiting.add(index);
    batch.begunAt = begunAt;
    if (batch.awaiting.size === batch.left) this.#leaveQueue(batch);
    // It was not wanted any more before it was known to wait.
    const cancellation = batch.cancelled.get(index);
    if (cancellation !== undefined) this.#deadlines.tell(batch, index, cancellation);
  }

  #ended(batch: Batch, index: number, result: unknown): void {
    const job = batch.end(index);
    if (job === undefined) return;
    if (batch.awaiting.size > 0) batch.awaiting.delete(index);
    this.jobs += 1;
    const owner = ownerOf(job);
    const { keeps } = job;
    owner.ended(batch, job, result);
    if (owner !== this.#lastOwner) {
      this.#relieved.add(owner);
      this.#lastOwner = owner;
    }
    // What a value lies on that was left on the thread is read there until the batch has ended.
    if (!keeps || result !== undefined) this.release(batch, index);
    if (batch.awaiting.size === batch.left) this.#leaveQueue(batch);
  }

  #leaveQueue(batch: Batch): void {
    if (batch.begun) return;
    batch.begun = true;
    this.#queued.delete(batch);
    if (batch.bonded) this.#bonded -= 1;
    this.load = this.queued === 0 ? 0 : Math.max(0, this.load - batch.cost);
  }

  #closeIfDone(batch: Batch): void {
    if (batch.left === 0 && this.#batches.delete(batch.id))
      for (const block of batch.takeAllPins()) transit.unpin(block);
    this.#unrefIfUnwanted(batch);
  }

  /** What nobody waits for keeps neither the process alive nor the thread from being idle. */
  #unrefIfUnwanted(batch: Batch): void {
    if (batch.wanted > 0 || !this.#wanted.delete(batch)) return;
    clearTimeout(batch.timer);
    if (this.#wanted.size > 0) return;
    this.idleSince = performance.now();
    this.#letGo();
  }

  /** Lets the process end without it; not while it is being ended, for somebody may wait for that and nothing else. */
  #letGo(): void {
    if (!this.over) this.#worker.unref();
  }

  get begunAt(): number {
    return Atomics.load(this.#control, BEGUN);
  }

  /** How many jobs of a batch have begun. */
  claimed(batch: Batch): number {
    if (batch.begun) return batch.jobs.length;
    return Atomics.load(this.#control, batch.id % CLAIMS) & CLAIMED;
  }

  /** Lets go of what a job would have read that was not sent. */
  release(batch: Batch, index: number): void {
    for (const block of batch.takePins(index)) transit.unpin(block);
  }

  /** Takes a batch back that has not begun. Its jobs are handed back; gives whether it could be had. */
  revoke(batch: Batch): boolean {
    if (batch.begun || batch.left < batch.jobs.length) return false;
    const word = unclaimed(batch.id);
    if (Atomics.compareExchange(this.#control, batch.id % CLAIMS, word, word | REVOKED) !== word) return false;
    this.#handBack(batch, () => undefined);
    this.#closeIfDone(batch);
    return true;
  }

  /** The jobs that have not ended. */
  *jobsUnderWay(): Iterable<Job> {
    for (const { jobs } of this.#batches.values()) for (const job of jobs) if (job !== undefined) yield job;
  }

  /** The last batch that has not begun, of those that another thread may take and that would take at least so long. */
  lastWaiting(atLeast: number): Batch | undefined {
    let last: Batch | undefined;
    for (const batch of this.#queued) {
      if (!batch.bonded && batch.cost >= atLeast && this.claimed(batch) === 0) last = batch;
    }
    return last;
  }

  /** Ends all jobs of a batch that have not ended. */
  #handBack(batch: Batch, blameOf: (index: number) => Blame | undefined): void {
    for (let index = 0; index < batch.jobs.length; index += 1) {
      for (const block of batch.takePins(index)) transit.unpin(block);
      if (batch.jobs[index] === undefined) continue;
      const blame = blameOf(index);
      const job = batch.end(index);
      if (job === undefined) continue;
      ownerOf(job).lost(batch, job, blame);
      this.#relieved.add(ownerOf(job));
    }
    batch.awaiting.clear();
    this.#leaveQueue(batch);
    this.#settle();
  }

  /**
   * A job's result is not wanted any more. One that has not begun is passed over; one that runs is given some time to end,
   * and then the thread is; one that waits for a promise is told.
   */
  cancel(batch: Batch, index: number, cancellation: Cancellation): void {
    this.#unrefIfUnwanted(batch);
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
    for (const batch of this.#queued) if (this.claimed(batch) > 0) return true;
    return false;
  }

  /** Ends the thread; jobs that had not begun are handed back. */
  terminate(verdict: Verdict): void {
    this.#verdict ??= verdict;
    this.over = true;
    void this.#worker.terminate();
  }

  /** Whether it has nothing to do that is wanted. */
  get isIdle(): boolean {
    return this.up && !this.over && this.#wanted.size === 0;
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
    this.#worker.ref();
    this.post({ type: 'stop' });
    setTimeout(() => {
      void this.#worker.terminate();
    }, LAST_WORDS).unref();
  }

  /** Settles when the thread has ended. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  #end(code: number): void {
    this.over = true;
    // What it sent before its end may still be on the way: that has ended, and is not to blame.
    this.poll();
    this.#deadlines.clear();
    const end: ThreadEnd = {
      code,
      error: this.#error,
      verdict: this.#verdict,
      up: this.up,
      jobs: this.jobs,
      importing: Atomics.load(this.#control, IMPORTING),
      barren: this.#host.barren,
    };
    for (const batch of [...this.#batches.values()]) {
      const claimed = this.claimed(batch);
      this.#handBack(batch, (index) => blameOf({ batch, index, claimed }, end));
    }
    this.#batches.clear();
    this.#wanted.clear();
    this.#port.close();
    blocks.reclaim(this.number);
    this.#host.ended(this);
  }
}
