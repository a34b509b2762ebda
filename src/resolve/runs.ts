import { asyncFailure } from './bodies.js';
import type { ResolveOptions } from '../graph/run-options.js';
import { CALLED, DONE, type Future, KEPT, STATE_BITS, TARGETED } from '../graph/future.js';
import type { Graph } from '../graph/graph.js';
import { guests } from '../graph/guests.js';
import { bodyOf, scopes, type Scope } from '../graph/scope.js';
import { verboseListener } from '../graph/verbose.js';
import { Roster } from '../graph/roster.js';
import type { Painter } from '../schedule/picture.js';
import { Activation } from './activation.js';
import { failureOf, type Completion } from './completion.js';
import { abortedError, callFailure, maxCallsError, guestError, runTimeoutError } from './failure.js';
import { Limiter } from './limiter.js';
import { Observer } from './observer.js';
import type { Remote } from './remote.js';
import { CallCount, Run, type RunSink } from './run.js';
import { slotOf } from './slot.js';
import { DEFAULT_MAX_CALLS } from './run-options.js';
import { opening } from './stored/lookup.js';
import type { RunStore } from './stored/run-store.js';
import type { RunStores } from './stored/run-stores.js';
import type { TaskTable } from './task-table.js';

/** Calls that are looked at before `resolve()` returns; of larger graphs the rest is looked at in the loop. */
const AT_ONCE = 20_000;
/** Calls that are looked at between two looks at the clock. */
const AT_A_TIME = 4_000;

/** How a run is begun, besides its options. */
export interface RunRequest {
  readonly targets: readonly Future[];
  readonly options: ResolveOptions;
  readonly sink: RunSink;
  /** Keep the targets' values. Default true. */
  readonly keeps?: boolean;
  /** Nothing may be awaited. Default false. */
  readonly sync?: boolean;
}

/** What runs need of the rest of the resolver. */
export interface RunsParts {
  readonly table: TaskTable;
  readonly painter: Painter;
  readonly completion: Completion;
  readonly remote: Remote;
  readonly stores: RunStores;
  readonly now: () => number;
  /** Something of a run may be able to start. */
  readonly wake: (run: Run) => void;
  /** A task may wait for itself. */
  readonly suspect: (task: number) => void;
}

/** Begins and ends runs. */
export class Runs {
  readonly #table: TaskTable;
  readonly #parts: RunsParts;
  /** Runs that have begun to look for what they need, and whose promise is not settled. */
  readonly live = new Roster<Run>();

  constructor(parts: RunsParts) {
    this.#table = parts.table;
    this.#parts = parts;
  }

  /** Begins a run; its sink is told how it ends. Bodies start after the current synchronous code, unless `sync`. */
  begin(request: RunRequest): Run {
    const run = this.#newRun(request);
    scopes.enter();
    if (run.observer !== undefined) run.observer.runStarted(new Set(run.targets).size);
    if (!this.#watch(run)) return run;
    if (run.caller?.aborted === true) {
      // Nobody waits for what the body does with it.
      this.fail(run, abortedError(run.caller.abortReason));
      return run;
    }
    if (guests.present && run.sync) this.fail(run, guestError());
    else {
      guests.afterwards(() => {
        if (!run.over) this.#openStore(run);
      });
    }
    return run;
  }

  /** Lets a run begin when its store is open. */
  #openStore(run: Run): void {
    const { store } = run.options;
    try {
      const opened = store === undefined ? undefined : opening(store, run.sync);
      if (opened === undefined) this.#join(run);
      else
        opened.then(
          () => {
            if (!run.over) this.#join(run);
          },
          (error: unknown) => {
            this.fail(run, error);
          },
        );
    } catch (error) {
      this.fail(run, error);
    }
  }

  #join(run: Run): void {
    if (run.options.store !== undefined) this.#parts.stores.join(run);
    this.#activate(run);
  }

  #newRun({ targets, options: given, sink, keeps, sync }: RunRequest): Run {
    const current = scopes.current();
    const scope = current === undefined ? undefined : bodyOf(current);
    const caller = scope?.parent === undefined ? undefined : scope;
    if (caller !== undefined) caller.kept = true;
    const outer = caller?.run instanceof Run ? caller.run : undefined;
    const depth = outer === undefined ? 0 : outer.depth + 1;
    const options = withStore(outer === undefined ? given : inherit(outer.options, given), targets);
    let observed: Set<Graph> | undefined;
    for (const { _graph: graph } of targets) if (graph?._observed === true) (observed ??= new Set<Graph>()).add(graph);
    const listeners = options.onEvent === undefined ? [] : [options.onEvent];
    if (options.verbose !== undefined && options.verbose !== false) {
      listeners.push(verboseListener(options.verbose === true ? console : options.verbose));
    }
    // A run that must end at once cannot wait for other threads.
    const executor = sync === true || options.executor === 'inline' ? undefined : options.executor;
    const run = new Run({
      depth,
      queue: this.#table.scheduler.openQueue(depth),
      targets,
      options,
      workers: executor?.workers ?? 1,
      limiter:
        given.concurrency === undefined && outer !== undefined
          ? outer.limiter
          : new Limiter(options.concurrency ?? Infinity),
      observer:
        listeners.length === 0 && observed === undefined
          ? undefined
          : new Observer(listeners, observed ?? new Set(), this.#parts.now),
      caller,
      sink,
      startedAt: this.#parts.now(),
      calls: outer?.calls ?? new CallCount(),
      now: this.#parts.now,
      wake: this.#parts.wake,
      ...(keeps === undefined ? {} : { keeps }),
      ...(sync === undefined ? {} : { sync }),
    });
    this.#table.enterRun(run);
    run.session = executor?.open(this.#parts.remote.hostOf(run));
    if (options.debug === true) this.#poison(run);
    return run;
  }

  /** Poisons released memory while a `debug` run lives. */
  #poison(run: Run): void {
    this.#table.pool.poison = true;
    run.onEnd(() => {
      this.#table.pool.poison = this.live.all().some(({ options }) => options.debug === true);
    });
  }

  /** Watches signal and timeout; gives false when the run is over before it began. */
  #watch(run: Run): boolean {
    const { signal, timeout } = run.options;
    if (signal?.aborted === true) {
      this.fail(run, abortedError(signal.reason));
      return false;
    }
    if (signal !== undefined) {
      const abort = (): void => {
        this.abort(run, signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      run.onEnd(() => {
        signal.removeEventListener('abort', abort);
      });
    }
    if (timeout !== undefined && timeout < 2 ** 31) {
      const timer = setTimeout(() => {
        this.fail(run, runTimeoutError(timeout));
      }, timeout);
      run.onEnd(() => {
        clearTimeout(timer);
      });
    }
    return true;
  }

  #activate(run: Run): void {
    const { scheduler, waiters } = this.#table;
    const activation = new Activation(this.#table, this.#parts.painter);
    run.activation = activation;
    run.seat = this.live.enter(run);
    if (run.caller !== undefined) this.#enterInner(run, run.caller);
    try {
      for (const target of run.targets) {
        target._flags |= TARGETED;
        const task = activation.admit(run, target);
        if (waiters.add(task, run)) {
          scheduler.hold(task);
          run.held.add(target);
        } else run.remaining -= 1; // it was asked for twice
      }
    } catch (error) {
      this.fail(run, error);
      return;
    }
    this.#continue(run, activation, run.sync ? Infinity : AT_ONCE);
    if (!run.over) this.#parts.wake(run);
  }

  /** Goes on finding what a run needs, for about a millisecond. */
  activateMore(run: Run): void {
    if (run.activation !== undefined) this.#continue(run, run.activation, AT_A_TIME);
  }

  #continue(run: Run, activation: Activation, limit: number): void {
    try {
      if (!activation.walk(run, limit)) return;
      this.#refuseAsynchronous(run, activation);
      // A container may have got the call itself after the call was made.
      if (activation.metInside) {
        run.held.each((target) => {
          this.#parts.suspect(target._slot);
        });
      }
      if (run.caller !== undefined) run.calls.count += activation.fresh;
      activation.submit(run);
      run.activation = undefined;
    } catch (error) {
      this.fail(run, error);
      return;
    }
    for (const target of run.targets) if ((target._flags & STATE_BITS) === DONE) this.#targetWasDone(run, target);
    if (!run.over && run.remaining === 0) this.#finish(run);
    this.checkCalls(run, run.targets[0]);
  }

  /** Ends a run whose bodies made more calls than it allows; `last` is one of those made last. */
  checkCalls(run: Run, last: Future | undefined): void {
    const maxCalls = run.options.maxCalls ?? DEFAULT_MAX_CALLS;
    if (run.calls.count > maxCalls && !run.over && last !== undefined) this.fail(run, maxCallsError(maxCalls, last));
  }

  /** Ends a run that has taken too long; timers do not tell while bodies run one after the other. */
  checkTime(run: Run, now: number): void {
    const { timeout } = run.options;
    if (timeout !== undefined && now - run.startedAt > timeout) this.fail(run, runTimeoutError(timeout));
  }

  /** A run ends while what it needs is still being found: other runs may want what was found so far. */
  #endActivation(run: Run): void {
    const { activation } = run;
    if (activation === undefined) return;
    run.activation = undefined;
    // Before the event loop goes round nobody else can have found the tasks.
    if (this.live.size === 0 || !activation.stretched) activation.discard();
    else this.#finishActivation(run, activation);
  }

  /** Lets others have what was found; calls that cannot be had fail for them, too. */
  #finishActivation(run: Run, activation: Activation): void {
    for (let done = false; !done;) {
      const broken = activation.takeBroken();
      if (broken !== undefined && broken.future._slot !== -1) {
        this.#parts.completion.fail(broken.future._slot, failureOf(broken.error));
      }
      try {
        done = activation.walk(run);
      } catch {
        done = false; // the call at which it threw is the next to fail
      }
    }
    try {
      activation.submit(run);
    } catch {
      // The run has the error of its estimate already; an order needs none.
      activation.submitUnordered(run);
    }
  }

  #refuseAsynchronous(run: Run, activation: Activation): void {
    const asynchronous = run.sync ? activation.firstAsynchronous() : undefined;
    if (asynchronous !== undefined) throw callFailure(asyncFailure(asynchronous), [asynchronous]);
  }

  #targetWasDone(run: Run, target: Future): void {
    if (!this.#table.waiters.remove(target._slot, run)) return; // it got its value while the rest was still being found
    if (run.keeps) target._flags |= KEPT;
    this.targetDone(run, target);
  }

  /** A body waits for calls that it resolves itself: it gives its slot back, and may now wait for itself. */
  #enterInner(run: Run, caller: Scope): void {
    run.paused = slotOf(caller);
    run.paused?.pause();
    const task = caller.parent?._slot ?? -1;
    if (task !== -1) this.#parts.suspect(task);
  }

  /** A target of a run has its value. */
  targetDone(run: Run, future: Future): void {
    if (run.over) return;
    if (this.#table.pool.inUse) this.#table.ledger.lend(future);
    const caller = run.caller?.parent;
    if (caller !== undefined) {
      caller._flags |= CALLED;
      if (caller._slot !== -1) this.#table.provenance?.resolvedIn(caller._slot, future._slot);
    }
    // Who takes a value over may change it.
    if (run.keeps || !this.#isBeingPut(run, future)) this.#tellTarget(run, future);
  }

  /** Whether a value is on its way to the store; then the target is told when it is there. */
  #isBeingPut(run: Run, future: Future): boolean {
    const tell = (): void => {
      this.#tellTarget(run, future);
    };
    return run.storing?.whenPut(future, tell) === true;
  }

  #tellTarget(run: Run, future: Future): void {
    if (run.over) return;
    run.sink.target?.(future, { status: 'fulfilled', value: future._value });
    run.remaining -= 1;
    if (run.remaining === 0) this.#finish(run);
  }

  /** A target of a run failed. */
  targetFailed(run: Run, future: Future, reason: unknown): void {
    if (run.over) return;
    run.held.drop(future);
    run.sink.target?.(future, { status: 'rejected', reason });
    run.remaining -= 1;
    if (run.options.settle !== true) this.fail(run, reason);
    else if (run.remaining === 0) this.#finish(run);
  }

  #finish(run: Run): void {
    this.checkTime(run, this.#parts.now());
    if (run.over) return;
    if (run.storing !== undefined && !run.sync && this.#isKeeping(run, run.storing)) return;
    this.#over(run);
    this.#end(run, { error: undefined, failed: false }, () => {
      this.#letAll(run);
    });
  }

  /** Whether something is on its way to the store; then the run finishes when it is there. */
  #isKeeping(run: Run, storing: RunStore): boolean {
    return storing.whenKept(() => {
      this.#finish(run);
    });
  }

  /** Ends a run that cannot go on; what only it wants does not run. */
  fail(run: Run, error: unknown): void {
    if (run.over) return;
    this.#over(run);
    this.#letAll(run);
    this.#parts.completion.cancelOrphans(error);
    this.#end(run, { error, failed: true }, () => undefined);
  }

  #over(run: Run): void {
    run.over = true;
    if (run.seat !== undefined) this.live.leave(run.seat);
    scopes.leave();
    this.#endActivation(run);
    if (run.options.progress !== undefined) run.tell(this.#table.scheduler.queue(run.queue));
  }

  /** Ends the run's hold on its targets; what nobody else wants is released, or does not run. */
  #letAll(run: Run): void {
    run.held.dropAll((target) => {
      this.#unhold(run, target);
    });
    this.#table.scheduler.closeQueue(run.queue);
  }

  /** Ends the inner runs of a body that was aborted. */
  failInner(future: Future): void {
    for (const run of this.live) {
      if (run.caller?.parent === future && run.caller.aborted) this.fail(run, abortedError(run.caller.abortReason));
    }
  }

  /** Ends the run's hold on one target. */
  letGo(run: Run, target: Future): void {
    if (run.held.drop(target)) this.#unhold(run, target);
  }

  #unhold(run: Run, target: Future): void {
    if (target._slot === -1) return;
    this.#table.waiters.remove(target._slot, run);
    this.#table.scheduler.unhold(target._slot);
  }

  /** Settles the promise; a body that waits for it takes its slot again first. */
  #end(run: Run, { error, failed }: { readonly error: unknown; readonly failed: boolean }, then: () => void): void {
    const settle = (): void => {
      run.observer?.runFinished(run.startedAt, error);
      run.end(error, failed);
      then();
    };
    if (run.paused === undefined) settle();
    else if (run.sync) {
      run.paused.resumeNow();
      settle();
    } else run.paused.resume(settle);
  }

  /** Aborts a run from outside. */
  abort(run: Run, reason: unknown): void {
    guests.afterwards(() => {
      this.fail(run, abortedError(reason));
    });
  }
}

/** What an inner run takes over from the run of the body that began it. */
function inherit(outer: ResolveOptions, given: ResolveOptions): ResolveOptions {
  const { executor, debug, maxBytes, maxCalls, onEvent, store, verbose } = outer;
  const inherited = { executor, debug, maxBytes, maxCalls, onEvent, store, verbose };
  const defined = Object.fromEntries(Object.entries(inherited).filter(([, value]) => value !== undefined));
  return { ...(defined as ResolveOptions), ...given }; // the same fields, without the undefined ones
}

/** A run without a store has that of its first target's Graph. */
function withStore(options: ResolveOptions, [first]: readonly Future[]): ResolveOptions {
  const store = options.store ?? first?._graph?.store;
  return store === undefined || store === options.store ? options : { ...options, store };
}
