import { DagError } from '../errors.js';
import type { JobFailure, JobHost, Session } from '../graph/executor.js';
import {
  DEEP,
  type Future,
  IDLE,
  KEPT,
  ON_DISK,
  PERSISTED,
  RUNNING,
  setState,
  STAYS,
  TARGETED,
  WAITING,
} from '../graph/future.js';
import type { Scope } from '../graph/scope.js';
import type { NodeIdentity } from '../graph/spec.js';
import { bytesOf } from '../memory/buffers.js';
import { REMOTE } from '../schedule/lanes.js';
import { RUNNING as TASK_RUNNING, WAITING as TASK_WAITING } from '../schedule/states.js';
import { outputsFailure, type Completion } from './completion.js';
import type { Crowds } from './crowds.js';
import { positionsToCopy } from './donate.js';
import { codedFailure, type Failure } from './failure.js';
import { settleNested } from './nested.js';
import { estimatedBytes } from './ordering.js';
import { FollowCounts } from './follow-counts.js';
import { inputsOf, PLAIN, RemoteJob, type JobDetails } from './remote-job.js';
import type { Retries } from './retries.js';
import type { Run } from './run.js';
import type { TaskTable } from './task-table.js';

/** Results of a node that are measured for estimates of their size. */
const SIZES_TAKEN = 64;

/** Flags of calls whose values others may ask for. */
const WANTED = KEPT | PERSISTED | TARGETED;

/** What running calls elsewhere works with. */
export interface RemoteParts {
  readonly table: TaskTable;
  readonly completion: Completion;
  readonly retries: Retries;
  readonly crowds: Crowds;
  /** A task of the run may be able to start now. */
  readonly wake: (run: Run) => void;
}

/** Hands calls to the executors of their runs, and takes in what becomes of them. */
export class Remote {
  readonly #parts: RemoteParts;
  /** Jobs that have not ended, by task. */
  readonly #jobs: (RemoteJob | undefined)[] = [];
  readonly #counts = new FollowCounts();
  /** Nodes of which was told that they cannot leave this thread. */
  readonly #told = new WeakSet<NodeIdentity>();
  #pending = 0;
  /** Sessions that jobs were submitted to since the last flush. */
  #submitted = new Set<Session<RemoteJob>>();
  #submittedLast: Session<RemoteJob> | undefined;

  constructor(parts: RemoteParts) {
    this.#parts = parts;
  }

  /** How many calls run elsewhere. */
  get pending(): number {
    return this.#pending;
  }

  /** The first call that runs elsewhere. */
  firstPending(): Future | undefined {
    return this.#pending === 0 ? undefined : this.#jobs.find((job) => job !== undefined)?.future;
  }

  /** Whom the executor of a run tells how its jobs end. */
  hostOf(run: Run): JobHost<RemoteJob> {
    return new RunHost(this, run);
  }

  /** How many calls of a run are ready to be submitted. */
  readyOf(run: Run): number {
    return this.#parts.table.scheduler.queue(run.queue).remote.size;
  }

  /** The value of a call was copied into shared memory. */
  shared(future: Future, value: unknown): void {
    const { ledger } = this.#parts.table;
    future._value = value;
    ledger.drop(future);
    ledger.hold(future, value);
  }

  /** Something of a run may be able to start. */
  wake(run: Run): void {
    this.#parts.wake(run);
  }

  /** Hands a task that is ready to the executor, and with it those that then wait for nothing else. */
  start(task: number, future: Future, session: Session<RemoteJob>): void {
    const run = this.#parts.table.runOf(task);
    const places = this.#parts.crowds.admit(task, future, run);
    if (places === undefined) return;
    const attempt = this.#parts.retries.attemptOf(future);
    let copies: readonly number[];
    try {
      copies = positionsToCopy(future, this.#parts.table);
    } catch (error) {
      for (const place of places) place.leave();
      this.#parts.completion.fail(task, codedFailure(error as DagError)); // it throws DAG_DONATE only
      return;
    }
    const details = detailsOf(future, run, { attempt, copies, places });
    const job = this.#begin(new RemoteJob(task, future, run, details));
    if (session !== this.#submittedLast) {
      this.#submitted.add(session);
      this.#submittedLast = session;
    }
    session.submit(job);
    if (!run.limited) this.#follow(job, session);
  }

  /** Sends off what was submitted. */
  flush(): void {
    if (this.#submitted.size === 0) return;
    const submitted = this.#submitted;
    // A new set, for one that is cleared again and again links the hash tables that it had, and they keep dead runs alive.
    this.#submitted = new Set();
    this.#submittedLast = undefined;
    for (const session of submitted) session.flush();
    const [first] = submitted;
    first?.linger();
  }

  #begin(job: RemoteJob): RemoteJob {
    const { task, future, run } = job;
    this.#parts.table.scheduler.start(task);
    setState(future, RUNNING);
    this.#jobs[task] = job;
    this.#pending += 1;
    run.observer?.started(future, job.attempt);
    return job;
  }

  /**
   * Lets the calls follow that need nothing but values of one bundle which nobody else needs: chains, and trees whose
   * leaves are in the bundle, come back only with their last value.
   */
  #follow(first: RemoteJob, session: Session<RemoteJob>): void {
    const { scheduler } = this.#parts.table;
    for (let job: RemoteJob | undefined = first; job !== undefined;) {
      if (job.over || !canLead(job.future)) return;
      const task = scheduler.soleDependent(job.task);
      if (task === -1) return;
      const edges = scheduler.consumers(job.task);
      if (this.#counts.add(task, edges, session.bundle) !== scheduler.pending(task)) return;
      job = this.#tryFollow(task, job.run, session);
    }
  }

  #tryFollow(task: number, run: Run, session: Session<RemoteJob>): RemoteJob | undefined {
    const { scheduler } = this.#parts.table;
    if (scheduler.state(task) !== TASK_WAITING || scheduler.lane(task) !== REMOTE) return undefined;
    if (this.#parts.table.runOf(task) !== run) return undefined;
    const future = this.#parts.table.futureOf(task);
    // Its store is to be asked first, when everything that it needs is there.
    if (run.storing !== undefined && (future._flags & ON_DISK) !== 0) return undefined;
    if (!future._spec.simpleBody || (future._flags & DEEP) !== 0 || !session.takes(future)) return undefined;
    const found = new Set<RemoteJob>();
    scheduler.eachInput(task, (input) => {
      const job = this.#jobs[input];
      if (job !== undefined && scheduler.state(input) === TASK_RUNNING) found.add(job);
    });
    const inputs = [...found];
    const job = new RemoteJob(task, future, run, detailsOf(future, run, PLAIN));
    if (!session.follow(job, inputs)) {
      job.close();
      return undefined;
    }
    job.follow(inputs);
    return this.#begin(job);
  }

  /** Takes a job off the books; gives false when nobody waits for it any more. */
  #end(job: RemoteJob): boolean {
    if (job.over) return false;
    job.close();
    this.#jobs[job.task] = undefined;
    this.#pending -= 1;
    return true;
  }

  /** See {@link JobHost}, as for the three that follow. */
  finished(job: RemoteJob, value: unknown, scope: Scope | undefined): void {
    if (!this.#end(job)) return;
    const { task, future, run } = job;
    this.#finishInputs(job);
    const failure = future._spec.outputs === undefined ? undefined : outputsFailure(future, value);
    if (failure !== undefined) {
      this.#parts.retries.failed({ task, future, run, failure });
      return;
    }
    this.#parts.retries.forget(future);
    const { identity } = future._spec;
    if (identity.bytes.count < SIZES_TAKEN) identity.measureSize(bytesOf(value));
    if (scope?.made !== undefined || future._nested !== undefined) settleNested(future, scope?.made);
    run.observer?.measured(future, job.record);
    this.#parts.completion.complete(task, future, value, scope?.effects);
  }

  /** The calls whose values a job has used where they were computed have ended, too. */
  #finishInputs(job: RemoteJob): void {
    const { scheduler } = this.#parts.table;
    for (const input of inputsOf(job)) {
      if (!input.kept || input.over) continue;
      // Somebody else came to need the value since it was decided to leave it there.
      if (scheduler.soleDependent(input.task) === -1) {
        this.returned(input);
        continue;
      }
      this.#end(input);
      input.run.observer?.measured(input.future, input.record);
      this.#parts.completion.finish(input.task, input.future, undefined);
    }
  }

  failed(job: RemoteJob, failure: JobFailure): void {
    if (!this.#end(job)) return;
    const { task, future, run } = job;
    this.#finishInputs(job);
    this.#parts.retries.failed({ task, future, run, failure: toFailure(failure), final: failure.final });
  }

  returned(job: RemoteJob): void {
    if (!this.#end(job)) return;
    setState(job.future, WAITING);
    job.run.observer?.returned(job.future);
    this.#parts.table.scheduler.takeBack(job.task);
    this.#returnInputs(job);
  }

  /** What a job should have used was left where it cannot be had any more. */
  #returnInputs(job: RemoteJob): void {
    for (const input of inputsOf(job)) {
      if (!input.kept || input.over) continue;
      this.returned(input);
      this.#parts.wake(input.run);
    }
  }

  kept(job: RemoteJob): void {
    job.keep();
    // The job that was to use the value has been stopped; somebody else may want it.
    if (job.follower?.over === true && !job.over) this.returned(job);
  }

  stays(job: RemoteJob, reason: JobFailure): void {
    const { future, run } = job;
    future._flags |= STAYS;
    const { identity } = future._spec;
    if (!job.over && !this.#told.has(identity)) {
      this.#told.add(identity);
      run.observer?.stayed(future, `${reason.code}: ${reason.message}`);
    }
    this.returned(job);
  }

  /** Stops what runs for a task. */
  stop(task: number, future: Future, reason: unknown): void {
    const job = this.#jobs[task];
    if (job === undefined) return;
    this.#end(job);
    this.#returnInputs(job);
    setState(future, IDLE);
    job.run.session?.cancel(
      job,
      reason ?? new DagError('DAG_ABORTED', { message: `${future._spec.name} is not needed any more.` }),
    );
  }
}

/** Whom an executor tells of one run. */
class RunHost implements JobHost<RemoteJob> {
  readonly #remote: Remote;
  readonly #run: Run;

  constructor(remote: Remote, run: Run) {
    this.#remote = remote;
    this.#run = run;
  }

  get ready(): number {
    return this.#remote.readyOf(this.#run);
  }

  finished(job: RemoteJob, value: unknown, scope: Scope | undefined): void {
    this.#remote.finished(job, value, scope);
  }

  kept(job: RemoteJob): void {
    this.#remote.kept(job);
  }

  failed(job: RemoteJob, failure: JobFailure): void {
    this.#remote.failed(job, failure);
  }

  returned(job: RemoteJob): void {
    this.#remote.returned(job);
  }

  stays(job: RemoteJob, reason: JobFailure): void {
    this.#remote.stays(job, reason);
  }

  shared(future: Future, value: unknown): void {
    this.#remote.shared(future, value);
  }

  wake(): void {
    this.#remote.wake(this.#run);
  }
}

/** The details of a job; the same for all that have none. */
function detailsOf(future: Future, run: Run, { attempt, copies, places }: Omit<JobDetails, 'expected'>): JobDetails {
  const counted = run.options.maxBytes !== undefined;
  if (!counted && attempt === 1 && copies.length + places.length === 0) return PLAIN;
  return { attempt, copies, places, expected: counted ? estimatedBytes(future) : 0 };
}

/** Whether nothing asks for a call's value but the call that takes it. */
function canLead({ _spec: spec, _flags: flags }: Future): boolean {
  return spec.simpleBody && (flags & WANTED) === 0;
}

function toFailure({ code, message, remedy, thrown }: JobFailure): Failure {
  return {
    code,
    message,
    ...(remedy === undefined ? {} : { remedy }),
    hasCause: thrown !== undefined,
    cause: thrown?.value,
  };
}
