import { DagError, messageOf } from '../../errors.js';
import { timedOut } from '../../graph/call-faults.js';
import type { Bond } from '../../graph/bond.js';
import type { Job, JobFailure, JobHost, Session } from '../../graph/executor.js';
import { STAYS, type Future } from '../../graph/future.js';
import { Batch } from './batch.js';
import type { Blame } from './blame.js';
import type { Dispatcher, JobSource } from './dispatcher.js';
import { JobPacker } from './job-packer.js';
import type { Reading } from './result-reader.js';

/** Bodies that take less than this many milliseconds are run on the calling thread when placement is automatic. */
const WORTH_SENDING = 0.005;
/** Milliseconds taken for a body that was never measured: so many that it goes alone. */
const UNKNOWN = 5;
/** Milliseconds that a thread takes for a job besides its body. */
const OVERHEAD = 0.0005;

/** What a pool does for one run: makes batches of its jobs, and takes in what becomes of them. */
export class PoolSession implements Session, JobSource {
  readonly #dispatcher: Dispatcher;
  readonly #host: JobHost;
  readonly #packer: JobPacker;
  readonly #reading: Reading;
  /** Jobs that were submitted and have not ended. */
  #away = 0;

  constructor(dispatcher: Dispatcher, host: JobHost) {
    this.#dispatcher = dispatcher;
    this.#host = host;
    this.#packer = new JobPacker(host, dispatcher.memory);
    this.#reading = {
      host,
      cannotSend: (job, failure) => {
        this.#cannotSend(job, failure);
      },
    };
  }

  takes(future: Future): boolean {
    const { _spec: spec, _flags: flags } = future;
    if ((flags & STAYS) !== 0) return false;
    const { executor } = spec.options;
    if (executor === 'inline') return false;
    if (executor === 'pool' || this.#dispatcher.settings.forced) return true;
    const { identity } = spec;
    if (identity.stays || identity.asynchronous) return false;
    return identity.cost.count === 0 || identity.cost.mean >= WORTH_SENDING;
  }

  /** Whether a call that cannot be sent fails, rather than run here. */
  #isForced(future: Future): boolean {
    return this.#dispatcher.settings.forced || future._spec.options.executor === 'pool';
  }

  get full(): boolean {
    return this.#dispatcher.isFull(this);
  }

  get ready(): number {
    return this.#host.ready;
  }

  get busy(): boolean {
    return this.#away > 0;
  }

  get bundle(): number {
    return this.#dispatcher.bundle;
  }

  submit(job: Job): void {
    const { refusal } = this.#dispatcher;
    if (refusal !== undefined) {
      this.#host.failed(job, refusal);
      return;
    }
    const cost = expected(job.future);
    job.session = this;
    const { bond } = job.future._spec;
    const batch =
      bond === undefined
        ? this.#dispatcher.batchFor(job, this, cost)
        : this.#dispatcher.bonds.batchFor(job, bond, cost);
    if (batch === undefined) {
      if (bond !== undefined) this.#refuseStranded(job, bond);
      // Between the question and this, another session has taken the room.
      else this.#host.returned(job);
      return;
    }
    try {
      this.#packer.write(job, batch, cost);
      this.#away += 1;
    } catch (error) {
      this.#cannotSend(job, toFailure(error));
    }
  }

  /** There is no thread for a job: it waits for one, unless the attempt to make one has just shown that none can be had. */
  #refuseStranded(job: Job, bond: Bond): void {
    const { bonds, refusal } = this.#dispatcher;
    if (refusal !== undefined && bonds.forget(job, bond)) this.#host.failed(job, refusal);
  }

  /** One that cannot be sent stays, or fails. */
  #cannotSend(job: Job, failure: JobFailure): void {
    if (this.#isForced(job.future)) {
      this.#host.failed(job, failure);
      return;
    }
    if (failure.code === 'DAG_NODE_NOT_IN_MODULE' || failure.code === 'DAG_INSTANCE_STATE')
      job.future._spec.identity.stays = true;
    this.#host.stays(job, failure);
  }

  follow(job: Job, inputs: readonly Job[]): boolean {
    const cost = expected(job.future);
    const batch = this.#dispatcher.openFor(cost);
    if (batch === undefined) return false;
    for (const input of inputs) if (input.batch !== batch) return false;
    try {
      job.session = this;
      this.#packer.write(job, batch, cost);
    } catch {
      return false; // it is told when the job is submitted on its own
    }
    this.#away += 1;
    for (const input of inputs) batch.keeps.push(input.index);
    return true;
  }

  flush(): void {
    this.#dispatcher.flush();
  }

  linger(): void {
    this.#dispatcher.linger();
  }

  cancel(job: Job, reason: unknown): void {
    const { batch, index } = job;
    if (!(batch instanceof Batch)) {
      const { bond } = job.future._spec;
      if (bond !== undefined) this.#dispatcher.bonds.forget(job, bond);
      return;
    }
    batch.unwant(job);
    if (!batch.sent) {
      batch.skips.push(index);
      return;
    }
    const text = reason instanceof Error ? reason.message : String(reason);
    batch.thread.cancel(batch, index, { reason: text, grace: this.#dispatcher.settings.abortGrace });
  }

  poll(): void {
    this.#dispatcher.poll();
  }

  close(): void {
    this.#dispatcher.leave(this);
    this.#packer.close();
  }

  // What threads tell of batches.

  ended(batch: Batch, job: Job, result: unknown): void {
    this.#away -= 1;
    const results = this.#dispatcher.results(batch.thread);
    if (!batch.unwant(job)) {
      results.discard(result);
      return;
    }
    if (job.observed) job.record.worker = batch.thread.name;
    results.read(job, result, this.#reading);
  }

  lost(batch: Batch, job: Job, blame: Blame | undefined): void {
    this.#away -= 1;
    if (!batch.unwant(job)) return;
    const { bond } = job.future._spec;
    if (blame === undefined && bond !== undefined) this.#dispatcher.bonds.strand(job, bond);
    else if (blame === undefined) this.#host.returned(job);
    else if (blame.code === 'DAG_CANNOT_TRAVEL') this.#cannotSend(job, blame);
    else this.#host.failed(job, blame);
  }

  timed(batch: Batch, job: Job, { times, at }: { readonly times: readonly number[]; readonly at: number }): void {
    const [begunAt = 0, duration = 0, , bytesOut = 0] = times.slice(at, at + 4);
    if (job.batch !== batch || begunAt === 0) return;
    const { record } = job;
    record.startedAt = begunAt - performance.timeOrigin;
    record.duration = duration;
    record.queued = Math.max(0, record.startedAt - batch.sentAt);
    record.bytesOut = bytesOut;
  }

  expired(batch: Batch, job: Job): void {
    if (job.batch !== batch) return;
    const blame: Blame = timedOut(job.future, batch.timeout ?? 0);
    if (!batch.awaiting.has(0)) {
      batch.thread.terminate({ job: { batch, index: 0 }, blame });
      return;
    }
    batch.unwant(job);
    batch.thread.cancel(batch, 0, { reason: blame.message, grace: this.#dispatcher.settings.abortGrace });
    this.#host.failed(job, blame);
    this.#host.wake();
  }

  wake(): void {
    this.#host.wake();
  }
}

/** Milliseconds that a thread is expected to take for a call. */
function expected({ _spec: { identity, options } }: Future): number {
  if (identity.cost.count > 0) return identity.cost.mean + OVERHEAD;
  return (typeof options.cost === 'number' ? options.cost : UNKNOWN) + OVERHEAD;
}

function toFailure(error: unknown): JobFailure {
  if (!(error instanceof DagError)) throw error;
  const { code, cause } = error;
  return {
    code,
    message: messageOf(error),
    final: true,
    ...(cause === undefined ? {} : { thrown: { value: cause } }),
  };
}
