import { holdsFuture } from '../../graph/containers.js';
import { Future } from '../../graph/future.js';
import { checkOutputs } from '../../graph/outputs.js';
import type { Scope } from '../../graph/scope.js';
import { isThenable } from '../../executor/thenable.js';
import { blocks } from '../../memory/blocks.js';
import { unshared } from '../../memory/unshared.js';
import { BodyScopes } from './body-scopes.js';
import type { Calls } from './calls.js';
import { Holds } from './holds.js';
import type { Stage } from './stage.js';
import type { Token } from './token.js';

/** Who is told what became of the steps. */
export interface StepHost {
  /** A step has its value. */
  finished(stage: Stage, token: Token, value: unknown): void;
  /** A step threw. `inner`: it was a call that its body returned. */
  failed(stage: Stage, token: Token, thrown: unknown, inner?: boolean): void;
  /** A flow has given its results. */
  emits(stage: Stage, token: Token, results: unknown): void;
  /** Something was waited for: it pays to work on several items at once. */
  waits(): void;
  /** What was told from outside of the runner's own work has been told. */
  drain(): void;
  /** Nothing is wanted any more. */
  readonly over: boolean;
}

/** What is left to do for what a step gave. */
type Rest = 'nothing' | 'await' | 'emit' | 'resolve';

/** What a promise came to. */
type Settlement = { readonly value: unknown } | { readonly thrown: unknown };

/** Carries the steps of items out: bodies and transforms on this thread, calls and states elsewhere. */
export class StepWork {
  readonly #host: StepHost;
  readonly #calls: Calls;
  readonly #now: () => number;
  readonly #scopes: BodyScopes;
  /** The scope of the body that ran last. */
  #scope: Scope | undefined;

  constructor(host: StepHost, { calls, now }: { readonly calls: Calls; readonly now: () => number }) {
    this.#host = host;
    this.#calls = calls;
    this.#scopes = new BodyScopes(calls);
    this.#now = now;
  }

  /** Runs what a stage runs on this thread, and gives what that gives. */
  run(stage: Stage, token: Token): unknown {
    const { step, times } = stage;
    const measured = times.begin();
    const startedAt = measured ? this.#now() : 0;
    let result: unknown;
    switch (stage.kind) {
      case 'body':
        this.#scope = this.#scopes.scopeFor(step.future);
        result = step.call(token.slots);
        if (step.future._spec.outputs !== undefined && !isThenable(result) && !(result instanceof Future))
          checkOutputs(step.name, step.future._spec.outputs, result);
        break;
      case 'transform': {
        if (stage.epoch !== token.epoch) stage.renew(token);
        const chunk = step.call(token.slots);
        result = stage.transform(blocks.inUse && step.recipe?.options.borrows !== true ? unshared(chunk) : chunk);
        break;
      }
      case 'part':
      case 'call':
      case 'pinned':
        result = step.call(token.slots);
    }
    if (measured) times.add(this.#now() - startedAt);
    return result;
  }

  /** Whether what {@link run} gave is the value of its step, and nothing is left to do for it. */
  isDone(stage: Stage, result: unknown): boolean {
    return this.#restOf(stage, result) === 'nothing';
  }

  /** Looks at a result of the user's: what its getters throw is thrown. */
  #restOf({ kind, step }: Stage, result: unknown): Rest {
    if (isThenable(result)) return 'await';
    if (step.begins !== undefined) return 'emit';
    if (kind !== 'body') return 'nothing';
    if (this.#scope?.effects !== undefined) return 'resolve';
    if (typeof result !== 'object' || result === null || ArrayBuffer.isView(result)) return 'nothing';
    return holdsFuture(result) ? 'resolve' : 'nothing';
  }

  /** Takes what {@link run} gave. What its getters throw fails the step. */
  accept(stage: Stage, token: Token, result: unknown): void {
    let rest: Rest;
    let resolving: Promise<unknown> | undefined;
    try {
      rest = this.#restOf(stage, result);
      if (rest === 'resolve') resolving = this.#calls.resolve([result, this.#scope?.effects ?? []]);
    } catch (thrown) {
      this.#host.failed(stage, token, thrown);
      return;
    }
    if (resolving !== undefined) this.#awaitCalls(stage, token, resolving);
    else if (rest === 'await')
      this.#await(stage, token, result as PromiseLike<unknown>); // seen above
    else if (rest === 'emit') this.#host.emits(stage, token, result);
    else this.#host.finished(stage, token, result);
  }

  /** Waits for calls that a body made and gave. */
  #awaitCalls(stage: Stage, token: Token, resolving: Promise<unknown>): void {
    this.#host.waits();
    resolving.then(
      (resolved) => {
        this.#tell(() => {
          this.#host.finished(stage, token, (resolved as [unknown])[0]); // the same shape
        });
      },
      (thrown: unknown) => {
        this.#tell(() => {
          this.#host.failed(stage, token, thrown, true);
        });
      },
    );
  }

  /** Tells the host from outside of its own work, while it still listens. */
  #tell(tell: () => void): void {
    if (this.#host.over) return;
    tell();
    this.#host.drain();
  }

  #await(stage: Stage, token: Token, result: PromiseLike<unknown>): void {
    this.#host.waits();
    const scope = stage.kind === 'body' ? this.#scope : undefined;
    if (scope !== undefined) this.#scopes.keep(scope);
    const startedAt = this.#now();
    const end = (settlement: Settlement): void => {
      if (scope !== undefined) this.#scopes.drop(scope);
      stage.times.add(this.#now() - startedAt);
      this.#scope = scope;
      this.#settle(stage, token, settlement);
    };
    // A thenable of the user's may do anything when it is asked; the promise around it may not.
    Promise.resolve(result).then(
      (value) => {
        end({ value });
      },
      (thrown: unknown) => {
        end({ thrown });
      },
    );
  }

  #settle(stage: Stage, token: Token, settlement: Settlement): void {
    this.#tell(() => {
      if ('thrown' in settlement) this.#host.failed(stage, token, settlement.thrown);
      else this.accept(stage, token, settlement.value);
    });
  }

  /** Hands a step to the resolver, or to the thread that has its state. */
  startElsewhere(stage: Stage, token: Token): void {
    stage.times.count += 1;
    const startedAt = this.#now();
    const end = (tell: () => void): void => {
      stage.times.add(this.#now() - startedAt);
      this.#tell(tell);
    };
    const settled = {
      done: (value: unknown, future: Future | undefined): void => {
        end(() => {
          stage.reconsider();
          if (future !== undefined) (token.futures ??= new Holds()).add(stage.step.slot, future);
          this.#host.finished(stage, token, value);
        });
      },
      failed: (thrown: unknown): void => {
        end(() => {
          this.#host.failed(stage, token, thrown);
        });
      },
    };
    try {
      if (stage.pinned === undefined) this.#calls.make(stage.step, token, settled);
      else stage.pinned.step(token.epoch, stage.step.call(token.slots), settled);
    } catch (thrown) {
      this.#host.failed(stage, token, thrown); // a getter among the arguments
    }
  }

  /** A stretch of bodies is over: whoever called is in its own scope again. */
  leave(): void {
    this.#scopes.leave();
    this.#scope = undefined;
  }

  /** Tells what runs that it is not wanted any more. */
  abort(reason: unknown): void {
    this.#scopes.abort(reason);
    this.#calls.abort(reason);
  }
}
