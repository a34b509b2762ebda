import { DONE, type Future, KEPT, PERSISTED, RELEASING, STATE_BITS } from '../graph/future.js';
import { currentScope } from '../graph/scope.js';
import { blocks } from '../memory/blocks.js';
import { Painter } from '../schedule/picture.js';
import { asyncFailure, Bodies } from './bodies.js';
import { Completion } from './completion.js';
import { Crowds } from './crowds.js';
import { CycleWatch } from './cycle-watch.js';
import { callFailure, stalledError } from './failure.js';
import { Loop } from './loop.js';
import type { RunRequest } from './new-run.js';
import { Remote } from './remote.js';
import { Retries } from './retries.js';
import type { Run } from './run.js';
import { Runs } from './runs.js';
import { RunStores } from './stored/run-stores.js';
import { dropValue, TaskTable } from './task-table.js';

/**
 * Ties graph, schedule, executor and memory together. All runs of a thread share one resolver, so that overlapping runs
 * share calls. Its parts: {@link Activation} finds what a run needs, {@link Loop} starts what can start, {@link Bodies}
 * runs bodies, {@link Completion} brings calls to their end, {@link Runs} begins and ends runs, {@link CycleWatch} finds
 * calls that wait for themselves; {@link TaskTable} joins Futures to the scheduler's numbers.
 */
export class Resolver {
  readonly #table = new TaskTable(blocks);
  readonly #painter = new Painter();
  readonly #bodies: Bodies;
  readonly #remote: Remote;
  readonly #retries: Retries;
  readonly #crowds: Crowds;
  readonly #runs: Runs;
  readonly #stores: RunStores;
  readonly #loop: Loop;
  readonly #cycles: CycleWatch;

  constructor(now: () => number) {
    const table = this.#table;
    const wake = (run: Run): void => {
      this.#loop.wake(run);
    };
    const suspect = (task: number): void => {
      this.#cycles.suspect(task);
    };
    const stopBody = (task: number, future: Future, reason: unknown): void => {
      this.#retries.stop(task, future);
      this.#bodies.stop(task, future, reason);
      this.#remote.stop(task, future, reason);
      this.#runs.failInner(future);
    };
    const completion = new Completion(table, this.#painter, {
      targetDone: (run, future) => {
        this.#runs.targetDone(run, future);
      },
      targetFailed: (run, future, error) => {
        this.#runs.targetFailed(run, future, error);
      },
      failRun: (run, error) => {
        this.#runs.fail(run, error);
      },
      suspect,
      stopBody,
      forget: (future) => {
        this.#retries.forget(future);
      },
    });
    const failInner = (future: Future): void => {
      this.#runs.failInner(future);
    };
    const retries = new Retries(table, completion, wake);
    const crowds = new Crowds(table, wake);
    this.#retries = retries;
    this.#crowds = crowds;
    this.#bodies = new Bodies({ table, completion, retries, crowds, host: { now, wake, failInner } });
    this.#remote = new Remote({ table, completion, retries, crowds, wake });
    this.#stores = new RunStores({
      table,
      completion,
      now,
      wake,
      resolve: (call, run) => this.#resolveFor(run, call),
    });
    this.#runs = new Runs({
      table,
      painter: this.#painter,
      completion,
      remote: this.#remote,
      stores: this.#stores,
      now,
      wake,
      suspect,
    });
    this.#cycles = new CycleWatch({ table, completion, live: this.#runs.live, wake, stopBody });
    this.#loop = new Loop({
      table,
      completion,
      bodies: this.#bodies,
      remote: this.#remote,
      now,
      activate: (run) => {
        this.#runs.activateMore(run);
      },
      checkTime: (run, at) => {
        this.#runs.checkTime(run, at);
      },
      quiet: () => {
        this.#quiet();
      },
    });
  }

  /** Begins a run; its sink is told how it ends. Bodies start after the current synchronous code, unless `sync`. */
  begin(request: RunRequest): Run {
    return this.#runs.begin(request);
  }

  /** Ends the run's hold on one target. */
  letGo(run: Run, target: Future): void {
    this.#runs.letGo(run, target);
  }

  /** Aborts a run from outside. */
  abort(run: Run, reason: unknown): void {
    this.#runs.abort(run, reason);
  }

  /** The value of a call that belongs to no run of the user's, on the executor of one. */
  #resolveFor({ options: { executor } }: Run, call: Future): Promise<unknown> {
    return new Promise((fulfil, reject) => {
      const end = (error: unknown, failed: boolean): void => {
        if (failed) reject(error instanceof Error ? error : new TypeError('A run failed.', { cause: error }));
        else fulfil(call._value);
      };
      const options = executor === undefined ? {} : { executor };
      currentScope.run(undefined, () => this.begin({ targets: [call], options, sink: { end } }));
    });
  }

  /** Runs what `run` needs on the spot, and what other runs need for it. */
  finishSync(run: Run): void {
    const leaveStretch = this.#bodies.enterStretch();
    try {
      this.#loop.startAll(run, false);
      while (!run.over) {
        if (this.#table.scheduler.takeQueue(run.queue)) {
          this.#loop.startAll(run, false);
          continue;
        }
        const queue = this.#table.scheduler.nextQueue();
        const other = queue === -1 ? undefined : this.#table.runAt(queue);
        if (other !== undefined) this.#loop.startApart(other, false);
        else if (queue === -1) this.#failStuck(run);
      }
    } finally {
      leaveStretch();
    }
  }

  /** Nothing can start, and a synchronous run cannot wait. */
  #failStuck(run: Run): void {
    if (this.#cycles.search()) return;
    const pending =
      this.#bodies.firstPending() ??
      this.#remote.firstPending() ??
      this.#retries.firstWaiting() ??
      this.#stores.firstPending();
    this.#runs.fail(run, pending === undefined ? stalledError() : callFailure(asyncFailure(pending), [pending]));
  }

  /** Drops the value of a call, now or at its last use. */
  release(future: Future): void {
    if ((future._flags & STATE_BITS) !== DONE) return;
    future._flags &= ~KEPT;
    if (future._slot === -1) dropValue(future, this.#table.ledger, true);
    else {
      // A persisting call persists again when it is computed again, so that flag stays.
      if ((future._flags & PERSISTED) !== 0) future._flags |= RELEASING;
      this.#table.ledger.reclaim(future);
    }
  }

  /** Calls that are active, for tests that look for what was left behind. */
  get active(): number {
    return this.#table.scheduler.live;
  }

  /** Whether an executor is full with what nobody waits for any more: it tells when there is room. */
  #waitsForRoom(): boolean {
    for (const run of this.#runs.live) {
      if (run.session !== undefined && this.#remote.readyOf(run) > 0 && run.session.full) return true;
    }
    return false;
  }

  /** Nothing more can start now: every task waits for a running body, or something is wrong. */
  #quiet(): void {
    if (this.#table.trim()) this.#painter.trim();
    if (this.#runs.live.size === 0) this.#cycles.clear();
    if (this.#runs.live.size === 0 || this.#loop.scheduled || this.#crowds.callWaiting()) return;
    if (this.#bodies.pending + this.#remote.pending + this.#retries.waiting + this.#stores.pending > 0) {
      this.#cycles.searchLater();
      return;
    }
    if (this.#waitsForRoom() || this.#cycles.search()) return;
    for (const run of this.#runs.live) this.#runs.fail(run, stalledError());
  }
}
