import { eachFuture } from '../graph/containers.js';
import {
  DEEP,
  DONE,
  Future,
  ON_DISK,
  REMOVED,
  RETURNED,
  setState,
  STATE_BITS,
  UNSEEN,
  WAITING,
} from '../graph/future.js';
import { assertUnique } from '../graph/registry.js';
import { IMMEDIATE, PARALLEL, REMOTE, SERIAL } from '../schedule/lanes.js';
import type { Scheduler } from '../schedule/scheduler.js';
import { FREE } from '../schedule/states.js';
import type { Painter } from '../schedule/picture.js';
import { keepBondOrder } from './bond-order.js';
import { removedError } from './failure.js';
import { IntList } from './int-list.js';
import { knowledgeOf, NOTHING, orderTasks, type Knowledge } from './ordering.js';
import type { Run } from './run.js';
import type { RunStore } from './stored/run-store.js';
import type { TaskTable } from './task-table.js';

/**
 * Finds what a run needs: walks from Futures to their dependencies, makes a task of each call that has no value, and
 * hands them to the scheduler in the order in which to consider them. Keeps its own stack, so that the walk over a large
 * graph can be interrupted.
 */
export class Activation {
  readonly #table: TaskTable;
  /** Calls that became tasks and whose arguments were not looked at yet. */
  readonly #unseen: Future[] = [];
  readonly #fresh = new IntList();
  readonly #painter: Painter;
  #joins = false;
  #edges = false;
  /** All new tasks run one after the other. */
  #serial = true;
  /** Some of them are bonded. */
  #bonded = false;
  #knowledge: Knowledge = NOTHING;
  #met = false;
  #metInside = false;
  /** What is needed was found in several stretches, between which tasks may have been dropped. */
  #stretched = false;
  #broken: BrokenCall | undefined;

  constructor(table: TaskTable, painter: Painter) {
    this.#table = table;
    this.#painter = painter;
  }

  /** The task of a Future, made under `run` if it has none; its dependencies are looked at by {@link walk}. */
  admit(run: Run, future: Future): number {
    return future._slot === -1 ? this.#admit(run, future) : future._slot;
  }

  /** Lets a task wait for another Future's value, which is activated if need be. */
  join(run: Run, task: number, future: Future): void {
    future._flags |= RETURNED;
    this.#table.scheduler.depend(task, this.#taskOf(run, future));
    this.walk(run);
  }

  /**
   * Whether some call was needed, since the last {@link submit}, that was active before. It may wait for the very calls
   * that need it now.
   */
  get met(): boolean {
    return this.#met;
  }

  /** Whether such a call was in a container, which may have got it after the call that takes the container was made. */
  get metInside(): boolean {
    return this.#metInside;
  }

  /** How many tasks wait for {@link submit}. */
  get fresh(): number {
    return this.#fresh.length;
  }

  /** Whether any of them is known to be asynchronous. */
  firstAsynchronous(): Future | undefined {
    for (const task of this.#fresh.view()) {
      if (this.#table.scheduler.lane(task) === PARALLEL) return this.#table.futureOf(task);
    }
    return undefined;
  }

  /**
   * Hands the new tasks to the scheduler; `within` is the task whose body brought them up, if one did.
   *
   * @throws DAG_OPTION when an estimate fails.
   */
  submit(run: Run, within = -1): void {
    const { scheduler } = this.#table;
    if (this.#fresh.length === 1 && !this.#stretched) scheduler.submitOne(this.#fresh.at(0), within);
    else if (this.#fresh.length > 0) {
      const tasks = this.#tasks(run);
      const order = orderTasks({
        scheduler,
        painter: this.#painter,
        tasks,
        futureOf: (task) => this.#table.futureOf(task),
        workers: run.workers,
        joins: this.#joins,
        edges: this.#edges,
        knowledge: this.#knowledge,
      });
      if (this.#bonded) keepBondOrder(order, (task) => this.#table.futureOf(task));
      if (this.#serial) scheduler.submitSerial(run.queue, order);
      else scheduler.submit(run.queue, order, within);
    }
    this.#reset();
  }

  /** Like {@link submit}, in the order in which the tasks were found, for runs whose estimates fail. */
  submitUnordered(run: Run): void {
    this.#table.scheduler.submit(run.queue, this.#tasks(run).slice().reverse());
    this.#reset();
  }

  /** The new tasks, but for those that were dropped meanwhile and whose numbers others may have. */
  #tasks(run: Run): Int32Array {
    const fresh = this.#fresh.view();
    if (!this.#stretched) return fresh;
    const { scheduler } = this.#table;
    return new Set(fresh).size === fresh.length && fresh.every((task) => isOf(scheduler, task, run))
      ? fresh
      : Int32Array.from(new Set(fresh.filter((task) => isOf(scheduler, task, run))));
  }

  /** Forgets tasks that were made before an error; the caller drops them. */
  discard(): void {
    this.#unseen.length = 0;
    this.#reset();
  }

  #reset(): void {
    this.#fresh.clear();
    this.#joins = false;
    this.#edges = false;
    this.#serial = true;
    this.#bonded = false;
    this.#knowledge = NOTHING;
    this.#met = false;
    this.#metInside = false;
    this.#stretched = false;
    this.#broken = undefined;
  }

  /**
   * Makes tasks of what admitted calls need, at most of `limit` calls. They wait until {@link submit}.
   *
   * @returns whether there is no more to look at.
   * @throws DAG_REMOVED, DAG_FOREIGN_FUTURE, DAG_DUPLICATE_NODE, DAG_UNNAMED_NODE
   */
  walk(run: Run, limit = Infinity): boolean {
    let future: Future | undefined;
    try {
      for (let left = limit; left > 0; left -= 1) {
        future = this.#unseen.pop();
        if (future === undefined) return true;
        // Without the flag it was dropped since, because another call failed.
        if ((future._flags & UNSEEN) !== 0) this.#look(run, future);
      }
    } catch (error) {
      if (future !== undefined) this.#broken = { future, error };
      throw error;
    }
    this.#stretched = true;
    return this.#unseen.length === 0;
  }

  /** Finds the dependencies of a call. */
  #look(run: Run, future: Future): void {
    const { scheduler } = this.#table;
    future._flags &= ~UNSEEN;
    if (!run.simple) run.observer?.activated(future);
    const task = future._slot;
    const args = future._args;
    for (let index = 0; index < args.length; index += 1) {
      const arg = args[index];
      if (arg instanceof Future) scheduler.depend(task, this.#taskOf(run, arg));
      else if (typeof arg === 'object' && arg !== null) this.#walkContainer(run, future, arg);
    }
    if (future._parent !== undefined && this.#table.pool.inUse) this.#borrow(future);
    if (!this.#joins) {
      const pending = scheduler.pending(task);
      if (pending > 0) this.#edges = true;
      if (pending > 1) this.#joins = true;
    }
  }

  /** Whether the event loop went round since the first task was found, so that others may want the tasks. */
  get stretched(): boolean {
    return this.#stretched;
  }

  /** The call at which {@link walk} threw, once. */
  takeBroken(): BrokenCall | undefined {
    const broken = this.#broken;
    this.#broken = undefined;
    return broken;
  }

  /** Keeps the memory of what a body gave the call to read, beyond the body's own hold on it. */
  #borrow(future: Future): void {
    const { ledger } = this.#table;
    for (const literal of [...future._args, future._receiver]) {
      if (typeof literal === 'function' || (typeof literal === 'object' && literal !== null)) {
        if (!(literal instanceof Future)) ledger.borrow(future, literal);
      }
    }
    // A function that was defined in a body may see whatever that body saw.
    if (future._spec.identity.inBody && future._parent !== undefined) ledger.keepInputs(future._parent);
  }

  #walkContainer(run: Run, future: Future, container: object): void {
    eachFuture(container, (inner) => {
      future._flags |= DEEP;
      if (inner._slot !== -1) this.#metInside = true;
      this.#table.scheduler.depend(future._slot, this.#taskOf(run, inner));
    });
  }

  /** The task of a call that another waits for. */
  #taskOf(run: Run, future: Future): number {
    if (future._slot === -1) return this.#admit(run, future);
    this.#met = true;
    return future._slot;
  }

  /** Makes a task of a call. */
  #admit(run: Run, future: Future): number {
    const { scheduler } = this.#table;
    const flags = future._flags;
    if ((flags & (REMOVED | ON_DISK)) !== 0) this.#checkIdentity(future);
    if (future._graph?._observed === true) run.observe();
    if ((flags & STATE_BITS) === DONE) {
      const task = scheduler.addDone(run.queue);
      this.#table.enter(task, future);
      run.observer?.cached(future);
      if ((flags & ON_DISK) !== 0) run.storing?.met(future, this.#table.provenance?.beyond(task));
      return task;
    }
    if (run.storing !== undefined && (flags & ON_DISK) !== 0) {
      const task = this.#admitStored(run, run.storing, future);
      if (task !== -1) return task;
    }
    const lane = laneOf(run, future);
    if (lane !== SERIAL) this.#serial = false;
    const task = scheduler.add(run.queue, lane);
    this.#table.enter(task, future);
    setState(future, WAITING);
    future._flags |= UNSEEN;
    this.#unseen.push(future);
    this.#fresh.push(task);
    if (future._spec.bond !== undefined) this.#bonded = true;
    const knowledge = knowledgeOf(future);
    if (knowledge > this.#knowledge) this.#knowledge = knowledge;
    return task;
  }

  /** The task of a call that the run's store has: done, or one that needs nothing; -1 where the store does not have it. */
  #admitStored(run: Run, storing: RunStore, future: Future): number {
    const { scheduler, ledger } = this.#table;
    const admission = admissionOf(run, storing, future);
    if (admission === 'missing') return -1;
    let task: number;
    if (admission === 'done') {
      task = scheduler.addDone(run.queue);
      ledger.hold(future, future._value);
    } else {
      task = scheduler.add(run.queue, run.sync ? SERIAL : PARALLEL);
      if (!run.sync) this.#serial = false;
      setState(future, WAITING);
      this.#fresh.push(task);
    }
    this.#table.enter(task, future);
    return task;
  }

  #checkIdentity(future: Future): void {
    if ((future._flags & REMOVED) !== 0) throw removedError(future);
    assertUnique(future._spec.identity);
  }
}

/** What a run's store has of a call. Where other targets are to finish, one without a key fails when it is to start. */
function admissionOf(run: Run, storing: RunStore, future: Future): ReturnType<RunStore['admit']> {
  try {
    return storing.admit(future);
  } catch (error) {
    if (run.options.settle !== true) throw error;
    return 'missing';
  }
}

function laneOf({ session }: Run, future: Future): number {
  const { _spec: spec } = future;
  if (spec.immediate) return IMMEDIATE;
  // Bonded calls go by the room that their own thread has, not by that of the pool.
  if (session?.takes(future) === true) return spec.bond === undefined ? REMOTE : PARALLEL;
  return spec.identity.asynchronous ? PARALLEL : SERIAL;
}

/** A call whose dependencies cannot be had. */
interface BrokenCall {
  readonly future: Future;
  readonly error: unknown;
}

/** Whether a task is in use, by a run. */
function isOf(scheduler: Scheduler, task: number, run: Run): boolean {
  return scheduler.state(task) !== FREE && scheduler.queueOf(task) === run.queue;
}
