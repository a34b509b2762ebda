import { DagError } from '../errors.js';
import { argumentValues, runBody } from '../executor/inline.js';
import { isThenable } from '../executor/thenable.js';
import { abortScope } from '../graph/abort.js';
import { timedOut, wroteInput } from '../graph/call-faults.js';
import { displayName } from '../graph/dependencies.js';
import { type Future, IDLE, RUNNING, setState } from '../graph/future.js';
import { currentScope, Scope, scopes } from '../graph/scope.js';
import { bytesOf } from '../memory/buffers.js';
import { fingerprint } from '../memory/fingerprint.js';
import { Attempt } from './attempt.js';
import { outputsFailure, type Completion } from './completion.js';
import type { Crowds } from './crowds.js';
import { donatedArguments } from './donate.js';
import { bodyFailure, codedFailure, type Failure } from './failure.js';
import { settleNested } from './nested.js';
import type { Retries } from './retries.js';
import type { Run } from './run.js';
import { Slot } from './slot.js';
import type { TaskTable } from './task-table.js';

/** What the running of bodies asks of the loop. */
export interface BodiesHost {
  readonly now: () => number;
  /** A task of the run may be able to start now. */
  wake(run: Run): void;
  /** A body was aborted: its inner runs are of no use. */
  failInner(future: Future): void;
}

/** What the running of bodies works with. */
export interface BodiesParts {
  readonly table: TaskTable;
  readonly completion: Completion;
  readonly retries: Retries;
  readonly crowds: Crowds;
  readonly host: BodiesHost;
}

/** Runs the bodies of calls: scopes, limits, retries, timeouts, aborts. */
export class Bodies {
  readonly #table: TaskTable;
  readonly #completion: Completion;
  readonly #host: BodiesHost;
  /** The scope that synchronous bodies of the current stretch share. */
  #shared: Scope | undefined;
  /** Scopes of bodies on the JavaScript stack below the current stretch: each called `resolveSync`. */
  readonly #below: (Scope | undefined)[] = [];
  /** Bodies whose promise has not settled. */
  readonly #attempts = new Map<number, Attempt>();
  readonly #retries: Retries;
  readonly #crowds: Crowds;

  constructor({ table, completion, retries, crowds, host }: BodiesParts) {
    this.#table = table;
    this.#completion = completion;
    this.#retries = retries;
    this.#crowds = crowds;
    this.#host = host;
  }

  /** How many bodies wait for a promise. */
  get pending(): number {
    return this.#attempts.size;
  }

  /** The scopes of the bodies that wait for a promise, by task. */
  scopeOf(task: number): Scope | undefined {
    return this.#attempts.get(task)?.scope;
  }

  /** The first call that waits for a promise. */
  firstPending(): Future | undefined {
    for (const attempt of this.#attempts.values()) return attempt.future;
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
      result = runBody(future);
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
    if (scope.made !== undefined || future._nested !== undefined) settleNested(future, scope.made);
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

  #startWithCare(task: number, future: Future, run: Run): void {
    const places = this.#crowds.admit(task, future, run);
    if (places === undefined) return;
    const { options } = future._spec;
    const number = this.#retries.attemptOf(future);
    const scope = this.#freshScope(future, run);
    scope.attempt = number;
    scope.capturesCallSites = run.options.debug === true;
    scope.kept = true;
    this.#table.scheduler.start(task);
    setState(future, RUNNING);
    run.observer?.started(future, number);
    const slot = places.length === 0 ? undefined : new Slot(scope, places);
    const debug = run.options.debug === true ? fingerprint(this.#borrowed(future)) : undefined;
    const attempt = new Attempt({ task, future, run, scope, slot, fingerprint: debug, startedAt: this.#host.now() });
    let result: unknown;
    let awaited: boolean;
    try {
      const args = options.donate === undefined ? undefined : donatedArguments(future, this.#table);
      result = runBody(future, args);
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
        const failure = faultFailure(timedOut(future, options.timeout ?? 0));
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
      this.#retries.failed({ task, future, run, failure });
      return;
    }
    this.#retries.forget(future);
    const { identity } = future._spec;
    const { result } = end as { result: unknown }; // no failure, so a result
    if (attempt.startedAt > 0 && identity.cost.count < 64) {
      identity.measure(this.#host.now() - attempt.startedAt, bytesOf(result));
    }
    if (scope.made !== undefined || future._nested !== undefined) settleNested(future, scope.made);
    this.#completion.complete(task, future, result, scope.effects);
  }

  /** Why a result cannot be taken. */
  #resultFailure(attempt: Attempt, result: unknown): Failure | undefined {
    const { future, startedAt, fingerprint: before } = attempt;
    const { timeout } = future._spec.options;
    if (timeout !== undefined && startedAt > 0 && this.#host.now() - startedAt > timeout)
      return faultFailure(timedOut(future, timeout));
    if (before !== undefined && fingerprint(this.#borrowed(future)) !== before) return faultFailure(wroteInput(future));
    return outputsFailure(future, result);
  }

  /** Stops what runs for a task: its body, or the wait for another attempt. */
  stop(task: number, future: Future, reason: unknown): void {
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
}

/** What a body still does is of no use, but its rejection must not go unhandled. */
function ignore(result: unknown): void {
  Promise.resolve(result).then(undefined, () => undefined);
}

/** How a body ended. */
type BodyEnd = { readonly result: unknown } | { readonly failure: Failure };

function failureOf(thrown: unknown): Failure {
  return thrown instanceof DagError && thrown.code === 'DAG_DONATE' ? codedFailure(thrown) : bodyFailure(thrown);
}

/** The failure of a call whose body threw nothing. */
function faultFailure(fault: Pick<Failure, 'code' | 'message' | 'remedy'>): Failure {
  return { ...fault, hasCause: false, cause: undefined };
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
