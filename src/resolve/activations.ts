import { DONE, type Future, KEPT, STATE_BITS, TARGETED } from '../graph/future.js';
import type { Roster } from '../graph/roster.js';
import type { Scope } from '../graph/scope.js';
import type { Painter } from '../schedule/picture.js';
import { Activation } from './activation.js';
import { asyncFailure } from './bodies.js';
import { failureOf, type Completion } from './completion.js';
import { callFailure } from './failure.js';
import type { Run } from './run.js';
import { callsError } from './run-limits.js';
import { slotOf } from './slot.js';
import type { TaskTable } from './task-table.js';

/** Calls that are looked at before `resolve()` returns; of larger graphs the rest is looked at in the loop. */
const AT_ONCE = 20_000;
/** Calls that are looked at between two looks at the clock. */
const AT_A_TIME = 4_000;

/** Whom it is told what became of runs while they find what they need. */
export interface ActivationsHost {
  /** A target of a run has its value. */
  targetDone(run: Run, future: Future): void;
  /** All targets of a run have their values. */
  finish(run: Run): void;
  /** A run cannot go on. */
  fail(run: Run, error: unknown): void;
}

/** What finding what runs need works with. */
export interface ActivationsParts {
  readonly table: TaskTable;
  readonly painter: Painter;
  readonly completion: Completion;
  /** Runs that have begun to look for what they need, and whose promise is not settled. */
  readonly live: Roster<Run>;
  /** Something of a run may be able to start. */
  readonly wake: (run: Run) => void;
  /** A task may wait for itself. */
  readonly suspect: (task: number) => void;
}

/** Lets runs find what they need, each by an {@link Activation}: a stretch at a time, so that others go on meanwhile. */
export class Activations {
  readonly #table: TaskTable;
  readonly #parts: ActivationsParts;
  readonly #host: ActivationsHost;

  constructor(parts: ActivationsParts, host: ActivationsHost) {
    this.#table = parts.table;
    this.#parts = parts;
    this.#host = host;
  }

  /** Lets a run begin with its targets. */
  begin(run: Run): void {
    const { scheduler, waiters } = this.#table;
    const activation = new Activation(this.#table, this.#parts.painter);
    run.activation = activation;
    run.seat = this.#parts.live.enter(run);
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
      this.#host.fail(run, error);
      return;
    }
    this.#continue(run, activation, run.sync ? Infinity : AT_ONCE);
    if (!run.over) this.#parts.wake(run);
  }

  /** A body waits for calls that it resolves itself: it gives its slot back, and may now wait for itself. */
  #enterInner(run: Run, caller: Scope): void {
    run.paused = slotOf(caller);
    run.paused?.pause();
    const task = caller.parent?._slot ?? -1;
    if (task !== -1) this.#parts.suspect(task);
  }

  /** Goes on finding what a run needs, for about a millisecond. */
  continue(run: Run): void {
    if (run.activation !== undefined) this.#continue(run, run.activation, AT_A_TIME);
  }

  #continue(run: Run, activation: Activation, limit: number): void {
    try {
      if (!activation.walk(run, limit)) return;
      refuseAsynchronous(run, activation);
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
      this.#host.fail(run, error);
      return;
    }
    for (const target of run.targets) if ((target._flags & STATE_BITS) === DONE) this.#targetWasDone(run, target);
    if (!run.over && run.remaining === 0) this.#host.finish(run);
    const [last] = run.targets;
    const error = run.over || last === undefined ? undefined : callsError(run, last);
    if (error !== undefined) this.#host.fail(run, error);
  }

  #targetWasDone(run: Run, target: Future): void {
    if (!this.#table.waiters.remove(target._slot, run)) return; // it got its value while the rest was still being found
    if (run.keeps) target._flags |= KEPT;
    this.#host.targetDone(run, target);
  }

  /** A run ends while what it needs is still being found: other runs may want what was found so far. */
  end(run: Run): void {
    const { activation } = run;
    if (activation === undefined) return;
    run.activation = undefined;
    // Before the event loop goes round nobody else can have found the tasks.
    if (this.#parts.live.size === 0 || !activation.stretched) activation.discard();
    else this.#finish(run, activation);
  }

  /** Lets others have what was found; calls that cannot be had fail for them, too. */
  #finish(run: Run, activation: Activation): void {
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
}

/** A run that must end at once cannot wait for what is asynchronous. */
function refuseAsynchronous(run: Run, activation: Activation): void {
  const asynchronous = run.sync ? activation.firstAsynchronous() : undefined;
  if (asynchronous !== undefined) throw callFailure(asyncFailure(asynchronous), [asynchronous]);
}
