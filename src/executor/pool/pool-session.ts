import { DagError } from '../../errors.js';
import type { Job, JobFailure, JobHost, Session } from '../../graph/executor.js';
import { displayName } from '../../graph/dependencies.js';
import { STAYS, type Future } from '../../graph/future.js';
import { Batch, Ticket, type BatchOwner, type Blame } from './batch.js';
import { JobPacker } from './job-packer.js';
import { KEEP } from './messages.js';
import { nodeNumbered } from './node-addresses.js';
import type { PoolThread } from './pool-thread.js';
import type { PoolSettings } from './pool-options.js';
import { ResultReader } from './result-reader.js';

/** What a session needs of its pool. */
export interface PoolHost {
  readonly settings: PoolSettings;
  readonly closed: boolean;
  /** The thread that should get the next batch; undefined when all have enough. */
  roomiest(): PoolThread | undefined;
  /** Looks whether a thread without work can take over what waits for another. */
  balanceSoon(): void;
  /** Takes in what has come back. */
  poll(): void;
  /** Whether a value of so many bytes more fits. */
  hasRoom(bytes: number): boolean;
  opened(session: PoolSession): void;
  closedSession(session: PoolSession): void;
}

/** Milliseconds of work that a batch has at most, and at least if there is so much. */
const BATCH_TIME = 1;
const LEAST_TIME = 0.02;
const MOST_JOBS = 512;
/** Bodies that take longer than this many milliseconds get a batch of their own. */
const LONG = 0.2;
/** Bodies that take less than this many milliseconds are run on the calling thread when placement is automatic. */
const WORTH_SENDING = 0.005;
/** Milliseconds taken for a body that was never measured. */
const UNKNOWN = 1;
/** Words for the overhead of a job, in milliseconds. */
const OVERHEAD = 0.0005;

/** What a pool does for one run: makes batches of its jobs, and takes in what becomes of them. */
export class PoolSession implements Session, BatchOwner {
  readonly #pool: PoolHost;
  readonly #host: JobHost;
  readonly #packer: JobPacker;
  readonly #results: ResultReader;
  /** The batch that is being made. */
  #batch: Batch | undefined;
  #bundle = 0;
  /** Jobs that were sent and have not ended. */
  #away = 0;
  #closing = false;

  constructor(pool: PoolHost, host: JobHost) {
    this.#pool = pool;
    this.#host = host;
    this.#packer = new JobPacker(host);
    this.#results = new ResultReader();
    pool.opened(this);
  }

  takes(future: Future): boolean {
    const { _spec: spec, _flags: flags } = future;
    if ((flags & STAYS) !== 0) return false;
    const { executor } = spec.options;
    if (executor === 'inline') return false;
    if (executor === 'pool' || this.#pool.settings.forced) return true;
    const { identity } = spec;
    if (identity.stays || identity.asynchronous) return false;
    return identity.cost.count === 0 || identity.cost.mean >= WORTH_SENDING;
  }

  /** Whether a call that cannot be sent fails, rather than run here. */
  #isForced(future: Future): boolean {
    return this.#pool.settings.forced || future._spec.options.executor === 'pool';
  }

  get full(): boolean {
    if (this.#pool.closed) return false;
    const batch = this.#batch;
    if (batch !== undefined && !isFull(batch)) return false;
    return this.#pool.roomiest() === undefined || (this.#away > 0 && !this.#pool.hasRoom(0));
  }

  get bundle(): number {
    return this.#bundle;
  }

  submit(job: Job): void {
    if (this.#pool.closed) {
      this.#host.failed(job, closedFailure());
      return;
    }
    const batch = this.#batchFor(job);
    if (batch === undefined) {
      // Between the question and this, another session has taken the room.
      this.#host.returned(job);
      return;
    }
    this.#write(job, batch);
  }

  /** Puts a job into a batch; one that cannot be sent stays, or fails. Gives whether it was put in. */
  #write(job: Job, batch: Batch): boolean {
    try {
      this.#packer.write(job, batch, expected(job.future) + OVERHEAD);
      this.#away += 1;
      return true;
    } catch (error) {
      this.#cannotSend(job, toFailure(error));
      return false;
    }
  }

  #cannotSend(job: Job, failure: JobFailure): void {
    if (this.#isForced(job.future)) {
      this.#host.failed(job, failure);
      return;
    }
    if (failure.code === 'DAG_NODE_NOT_IN_MODULE') job.future._spec.identity.stays = true;
    this.#host.stays(job, failure);
  }

  /** The batch that a job goes into: the one being made, or a new one for the thread with the most room. */
  #batchFor(job: Job): Batch | undefined {
    const { timeout, donate } = job.future._spec.options;
    const cost = expected(job.future);
    const alone = timeout !== undefined || donate !== undefined || cost >= LONG;
    let batch = this.#batch;
    if (batch !== undefined && (isFull(batch) || alone || batch.timeout !== undefined)) {
      this.#sendBatch();
      batch = undefined;
    }
    if (batch !== undefined) return batch;
    const thread = this.#pool.roomiest();
    if (thread === undefined) return undefined;
    const { threads } = this.#pool.settings;
    const share = ((cost + OVERHEAD) * (this.#host.ready + 1)) / (2 * threads);
    batch = new Batch({
      id: thread.nextBatch,
      thread,
      owner: this,
      observed: job.observed,
      debug: job.debug,
      limit: alone ? 0 : Math.min(BATCH_TIME, Math.max(LEAST_TIME, share)),
    });
    batch.timeout = timeout;
    this.#batch = batch;
    this.#bundle += 1;
    return batch;
  }

  follow(job: Job, inputs: readonly Job[]): boolean {
    const batch = this.#batch;
    if (batch === undefined || batch.timeout !== undefined) return false;
    const cost = expected(job.future);
    if (cost >= LONG || batch.cost >= BATCH_TIME || batch.jobs.length >= MOST_JOBS) return false;
    const heads: number[] = [];
    for (const input of inputs) {
      if (!(input.ticket instanceof Ticket) || input.ticket.batch !== batch) return false;
      heads.push(batch.heads[input.ticket.index] as number); // every job of a batch has a head
    }
    try {
      this.#packer.write(job, batch, cost + OVERHEAD);
    } catch {
      return false; // it is told when the job is submitted on its own
    }
    this.#away += 1;
    for (const head of heads) batch.words[head] = (batch.words[head] as number) | KEEP; // a head is a number
    return true;
  }

  flush(): void {
    this.#sendBatch();
  }

  #sendBatch(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    this.#packer.seal();
    if (batch.thread.over) {
      for (let index = 0; index < batch.jobs.length; index += 1) {
        batch.thread.release(batch, index);
        this.lost(batch, index, undefined);
      }
      this.#host.wake();
    } else batch.thread.send(batch);
  }

  cancel(job: Job, reason: unknown): void {
    const { ticket } = job;
    if (!(ticket instanceof Ticket)) return;
    const { batch, index } = ticket;
    job.ticket = undefined;
    batch.take(index);
    if (!batch.sent) {
      batch.words[(batch.heads[index] as number) - 1] = 0; // the thread passes over jobs of node 0
      return;
    }
    const text = reason instanceof Error ? reason.message : String(reason);
    batch.thread.cancel(batch, index, { reason: text, grace: this.#pool.settings.abortGrace });
  }

  poll(): void {
    this.#pool.poll();
  }

  close(): void {
    this.#closing = true;
    this.#packer.close();
    this.#closeIfDone();
  }

  #closeIfDone(): void {
    if (this.#closing && this.#away === 0) this.#pool.closedSession(this);
  }

  /** Fails what was submitted and not sent. */
  abandon(): void {
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch === undefined) return;
    for (let index = 0; index < batch.jobs.length; index += 1) {
      batch.thread.release(batch, index);
      this.lost(batch, index, closedFailure());
    }
  }

  // What threads tell of batches.

  ended(batch: Batch, index: number, result: unknown): void {
    this.#away -= 1;
    this.#results.from = batch.thread.number;
    const job = batch.take(index);
    if (job === undefined) {
      this.#results.discard(result);
      return;
    }
    job.ticket = undefined;
    job.record.worker = batch.thread.name;
    this.#results.read(job, result, this.#host, (failure) => {
      this.#cannotSend(job, failure);
    });
  }

  lost(batch: Batch, index: number, blame: Blame | undefined): void {
    this.#away -= 1;
    const job = batch.take(index);
    if (job === undefined) return;
    job.ticket = undefined;
    if (blame === undefined) this.#host.returned(job);
    else this.#host.failed(job, blame);
  }

  settled(): void {
    this.#results.settle();
    this.#closeIfDone();
  }

  timed(batch: Batch, index: number, times: readonly number[], at: number): void {
    const job = batch.jobs[index];
    const [begunAt = 0, duration = 0, , bytesOut = 0] = times.slice(at, at + 4);
    if (job === undefined || begunAt === 0) return;
    const { record } = job;
    record.startedAt = begunAt - performance.timeOrigin;
    record.duration = duration;
    record.queued = Math.max(0, record.startedAt - batch.sentAt);
    record.bytesOut = bytesOut;
  }

  measured(node: number, milliseconds: number): void {
    nodeNumbered(node)?.cost.add(milliseconds);
  }

  expired(batch: Batch): void {
    const job = batch.jobs[0];
    if (job === undefined) return;
    const timeout = batch.timeout ?? 0;
    const blame: Blame = {
      code: 'DAG_CALL_TIMEOUT',
      message: `${displayName(job.future)} took longer than its timeout of ${timeout.toString()} ms.`,
      remedy: 'Raise `timeout`, or let the body follow `currentCall().signal`.',
    };
    if (!batch.awaiting.has(0)) {
      batch.thread.terminate({ batch, index: 0, blame });
      return;
    }
    batch.take(0);
    job.ticket = undefined;
    batch.thread.cancel(batch, 0, { reason: blame.message, grace: this.#pool.settings.abortGrace });
    this.#host.failed(job, blame);
    this.#host.wake();
  }

  imports(batch: Batch, index: number): boolean {
    const node = batch.words[(batch.heads[index] ?? 0) - 1];
    return batch.nodes.some(({ id }) => id === node);
  }

  wake(): void {
    this.#host.wake();
    this.#pool.balanceSoon();
  }
}

function isFull(batch: Batch): boolean {
  return batch.cost >= batch.limit || batch.jobs.length >= MOST_JOBS;
}

/** Milliseconds that the body of a call is expected to take. */
function expected({ _spec: { identity, options } }: Future): number {
  if (identity.cost.count > 0) return identity.cost.mean;
  return typeof options.cost === 'number' ? options.cost : UNKNOWN;
}

function toFailure(error: unknown): JobFailure {
  if (!(error instanceof DagError)) throw error;
  const { code, message, cause } = error;
  return {
    code,
    message: message.slice(code.length + 2),
    final: true,
    ...(cause === undefined ? {} : { thrown: { value: cause } }),
  };
}

function closedFailure(): Blame {
  return {
    code: 'DAG_POOL_CLOSED',
    message: 'The pool was closed before the call had ended.',
    remedy: 'Close a pool when the runs that use it are over.',
    final: true,
  };
}

