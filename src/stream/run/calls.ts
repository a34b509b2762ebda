import type { Executor } from '../../graph/executor.js';
import { Future } from '../../graph/future.js';
import { bodyOf, currentScope, scopes } from '../../graph/scope.js';
import type { ResolveOptions } from '../../graph/run-options.js';
import { Roster, type Seat } from '../../graph/roster.js';
import { resolve, resolver } from '../../resolve/resolve.js';
import type { Run, RunSink } from '../../resolve/run.js';
import type { Step } from '../plan/plan.js';
import { BodyScope } from './body-scopes.js';
import type { Token } from './token.js';

/** Who is told how a call ended. */
export interface Settled {
  readonly done: (value: unknown, future: Future | undefined) => void;
  readonly failed: (thrown: unknown) => void;
}

/** A call, and who waits for it. */
type Call = readonly [future: Future, settled: Settled];

/** Makes calls of a pipeline through the resolver: those that run on threads, are tried again, or are limited. */
export class Calls {
  readonly #options: ResolveOptions;
  readonly #runs = new Roster<Run>();
  readonly #controller = new AbortController();
  /** Calls that the present stretch has made. */
  #stretch: Call[] = [];

  constructor(executor: Executor | undefined) {
    this.#options = executor === undefined ? { settle: true } : { executor, settle: true };
  }

  /** Whether a body of the run is asking: what waits for the run there waits for itself. */
  get isAsking(): boolean {
    const current = scopes.current();
    if (current === undefined) return false;
    const body = bodyOf(current);
    if (body instanceof BodyScope) return body.owner === this && body.runs;
    return this.#runs.all().some((run) => run === body.run);
  }

  /** Makes the call of a step for an item. Values that came from calls of their own go in as these, and are not copied. */
  make(step: Step, token: Token, settled: Settled): void {
    const { _spec: spec, _receiver: receiver } = step.future;
    let { slots } = token;
    if (token.futures !== undefined) {
      slots = slots.slice();
      for (const [slot, future] of token.futures) slots[slot] = future;
    }
    this.run(new Future(spec, step.values(slots), receiver, undefined, undefined), settled);
  }

  /** Resolves a call; on an executor, together with those of the same synchronous stretch, for which one run does. */
  run(future: Future, settled: Settled): void {
    if (this.#options.executor === undefined) {
      this.#begin([[future, settled]]);
      return;
    }
    this.#stretch.push([future, settled]);
    if (this.#stretch.length === 1) queueMicrotask(this.#send);
  }

  readonly #send = (): void => {
    const calls = this.#stretch;
    this.#stretch = [];
    if (calls.length > 0) this.#begin(calls);
  };

  #begin(calls: readonly Call[]): void {
    const waiting = new Map(calls);
    let seat: Seat<Run> | undefined;
    const sink: RunSink = {
      target: (future, outcome) => {
        const settled = waiting.get(future);
        waiting.delete(future);
        if (outcome.status === 'fulfilled') settled?.done(outcome.value, future);
        else settled?.failed(outcome.reason);
      },
      end: (error) => {
        if (seat !== undefined) this.#runs.leave(seat);
        for (const { failed } of waiting.values()) failed(error);
      },
    };
    // Outside of whatever body is current: the calls are none of its own.
    const run = currentScope.run(undefined, () =>
      resolver.begin({ targets: calls.map(([future]) => future), options: this.#options, sink }),
    );
    if (!run.over) seat = this.#runs.enter(run);
  }

  /** Resolves what a body gave: something with Futures in it. */
  resolve(target: unknown): Promise<unknown> {
    const options = { ...this.#options, settle: false, signal: this.#controller.signal };
    return currentScope.run(undefined, () => resolve(target, options));
  }

  /** Ends the calls that have not ended. */
  abort(reason: unknown): void {
    for (const run of this.#runs) resolver.abort(run, reason);
    this.#runs.clear();
    for (const [, { failed }] of this.#stretch.splice(0)) failed(reason);
    this.#controller.abort(reason);
  }
}
