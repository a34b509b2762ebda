import { DagError, describeThrown } from '../errors.js';
import { argumentValues, InlineExecutor } from '../executor/inline.js';
import { displayName } from '../graph/dependencies.js';
import { type Future, IDLE, RUNNING, setState, WAITING } from '../graph/future.js';
import { describeOption } from '../graph/options.js';
import { currentScope, Scope, scopes } from '../graph/scope.js';
import type { NodeIdentity } from '../graph/spec.js';
import { bytesOf } from '../memory/buffers.js';
import { fingerprint } from '../memory/fingerprint.js';
import { Attempt, abortScope } from './attempt.js';
import { outputsFailure, type Completion } from './completion.js';
import { Crowd } from './crowd.js';
import { donatedArguments } from './donate.js';
import { bodyFailure, codedFailure, type Failure } from './failure.js';
import { settleNested } from './nested.js';
import type { Run } from './run.js';
import { Slot, type Place } from './slot.js';
import type { TaskTable } from './task-table.js';

/** What the running of bodies asks of the loop. */
export interface BodiesHost {
  readonly now: () => number;
  /** A task of the run may be able to start now. */
  wake(run: Run): void;
  /** A body was aborted: its inner runs are of no use. */
  failInner(future: Future): void;
}

/** Whether a body's result is to be awaited. */
function isThenable(result: unknown): boolean {
  if (typeof result !== 'object' || result === null || ArrayBuffer.isView(result) || Array.isArray(result))
    return false;
  return result instanceof Promise || typeof (result as { then?: unknown }).then === 'function'; // as `await` asks
}

/** Runs the bodies of calls: scopes, limits, retries, timeouts, aborts. */
export class Bodies {
  readonly #table: TaskTable;
  readonly #completion: Completion;
  readonly #host: BodiesHost;
  readonly #inline = new InlineExecutor();
  /** The scope that synchronous bodies of the current stretch share. */
  #shared: Scope | undefined;
  /** Scopes of bodies on the JavaScript stack below the current stretch: each called `resolveSync`. */
  readonly #below: (Scope | undefined)[] = [];
  /** Bodies whose promise has not settled. */
  readonly #attempts = new Map<number, Attempt>();
  /** Attempts that failed so far, of calls that are tried again. */
  readonly #failures = new Map<Future, number>();
  /** Waits before another attempt. */
  readonly #delays = new Map<number, NodeJS.Timeout>();
  /** Running calls of nodes with a `concurrency`, and those that wait for one of them to end. */
  readonly #crowds = new WeakMap<NodeIdentity, Crowd>();
  /** The crowds in which calls wait. */
  readonly #crowded = new Map<NodeIdentity, Crowd>();

  constructor(table: TaskTable, completion: Completion, host: BodiesHost) {
    this.#table = table;
    this.#completion = completion;
    this.#host = host;
  }

  /** How many bodies wait for a promise, and how many calls for another attempt. */
  get pending(): number {
    return this.#attempts.size + this.#delays.size;
  }

  /** The scopes of the bodies that wait for a promise, by task. */
  scopeOf(task: number): Scope | undefined {
    return this.#attempts.get(task)?.scope;
  }

  /** The first call that waits for a promise. */
  firstPending(): Future | undefined {
    for (const attempt of this.#attempts.values()) return attempt.future;
    for (const task of this.#delays.keys()) return this.#table.futureOf(task);
    return undefined;
  }

  /** Starts a task that is ready: runs its body, and if that is synchronous completes it. */
  start(task: number, future: Future, run: Run): void {
    if (!run.simple || !future._spec.simpleBody) {
      this.#startWithCare(task, future, run);
      return;
    }
    this.#table.scheduler.start(task);
    setState(future, RUNNING);
    const scope = this.#scopeFor(future, run);
    let result: unknown;
    let awaited: boolean;
    try {
      result = this.#inline.execute(future);
      awaited = isThenable(result);
    } catch (thrown) {
      if (!scope.aborted) this.#completion.fail(task, bodyFailure(thrown));
      return;
    }
    if (scope.aborted) {
      if (awaited) ignore(result);
      return;
    }
    if (awaited) {
      scope.kept = true;
      this.#await(
        new Attempt({
          task,
          future,
          run,
          scope,
          slot: undefined,
          fingerprint: undefined,
          startedAt: this.#host.now(),
        }),
        result,
      );
      return;
    }
    if (scope.made !== undefined || future._nested !== undefined) settleNested(future, scope);
    this.#completion.complete(task, future, result, scope.effects);
  }

  /** The scope for a body: the one of the body before, if nothing holds it. */
  #scopeFor(future: Future, run: Run): Scope {
    const shared = this.#shared;
    if (shared === undefined || shared.kept || shared.aborted) return this.#freshScope(future, run);
    shared.graph = future._graph;
    shared.parent = future;
    shared.run = run;
    if (shared.made !== undefined) shared.made = undefined;
    if (shared.effects !== undefined) shared.effects = undefined;
    return shared;
  }

  #freshScope(future: Future, run: Run): Scope {
    const scope = new Scope(future._graph, future, run);
    this.#shared = scope;
    currentScope.enterWith(scope);
    return scope;
  }

  /** Begins a stretch of bodies, which may be inside a body of another, and gives what ends it. */
  enterStretch(): () => void {
    const below = this.#shared;
    this.#below.push(below);
    this.#shared = undefined;
    // A body may end its own run, and is in it all the same.
    scopes.enter();
    return () => {
      scopes.leave();
      this.#leaveScope();
      this.#below.pop();
      this.#shared = below;
    };
  }

  /** Ends a stretch of bodies: what they left behind, such as timers, is outside any body from now on. */
  #leaveScope(): void {
    const shared = this.#shared;
    if (shared === undefined || shared.kept) return;
    shared.graph = undefined;
    shared.parent = undefined;
    shared.run = undefined;
  }

  /** The inline executor, for runs that name none. */
  get inline(): InlineExecutor {
    return this.#inline;
  }

  #startWithCare(task: number, future: Future, run: Run): void {
    const { options } = future._spec;
    const crowd = options.concurrency === undefined ? undefined : this.#crowdOf(future._spec.identity);
    const limit = options.concurrency ?? Infinity;
    if (crowd?.isOpen(limit) === false) {
      crowd.wait(task);
      this.#crowded.set(future._spec.identity, crowd);
      return;
    }
    const places: Place[] = [];
    if (run.limited) places.push(run.limiter);
    if (crowd !== undefined) {
      places.push(
        crowd.place(limit, () => {
          this.#callNext(future._spec.identity, crowd);
        }),
      );
    }
    for (const place of places) place.enter();
    const failures = this.#failures.get(future) ?? 0;
    const scope = this.#freshScope(future, run);
    scope.attempt = failures + 1;
    scope.capturesCallSites = run.options.debug === true;
    scope.kept = true;
    this.#table.scheduler.start(task);
    setState(future, RUNNING);
    run.observer?.started(future, failures + 1);
    const slot = places.length === 0 ? undefined : new Slot(scope, places);
    const debug = run.options.debug === true ? fingerprint(this.#borrowed(future)) : undefined;
    const attempt = new Attempt({ task, future, run, scope, slot, fingerprint: debug, startedAt: this.#host.now() });
    let result: unknown;
    let awaited: boolean;
    try {
      const args = options.donate === undefined ? undefined : donatedArguments(future, this.#table);
      const executor = options.executor === 'inline' ? this.#inline : run.executor;
      result = executor.execute(future, args);
      awaited = isThenable(result);
    } catch (thrown) {
      if (scope.aborted) attempt.close();
      else this.#ended(attempt, { failure: failureOf(thrown) });
      return;
    }
    if (scope.aborted) {
      if (awaited) ignore(result);
      attempt.close();
    } else if (awaited) this.#await(attempt, result);
    else this.#ended(attempt, { result });
  }

  /** The arguments whose buffers the body must not write to. */
  #borrowed(future: Future): unknown[] {
    const donated = new Set(future._spec.options.donate);
    return argumentValues(future).filter((_, position) => !donated.has(position));
  }

  #await(attempt: Attempt, result: unknown): void {
    const { task, future, run, scope } = attempt;
    const { identity, options } = future._spec;
    identity.asynchronous = true;
    // A thenable of the user's may do anything when it is asked; the promise around it may not.
    const promise = Promise.resolve(result);
    if (run.sync) {
      ignore(promise);
      this.#ended(attempt, { failure: asyncFailure(future) });
      return;
    }
    this.#attempts.set(task, attempt);
    run.awaiting += 1;
    // The body may go on after its run is over, and still ask for its call.
    scopes.enter();
    if (options.timeout !== undefined) {
      attempt.limit(options.timeout, () => {
        const failure = timeoutFailure(future, options.timeout ?? 0);
        this.#table.ledger.keepInputs(future);
        abortScope(scope, new DagError(failure.code, failure));
        this.#ended(attempt, { failure });
        this.#host.failInner(future);
        this.#host.wake(run);
      });
    }
    const settled = (end: BodyEnd): void => {
      scopes.leave();
      if (attempt.closed) return;
      this.#ended(attempt, end);
      this.#host.wake(run);
    };
    promise.then(
      (value) => {
        settled({ result: value });
      },
      (thrown: unknown) => {
        settled({ failure: bodyFailure(thrown) });
      },
    );
  }

  /** A body has come to its end, well or not. */
  #ended(attempt: Attempt, end: BodyEnd): void {
    const { task, future, run, scope } = attempt;
    if (this.#attempts.delete(task)) run.awaiting -= 1;
    attempt.close();
    if (scope.aborted && !('failure' in end)) return;
    const failure = 'failure' in end ? end.failure : this.#resultFailure(attempt, end.result);
    if (failure !== undefined) {
      this.#failed(attempt, failure);
      return;
    }
    this.#failures.delete(future);
    const { identity } = future._spec;
    const { result } = end as { result: unknown }; // no failure, so a result
    if (attempt.startedAt > 0 && identity.cost.count < 64) {
      identity.measure(this.#host.now() - attempt.startedAt, bytesOf(result));
    }
    if (scope.made !== undefined || future._nested !== undefined) settleNested(future, scope);
    this.#completion.complete(task, future, result, scope.effects);
  }

  /** Why a result cannot be taken. */
  #resultFailure(attempt: Attempt, result: unknown): Failure | undefined {
    const { future, startedAt, fingerprint: before } = attempt;
    const { timeout } = future._spec.options;
    if (timeout !== undefined && startedAt > 0 && this.#host.now() - startedAt > timeout)
      return timeoutFailure(future, timeout);
    if (before !== undefined && fingerprint(this.#borrowed(future)) !== before) return writtenFailure(future);
    return outputsFailure(future, result);
  }

  /** An attempt failed: tries again if the node allows it. */
  #failed(attempt: Attempt, failure: Failure): void {
    const { task, future, run } = attempt;
    const { retries = 0 } = future._spec.options;
    const failures = (this.#failures.get(future) ?? 0) + 1;
    const final = failure.code === 'DAG_DONATE' || failure.code === 'DAG_OUTPUTS' || failure.code === 'DAG_ASYNC_NODE';
    if (failures > retries || final) {
      this.#failures.delete(future);
      this.#completion.fail(task, failure);
      return;
    }
    this.#failures.set(future, failures);
    run.observer?.retried(future, failures, failure.cause);
    let delay: number;
    try {
      delay = delayOf(future, failures);
    } catch (error) {
      this.#failures.delete(future);
      this.#completion.fail(task, codedFailure(error as DagError)); // delayOf throws nothing else
      return;
    }
    setState(future, WAITING);
    if (delay === 0 || run.sync) {
      this.#table.scheduler.requeue(task);
      this.#host.wake(run);
      return;
    }
    this.#delays.set(
      task,
      setTimeout(() => {
        this.#delays.delete(task);
        this.#table.scheduler.requeue(task);
        this.#host.wake(run);
      }, delay),
    );
  }

  /** Forgets the attempts of a call that is not tried again: a later run counts anew. */
  forget(future: Future): void {
    this.#failures.delete(future);
  }

  /** Stops what runs for a task: its body, or the wait for another attempt. */
  stop(task: number, future: Future, reason: unknown): void {
    this.#failures.delete(future);
    clearTimeout(this.#delays.get(task));
    this.#delays.delete(task);
    const attempt = this.#attempts.get(task);
    const scope =
      attempt?.scope ??
      [this.#shared, ...this.#below].find((running) => running?.parent === future && !running.aborted);
    if (scope === undefined) return;
    if (attempt !== undefined && this.#attempts.delete(task)) attempt.run.awaiting -= 1;
    // The body goes on behind our back, and may still read its inputs, or write to them if they were donated.
    if (attempt !== undefined) this.#table.ledger.keepInputs(future);
    abortScope(
      scope,
      reason ?? new DagError('DAG_ABORTED', { message: `${displayName(future)} is not needed any more.` }),
    );
    attempt?.close();
    setState(future, IDLE);
  }

  #crowdOf(identity: NodeIdentity): Crowd {
    let crowd = this.#crowds.get(identity);
    if (crowd === undefined) {
      crowd = new Crowd();
      this.#crowds.set(identity, crowd);
    }
    return crowd;
  }

  /** Somebody left a crowd: the call that waits longest may have the place. Gives whether there was one. */
  #callNext(identity: NodeIdentity, crowd: Crowd): boolean {
    const { scheduler } = this.#table;
    const task = crowd.next(
      (waiting) => scheduler.isReady(waiting) && this.#table.futureOf(waiting)._spec.identity === identity,
    );
    if (!crowd.hasWaiting) this.#crowded.delete(identity);
    if (task === -1) return false;
    scheduler.requeue(task);
    this.#host.wake(this.#table.runOf(task));
    return true;
  }

  /** Offers the free places of crowds again: the calls that they were offered to may have been cancelled since. */
  callWaiting(): boolean {
    let called = false;
    for (const [identity, crowd] of this.#crowded) {
      if (crowd.isOpen(1) && this.#callNext(identity, crowd)) called = true;
    }
    return called;
  }
}

/** What a body still does is of no use, but its rejection must not go unhandled. */
function ignore(result: unknown): void {
  Promise.resolve(result).then(undefined, () => undefined);
}

/** How a body ended. */
type BodyEnd = { readonly result: unknown } | { readonly failure: Failure };

/** The longest time that a timer can be set to: about 25 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Milliseconds to wait after the failure of attempt number `failures`.
 *
 * @throws DAG_OPTION when the node's own function throws, or gives something else.
 */
function delayOf(future: Future, failures: number): number {
  const { retryDelay = 0 } = future._spec.options;
  if (typeof retryDelay === 'number') return Math.min(retryDelay, LONGEST_TIMER);
  let given: unknown;
  try {
    given = retryDelay(failures);
  } catch (cause) {
    throw new DagError('DAG_OPTION', {
      message: `\`retryDelay\` of ${displayName(future)} must give milliseconds of at least 0, but failed: ${describeThrown(cause)}.`,
      cause,
    });
  }
  if (typeof given === 'number' && given >= 0) return Math.min(given, LONGEST_TIMER);
  throw new DagError('DAG_OPTION', {
    message: `\`retryDelay\` of ${displayName(future)} must give milliseconds of at least 0, got ${describeOption(given)}.`,
  });
}

function failureOf(thrown: unknown): Failure {
  return thrown instanceof DagError && thrown.code === 'DAG_DONATE' ? codedFailure(thrown) : bodyFailure(thrown);
}

function timeoutFailure(future: Future, timeout: number): Failure {
  return {
    code: 'DAG_CALL_TIMEOUT',
    message: `${displayName(future)} took longer than its timeout of ${timeout.toString()} ms.`,
    remedy: 'Raise `timeout`, or let the body follow `currentCall().signal`.',
    hasCause: false,
    cause: undefined,
  };
}

function writtenFailure(future: Future): Failure {
  return {
    code: 'DAG_INPUT_WRITTEN',
    message: `The body of ${displayName(future)} wrote into one of its inputs, which other calls may share.`,
    remedy: 'Write into a copy or into alloc(), or give the argument to the body with `donate`.',
    hasCause: false,
    cause: undefined,
  };
}

/** The failure of a call that resolveSync() cannot wait for. */
export function asyncFailure(future: Future): Failure {
  return {
    code: 'DAG_ASYNC_NODE',
    message: `resolveSync() needs ${displayName(future)}, which is asynchronous.`,
    remedy: 'Use `await future.resolve()`.',
    hasCause: false,
    cause: undefined,
  };
}
