import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { describeThrown } from '../../errors.js';
import { ALONE } from '../../graph/future.js';
import { blocks, type BlockHandle } from '../../memory/blocks.js';
import { BufferLedger } from '../../memory/ledger.js';
import type { Batch, BatchOwner, Blame, Cancellation } from './batch.js';
import {
  AWAITS,
  BEGUN,
  CLAIMED,
  CLAIMS,
  CLOCK,
  clockWord,
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
import type { ThreadOptions } from './pool-options.js';
import { workerFile } from './worker-file.js';

/** What a thread asks of its pool. */
export interface ThreadHost {
  /** It has started. */
  started(): void;
  /** All that was reported together was taken in; jobs of these have ended. */
  settle(owners: ReadonlySet<BatchOwner>): void;
  /** It has ended; all its jobs were handed back. */
  ended(thread: PoolThread): void;
}

/** Why a thread was ended on purpose. */
export interface Verdict {
  readonly batch: Batch | undefined;
  readonly index: number;
  readonly blame: Blame;
}

/** How often to look between two looks at the clock. */
const LOOKS = 16;

/** Holds blocks while messages about them travel. */
export const transit = new BufferLedger(blocks);

/** When a thread is blocked by a job that is not wanted any more. */
const NEVER = 0;
const NOW = 1;
const LATER = 2;
/** Milliseconds between two looks at a job that may block its thread later. */
const LEAST_GRACE = 50;

/** One thread of a pool, and the batches that are under way on it. */
export class PoolThread {
  /** Among all threads that share blocks. */
  readonly number: number;
  /** Among the threads of its pool, from 1: what events call it. */
  readonly name: number;
  readonly #worker: Worker;
  readonly #port: MessagePort;
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
  /** Nodes that the thread knows. */
  readonly #nodes = new Set<number>();
  readonly #exited: Promise<void>;
  /** Whose jobs have ended since the pool was told. */
  readonly #relieved = new Set<BatchOwner>();
  #lastOwner: BatchOwner | undefined;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Cancellations that the thread has not heard of. */
  readonly #heard = new Set<string>();
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
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const setup: ThreadSetup = {
      role: POOL_THREAD,
      thread: parts.number,
      directory: blocks.share(),
      control: this.#control.buffer,
      inbox,
      outbox,
      port: port2,
    };
    this.#worker = new Worker(workerFile(), {
      name: `lazydag-${parts.name.toString()}`,
      workerData: setup,
      transferList: [port2],
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
  get nextBatch(): number {
    let id = this.#lastBatch + 1;
    while ([...this.#queued].some((batch) => batch.id % CLAIMS === id % CLAIMS)) id += 1;
    return id;
  }

  /** Batches with jobs that neither ended nor wait for a promise. */
  get queued(): number {
    return this.#queued.size;
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
    this.#lastBatch = batch.id;
    batch.sent = true;
    batch.sentAt = performance.now();
    if (batch.jobs.length === 0) return;
    this.#batches.set(batch.id, batch);
    this.#queued.add(batch);
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
    if (batch.timeout !== undefined) this.#limit(batch, batch.timeout);
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
    this.#post(batch.message(handles));
  }

  #post(message: DownMessage): void {
    this.#port.postMessage(message);
    Atomics.add(this.#control, SIGNAL, 1);
  }

  /** Takes in what has come back, without waiting for the event loop. */
  poll(): void {
    for (let got = receive(this.#port); got !== undefined; got = receive(this.#port)) {
      this.#take(got.message as UpMessage); // what the worker sends
    }
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
        if (this.#wanted.size === 0) this.#worker.unref();
        this.#host.started();
        return;
      case 'heard':
        this.#heard.delete(keyOf(message.batch, message.index));
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
            batch.owners[index]?.timed(batch, index, times, time);
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
    for (const batch of met) this.#closeIfDone(batch);
    this.#host.settle(this.#relieved);
    this.#relieved.clear();
    this.#lastOwner = undefined;
  }

  #awaits(batch: Batch, index: number, begunAt: number): void {
    batch.awaiting.add(index);
    batch.begunAt = begunAt;
    if (batch.awaiting.size === batch.left) this.#leaveQueue(batch);
    // It was not wanted any more before it was known to wait.
    const cancellation = batch.cancelled.get(index);
    if (cancellation !== undefined) this.#tell(batch, index, cancellation);
  }

  #ended(batch: Batch, index: number, result: unknown): void {
    batch.awaiting.delete(index);
    batch.left -= 1;
    this.jobs += 1;
    const owner = batch.owners[index];
    batch.owners[index] = undefined;
    owner?.ended(batch, index, result);
    if (owner !== undefined && owner !== this.#lastOwner) {
      this.#relieved.add(owner);
      this.#lastOwner = owner;
    }
    for (const block of batch.takePins(index)) transit.unpin(block);
    if (batch.awaiting.size === batch.left) this.#leaveQueue(batch);
  }

  #leaveQueue(batch: Batch): void {
    if (batch.begun) return;
    batch.begun = true;
    this.#queued.delete(batch);
    this.load = this.queued === 0 ? 0 : Math.max(0, this.load - batch.cost);
  }

  #closeIfDone(batch: Batch): void {
    if (batch.left === 0) this.#batches.delete(batch.id);
    this.#unrefIfUnwanted(batch);
  }

  /** What nobody waits for keeps neither the process alive nor the thread from being idle. */
  #unrefIfUnwanted(batch: Batch): void {
    if (batch.wanted > 0 || !this.#wanted.delete(batch)) return;
    clearTimeout(batch.timer);
    if (this.#wanted.size > 0) return;
    this.idleSince = performance.now();
    this.#worker.unref();
  }

  /** How many jobs of a batch have begun. */
  #claimed(batch: Batch): number {
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

  /** The last batch that has not begun, of those that would take at least so long. */
  lastWaiting(atLeast: number): Batch | undefined {
    let last: Batch | undefined;
    for (const batch of this.#queued) {
      if (batch.cost >= atLeast && this.#claimed(batch) === 0) last = batch;
    }
    return last;
  }

  /** Ends all jobs of a batch that have not ended. */
  #handBack(batch: Batch, blameOf: (index: number) => Blame | undefined): void {
    for (let index = 0; index < batch.jobs.length; index += 1) {
      for (const block of batch.takePins(index)) transit.unpin(block);
      const owner = batch.owners[index];
      if (owner === undefined) continue;
      batch.owners[index] = undefined;
      owner.lost(batch, index, blameOf(index));
      this.#relieved.add(owner);
    }
    batch.left = 0;
    batch.awaiting.clear();
    this.#leaveQueue(batch);
    this.#host.settle(this.#relieved);
    this.#relieved.clear();
    this.#lastOwner = undefined;
  }

  /** Lets a batch with one job run for so long from the start of its body. */
  #limit(batch: Batch, timeout: number): void {
    const look = (): void => {
      if (this.over) return;
      const begunAt = batch.begunAt ?? (this.#claimed(batch) === 0 ? undefined : Atomics.load(this.#control, BEGUN));
      const left =
        begunAt === undefined
          ? timeout
          : timeout - ((clockWord(performance.timeOrigin + performance.now()) - begunAt + CLOCK) % CLOCK);
      if (left > 0) {
        batch.timer = setTimeout(look, Math.max(1, left));
        return;
      }
      batch.owners[0]?.expired(batch);
    };
    if (timeout < CLOCK) batch.timer = setTimeout(look, timeout);
  }

  /**
   * A job's result is not wanted any more. One that has not begun is passed over; one that runs is given some time to end,
   * and then the thread is; one that waits for a promise is told.
   */
  cancel(batch: Batch, index: number, cancellation: Cancellation): void {
    this.#unrefIfUnwanted(batch);
    if (batch.awaiting.has(index)) {
      this.#tell(batch, index, cancellation);
      return;
    }
    if (batch.wanted === 0 && this.revoke(batch)) return;
    batch.cancelled.set(index, cancellation);
    this.#afterGrace(cancellation.grace, () => {
      if (batch.owners[index] === undefined || batch.awaiting.has(index)) return NEVER;
      const claimed = this.#claimed(batch);
      return claimed === index + 1 ? NOW : claimed <= index ? LATER : NEVER;
    });
  }

  /** Tells the body of a job that it is not wanted any more. */
  #tell(batch: Batch, index: number, { reason, grace }: Cancellation): void {
    const key = keyOf(batch.id, index);
    this.#heard.add(key);
    this.#post({ type: 'cancel', batch: batch.id, index, reason });
    this.#afterGrace(grace, () => (!this.#heard.has(key) ? NEVER : this.#isRunning() ? LATER : NOW));
  }

  /** Ends the thread after a while if it is blocked by then; asks again while that may yet come. */
  #afterGrace(grace: number, blocked: () => typeof NEVER | typeof NOW | typeof LATER): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const when = this.over ? NEVER : blocked();
      if (when === LATER) this.#afterGrace(Math.max(grace, LEAST_GRACE), blocked);
      if (when !== NOW) return;
      this.terminate({
        batch: undefined,
        index: -1,
        blame: { code: 'DAG_WORKER_DIED', message: 'The worker was ended because an aborted call did not end.' },
      });
    }, grace).unref();
    this.#timers.add(timer);
  }

  /** Whether some body runs that does not wait for a promise. */
  #isRunning(): boolean {
    for (const batch of this.#queued) if (this.#claimed(batch) > 0) return true;
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

  /** Ends a thread that has nothing to do. */
  dismiss(): void {
    this.dismissed = true;
    this.over = true;
    void this.#worker.terminate();
  }

  /** Settles when the thread has ended. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  #end(code: number): void {
    this.over = true;
    this.poll(); // what it sent before its end
    for (const timer of this.#timers) clearTimeout(timer);
    const importing = Atomics.load(this.#control, IMPORTING);
    for (const batch of [...this.#batches.values()]) {
      const claimed = this.#claimed(batch);
      this.#handBack(batch, (index) => this.#blameOf({ batch, index, claimed, importing, code }));
    }
    this.#batches.clear();
    this.#wanted.clear();
    this.#port.close();
    blocks.reclaim(this.number);
    this.#host.ended(this);
  }

  /** Whether a job that has not ended had to do with the end of the thread, and why that was. */
  #blameOf(lost: { batch: Batch; index: number; claimed: number; importing: number; code: number }): Blame | undefined {
    const { batch, index, claimed, importing, code } = lost;
    const verdict = this.#verdict;
    if (verdict !== undefined) {
      return verdict.batch === undefined
        ? verdict.blame.code === 'DAG_POOL_CLOSED'
          ? verdict.blame
          : undefined
        : verdict.batch === batch && verdict.index === index
          ? verdict.blame
          : undefined;
    }
    const how = this.#describe(code);
    const thrown = this.#error === undefined ? {} : { thrown: this.#error };
    // A batch that tells of no nodes has to do with the import of a codec's module.
    if (importing === batch.id && (batch.imports(index) || batch.nodes.length === 0)) {
      return {
        code: 'DAG_MODULE_IMPORT',
        message: `${how} while it imported the module of the node.`,
        remedy: 'Guard what a module does besides defining things with `isMainThread`.',
        final: true,
        ...thrown,
      };
    }
    if (!this.up) {
      return {
        code: 'DAG_WORKER_DIED',
        message: `${how} before it had started.`,
        remedy: 'Look at the options `execArgv`, `env` and `resourceLimits` of the pool.',
        final: true,
        ...thrown,
      };
    }
    // Of jobs that have begun without an end only the last can be running, unless they wait for a promise.
    if (!batch.awaiting.has(index) && index !== claimed - 1) return undefined;
    return { code: 'DAG_WORKER_DIED', message: `${how} while it ran the call.`, ...thrown };
  }

  #describe(code: number): string {
    if (this.#error === undefined) return `The worker exited with code ${code.toString()}`;
    const { value } = this.#error;
    const memory = (value as { code?: unknown } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
    return memory
      ? 'The worker ran out of memory'
      : `The worker was ended by an uncaught exception (${describeThrown(value)})`;
  }
}

function keyOf(batch: number, index: number): string {
  return `${batch.toString()}:${index.toString()}`;
}

function receive(port: MessagePort): { message: unknown } | undefined {
  return receiveMessageOnPort(port);
}
