import { DagError } from '../errors.js';
import { type Future, KEPT, PERSISTED, RELEASED, RELEASING, setState, UNSEEN } from '../graph/future.js';
import type { BlockPool } from '../memory/blocks.js';
import { BufferLedger } from '../memory/ledger.js';
import { Scheduler } from '../schedule/scheduler.js';
import type { Run } from './run.js';
import type { Provenance } from './stored/provenance.js';
import { Waiters } from './waiters.js';

/** A table above this many entries is given back when nothing is left to do. */
const ROOM_KEPT = 1 << 16;

/** Joins the scheduler's numbers to Futures and runs, and carries out its command to release. */
export class TaskTable {
  readonly scheduler: Scheduler = new Scheduler(
    (task) => {
      this.#release(task);
    },
    // A run must not outlive its tasks here: it holds its targets.
    (queue) => {
      const run = this.#runs[queue];
      this.#runs[queue] = undefined;
      run?.session?.close();
    },
  );
  readonly ledger: BufferLedger;
  readonly pool: BlockPool;
  readonly #futures: (Future | undefined)[] = [];
  readonly #runs: (Run | undefined)[] = [];
  readonly waiters = new Waiters();
  /** Where values owe themselves to; undefined before a run has had a store. */
  provenance: Provenance | undefined = undefined;

  constructor(pool: BlockPool) {
    this.pool = pool;
    this.ledger = new BufferLedger(pool);
  }

  /** Enters a run under the number of its queue. */
  enterRun(run: Run): void {
    this.#runs[run.queue] = run;
  }

  /** Joins a task and its Future. */
  enter(task: number, future: Future): void {
    this.#futures[task] = future;
    future._slot = task;
    this.provenance?.enter(task, future);
  }

  futureOf(task: number): Future {
    const future = this.#futures[task];
    if (future === undefined) throw new DagError('DAG_INTERNAL', { message: `Task ${task.toString()} has no Future.` });
    return future;
  }

  /** The run that activated a task. */
  runOf(task: number): Run {
    const run = this.#runs[this.scheduler.queueOf(task)];
    if (run === undefined) throw new DagError('DAG_INTERNAL', { message: `Task ${task.toString()} has no run.` });
    return run;
  }

  /** The run whose queue has this number. */
  runAt(queue: number): Run | undefined {
    return this.#runs[queue];
  }

  /** Takes a task out that will have no value, leaving its Future in `state`. */
  drop(task: number, state: number): void {
    const future = this.futureOf(task);
    this.runOf(task).storing?.left(future);
    future._value = undefined;
    future._slot = -1;
    future._flags &= ~UNSEEN;
    if (this.pool.inUse) this.ledger.giveBack(future);
    setState(future, state);
    this.#futures[task] = undefined;
    this.scheduler.drop(task);
  }

  /** Gives memory back when nothing is left to do, and tells whether that is so. */
  trim(): boolean {
    if (this.scheduler.live > 0) return false;
    this.scheduler.trim();
    this.provenance?.trim();
    if (this.#futures.length > ROOM_KEPT) this.#futures.length = 0;
    this.waiters.trim();
    return true;
  }

  /** The value of a task has no consumer left. */
  #release(task: number): void {
    const future = this.futureOf(task);
    this.#futures[task] = undefined;
    future._slot = -1;
    if ((future._flags & (KEPT | PERSISTED)) !== 0 && (future._flags & RELEASING) === 0) {
      this.provenance?.leave(task, future);
      return;
    }
    const run = this.runOf(task);
    dropValue(future, this.ledger, false);
    if (!run.simple) run.released(future); // after the value is gone: a listener may ask for it again
  }
}

/** Drops a Future's value. `returned`: the user gave it back, so that memory may be recycled under views of it. */
export function dropValue(future: Future, ledger: BufferLedger, returned: boolean): void {
  future._value = undefined;
  future._flags &= ~RELEASING;
  setState(future, RELEASED);
  ledger.drop(future, returned);
}
