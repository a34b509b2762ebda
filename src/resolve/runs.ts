import { CALLED, type Future } from '../graph/future.js';
import { guests } from '../graph/guests.js';
import { Roster } from '../graph/roster.js';
import { scopes } from '../graph/scope.js';
import type { Painter } from '../schedule/picture.js';
import { Activations } from './activations.js';
import type { Completion } from './completion.js';
import { abortedError, guestError } from './failure.js';
import { newRun, type NewRunParts, type RunRequest } from './new-run.js';
import type { Remote } from './remote.js';
import type { Run } from './run.js';
import { timeError, watchLimits } from './run-limits.js';
import type { RunStore } from './stored/run-store.js';
import type { RunStores } from './stored/run-stores.js';
import type { TaskTable } from './task-table.js';

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
  readonly #making: NewRunParts;
  readonly #activations: Activations;
  /** Runs that have begun to look for what they need, and whose promise is not settled. */
  readonly live = new Roster<Run>();

  constructor(parts: RunsParts) {
    this.#table = parts.table;
    this.#parts = parts;
    const { table, painter, completion, remote, now, wake, suspect } = parts;
    this.#making = { table, remote, now, wake, live: this.live };
    this.#activations = new Activations({ table, painter, completion, live: this.live, wake, suspect }, this);
  }

  /** Begins a run; its sink is told how it ends. Bodies start after the current synchronous code, unless `sync`. */
  begin(request: RunRequest): Run {
    const run = newRun(request, this.#making);
    scopes.enter();
    if (run.observer !== undefined) run.observer.runStarted(new Set(run.targets).size);
    if (!watchLimits(run, this)) return run;
    if (run.caller?.aborted === true) {
      // Nobody waits for what the body does with it.
      this.fail(run, abortedError(run.caller.abortReason));
      return run;
    }
    if (guests.present && run.sync) this.fail(run, guestError());
    else {
      guests.afterwards(() => {
        if (!run.over) this.#activate(run);
      });
    }
    return run;
  }

  /** Lets a run find what it needs, when its store is open. */
  #activate(run: Run): void {
    const { store } = run.options;
    try {
      if (store === undefined) this.#activations.begin(run);
      else {
        this.#parts.stores.open(store, run, {
          joined: () => {
            this.#activations.begin(run);
          },
          failed: (error) => {
            this.fail(run, error);
          },
        });
      }
    } catch (error) {
      this.fail(run, error);
    }
  }

  /** Goes on finding what a run needs, for about a millisecond. */
  activateMore(run: Run): void {
    this.#activations.continue(run);
  }

  /** Ends a run that has taken too long; timers do not tell while bodies run one after the other. */
  checkTime(run: Run, now: number): void {
    const error = timeError(run, now);
    if (error !== undefined) this.fail(run, error);
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
    if (run.remaining === 0) this.finish(run);
  }

  /** A target of a run failed. */
  targetFailed(run: Run, future: Future, reason: unknown): void {
    if (run.over) return;
    run.held.drop(future);
    run.sink.target?.(future, { status: 'rejected', reason });
    run.remaining -= 1;
    if (run.options.settle !== true) this.fail(run, reason);
    else if (run.remaining === 0) this.finish(run);
  }

  /** All targets of a run have their values, or failed where it settles: it ends when its store has what it is to keep. */
  finish(run: Run): void {
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
      this.finish(run);
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
    this.#activations.end(run);
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
