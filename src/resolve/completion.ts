import { DagError, type NodeError } from '../errors.js';
import { argumentValues } from '../executor/inline.js';
import { eachFuture, holdsFuture, substituteFutures } from '../graph/containers.js';
import {
  CALLED,
  DONE,
  EXPANDED,
  FAILED,
  Future,
  IDLE,
  KEPT,
  ON_DISK,
  setState,
  STATE_BITS,
  TARGETED,
  UNSEEN,
} from '../graph/future.js';
import { checkOutputs, partsToFill, takePart } from '../graph/outputs.js';
import { displayName } from '../graph/dependencies.js';
import type { Painter } from '../schedule/picture.js';
import { EXPANDED as TASK_EXPANDED, RUNNING as TASK_RUNNING } from '../schedule/states.js';
import { Activation } from './activation.js';
import { bodyFailure, callFailure, codedFailure, maxCallsError, type Failure } from './failure.js';
import type { Run } from './run.js';
import { DEFAULT_MAX_CALLS } from './run-options.js';
import type { TaskTable } from './task-table.js';
import { eachRun, isList } from './waiters.js';

/** What the completion of calls asks of the runs. */
export interface CompletionHost {
  /** A target of `run` has its value. */
  targetDone(run: Run, future: Future): void;
  /** A target of `run` failed. */
  targetFailed(run: Run, future: Future, error: NodeError): void;
  /** A run cannot go on. */
  failRun(run: Run, error: unknown): void;
  /** A task waits for a call that was active before: the two may wait for each other. */
  suspect(task: number): void;
  /** Stops whatever a running body does; its result is not wanted any more. */
  stopBody(task: number, future: Future, reason?: unknown): void;
  /** A call that waits is not wanted any more, also if it waits for another attempt. */
  forget(future: Future): void;
}

function valueOf(future: Future): unknown {
  return future._value;
}

/** Brings calls to their end: with a value, in other calls, without a value. */
export class Completion {
  readonly #table: TaskTable;
  /** Of the calls that bodies bring up: always walked to the end at once. */
  readonly #activation: Activation;
  readonly #host: CompletionHost;

  constructor(table: TaskTable, painter: Painter, host: CompletionHost) {
    this.#table = table;
    this.#activation = new Activation(table, painter);
    this.#host = host;
  }

  /** A body's result is there: a value, or something with Futures in it. Promises were awaited before. */
  complete(task: number, future: Future, result: unknown, effects: readonly Future[] | undefined): void {
    if (effects !== undefined) this.#expand(task, future, result, effects);
    else if (typeof result === 'object' && result !== null && !ArrayBuffer.isView(result))
      this.#completeObject(task, future, result);
    else this.finish(task, future, result);
  }

  #completeObject(task: number, future: Future, result: object): void {
    if (result instanceof Future) {
      this.#expand(task, future, result, undefined);
      return;
    }
    // The parts of a multi-output call take what they need themselves, unless somebody asked for the whole.
    const taken = future._spec.outputs !== undefined && (future._flags & TARGETED) === 0;
    let expands: boolean;
    try {
      expands = !taken && holdsFuture(result);
    } catch (thrown) {
      this.fail(task, failureOf(thrown)); // a getter of the result threw, or it holds a Future of another copy
      return;
    }
    if (expands) this.#expand(task, future, result, undefined);
    else this.finish(task, future, result);
  }

  /** Completes a task without a body: its expansion ended, or it takes a part of a value. */
  forward(task: number): void {
    const future = this.#table.futureOf(task);
    if (this.#table.scheduler.state(task) === TASK_EXPANDED) {
      const raw = future._value;
      let value: unknown;
      try {
        value = raw instanceof Future ? raw._value : substituteFutures(raw, valueOf);
      } catch (thrown) {
        this.fail(task, failureOf(thrown));
        return;
      }
      const { outputs } = future._spec;
      if (outputs !== undefined && !this.#hasOutputs(task, future, value)) return;
      this.finish(task, future, value);
      return;
    }
    const run = this.#table.runOf(task);
    run.observer?.started(future, 1);
    let part: unknown;
    try {
      part = takePart(future, valueOf(future._args[0] as Future)); // the first argument of a part is its whole
    } catch (thrown) {
      this.fail(task, bodyFailure(thrown));
      return;
    }
    this.complete(task, future, part, undefined);
  }

  /** Whether the value has the outputs its node promises; fails the call otherwise. */
  #hasOutputs(task: number, future: Future, value: unknown): boolean {
    const failure = outputsFailure(future, value);
    if (failure !== undefined) this.fail(task, failure);
    return failure === undefined;
  }

  /** The call has its value. */
  finish(task: number, future: Future, value: unknown): void {
    const { scheduler, ledger, pool, waiters } = this.#table;
    future._value = value;
    setState(future, DONE);
    const run = this.#table.runOf(task);
    const runs = waiters.take(task);
    if (runs !== undefined && isKept(runs)) future._flags |= KEPT;
    // Hold the result before the inputs are dropped: a body may return an input, or a view of one.
    if (pool.inUse) {
      ledger.hold(future, this.#readBy(future, value));
      ledger.giveBack(future);
    }
    const { provenance } = this.#table;
    provenance?.finish(task, future);
    const stored = this.#keep(task, future, run);
    if (!run.simple) run.finished(future, value, stored);
    if (future._spec.outputs !== undefined) this.#fillParts(future, value, task);
    scheduler.finish(task);
    if (!run.simple && !stored) run.observer?.deactivated(future); // it never was active
    if (runs === undefined) return;
    // Without a function for each call, for there may be many.
    if (isList(runs)) for (const waiting of runs) this.#host.targetDone(waiting, future);
    else this.#host.targetDone(runs, future);
  }

  /** Gives the value of a call to the run's store; gives true where it came from there. */
  #keep(task: number, future: Future, run: Run): boolean {
    if (run.storing === undefined || (future._flags & ON_DISK) === 0) return false;
    return run.storing.finished(future, this.#table.provenance?.beyond(task));
  }

  /**
   * What a call's value lies on. Where a multi-output call gave calls for its parts, these were not activated yet, so the
   * whole holds what the body was given until its parts are taken.
   */
  #readBy(future: Future, value: unknown): unknown {
    return future._spec.outputs !== undefined && holdsFuture(value)
      ? [value, argumentValues(future), future._receiver]
      : value;
  }

  /** Gives the parts of a persisting call their values, those too that nobody asked for yet. */
  #fillParts(whole: Future, value: unknown, task: number): void {
    for (const part of partsToFill(whole)) {
      // A part that was not released keeps the value that it has, and that others may have seen.
      if (part._slot !== -1 || (part._flags & STATE_BITS) === DONE) continue;
      let taken: unknown;
      try {
        taken = takePart(part, value);
        if (holdsFuture(taken)) continue;
      } catch {
        continue; // a getter of the result threw: whoever asks for the part will be told
      }
      part._value = taken;
      setState(part, DONE);
      if (this.#table.pool.inUse) this.#table.ledger.hold(part, taken);
      this.#keep(task, part, this.#table.runOf(task));
    }
  }

  /** The body ended in other calls' Futures, or with effects: the call waits for them. */
  #expand(task: number, future: Future, result: unknown, effects: readonly Future[] | undefined): void {
    const { scheduler } = this.#table;
    const run = this.#table.runOf(task);
    const inputs = scheduler.countInputs(task);
    this.#table.provenance?.expand(task);
    try {
      const join = (inner: Future): void => {
        this.#activation.join(run, task, inner);
      };
      eachFuture(result, join);
      effects?.forEach(join);
    } catch (thrown) {
      this.#activation.discard();
      this.fail(task, failureOf(thrown));
      return;
    }
    run.calls.count += this.#activation.fresh;
    future._value = result;
    future._flags |= CALLED;
    setState(future, EXPANDED);
    if (!run.simple) {
      run.observer?.expanded(future);
      run.observer?.consumed(future);
    }
    // The calls it made have borrowed what they read of its arguments.
    if (this.#table.pool.inUse) this.#table.ledger.giveBack(future);
    scheduler.expand(task, inputs);
    if (this.#activation.met) this.#host.suspect(task);
    try {
      this.#activation.submit(run, task);
    } catch (thrown) {
      // An estimate is a function of the user's, too.
      this.#activation.discard();
      this.fail(task, failureOf(thrown));
      return;
    }
    const maxCalls = run.options.maxCalls ?? DEFAULT_MAX_CALLS;
    if (run.calls.count <= maxCalls) return;
    const error = maxCallsError(maxCalls, future);
    // Other runs may still want the calls of a run that is over.
    if (run.over) this.fail(task, codedFailure(error));
    else this.#host.failRun(run, error);
  }

  /** The call failed: nothing that depends on it runs, and the targets among these fail. */
  fail(task: number, failure: Failure): void {
    const { scheduler, waiters } = this.#table;
    const origin = this.#table.futureOf(task);
    // Which task the failure came through, for the path from each target.
    const through = new Map<number, number>([[task, -1]]);
    const affected = [task];
    for (const at of affected) {
      scheduler.eachDependent(at, (dependent) => {
        if (through.has(dependent)) return;
        through.set(dependent, at);
        affected.push(dependent);
      });
    }
    const hits: { run: Run; future: Future; error: NodeError }[] = [];
    for (const at of affected) {
      const future = this.#table.futureOf(at);
      const runs = waiters.take(at);
      if (runs === undefined) continue;
      // Paths may be as long as the graph is deep: errors keep their ends only.
      const path: Future[] = [];
      for (let step = at; step !== -1; step = through.get(step) ?? -1) path.push(this.#table.futureOf(step));
      const error = callFailure(failure, path);
      eachRun(runs, (run) => hits.push({ run, future, error }));
    }
    const error = hits[0]?.error ?? callFailure(failure, [origin]);
    for (const at of affected) {
      const future = this.#table.futureOf(at);
      // A call whose nested call failed has failed, too; one that only waited for the value never ran.
      const failed = at === task || scheduler.state(at) === TASK_EXPANDED;
      const { observer } = this.#table.runOf(at);
      // It was started together with what it waits for.
      if (at !== task && scheduler.state(at) === TASK_RUNNING) this.#host.stopBody(at, future);
      if (failed) observer?.failed(future, error);
      else observer?.skipped(future);
      this.#table.drop(at, failed ? FAILED : IDLE);
    }
    this.cancelOrphans(undefined);
    for (const hit of hits) this.#host.targetFailed(hit.run, hit.future, hit.error);
  }

  /** Cancels the calls that nobody wants any more, and what only they wanted. */
  cancelOrphans(reason: unknown): void {
    const { scheduler } = this.#table;
    for (let task = scheduler.nextOrphan(); task !== -1; task = scheduler.nextOrphan()) {
      const future = this.#table.futureOf(task);
      const { observer } = this.#table.runOf(task);
      if (scheduler.state(task) === TASK_RUNNING) {
        observer?.aborted(future);
        this.#host.stopBody(task, future, reason);
      } else {
        // Nobody was told of a call whose dependencies were not looked at yet.
        if ((future._flags & UNSEEN) === 0) observer?.skipped(future);
        this.#host.forget(future);
      }
      this.#table.drop(task, IDLE);
    }
  }
}

/** Whether any of the runs that wait for a call keeps its value. */
function isKept(runs: Run | readonly Run[]): boolean {
  return isList(runs) ? runs.some(({ keeps }) => keeps) : runs.keeps;
}

/** What a look into a result met: a coded error of the library, or an error of the result's own code. */
export function failureOf(thrown: unknown): Failure {
  return thrown instanceof DagError ? codedFailure(thrown) : bodyFailure(thrown);
}

/** Why a result is not what the node's `outputs` promise; undefined when it is, or cannot be told yet. */
export function outputsFailure(future: Future, result: unknown): Failure | undefined {
  const { outputs } = future._spec;
  if (outputs === undefined || result instanceof Future) return undefined;
  try {
    checkOutputs(displayName(future), outputs, result);
    return undefined;
  } catch (error) {
    if (error instanceof DagError) return codedFailure(error);
    throw error;
  }
}
