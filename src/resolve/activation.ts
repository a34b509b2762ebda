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
  WAITING,
} from '../graph/future.js';
import { assertUnique } from '../graph/registry.js';
import { IMMEDIATE, PARALLEL, SERIAL } from '../schedule/scheduler.js';
import { removedError } from './failure.js';
import { IntList } from './int-list.js';
import { knowledgeOf, NOTHING, orderTasks, type Knowledge } from './ordering.js';
import type { Run } from './run.js';
import type { TaskTable } from './task-table.js';

/**
 * Finds what a run needs: walks from Futures to their dependencies, makes a task of each call that has no value, and
 * hands them to the scheduler in the order in which to consider them. Keeps its own stack.
 */
export class Activation {
  readonly #table: TaskTable;
  /** Calls that became tasks and whose arguments were not looked at yet. */
  readonly #unseen: Future[] = [];
  #fresh = new IntList();
  #joins = false;
  #knowledge: Knowledge = NOTHING;

  constructor(table: TaskTable) {
    this.#table = table;
  }

  /**
   * Makes tasks of what the Futures need, under `run`. The tasks wait until {@link submit}.
   *
   * @throws DAG_REMOVED, DAG_FOREIGN_FUTURE, DAG_DUPLICATE_NODE, DAG_UNNAMED_NODE
   */
  activate(run: Run, future: Future): number {
    const task = future._slot === -1 ? this.#admit(run, future) : future._slot;
    this.#walk(run);
    return task;
  }

  /** Lets a task wait for another Future's value, which is activated if need be. Gives whether it was active before. */
  join(run: Run, task: number, future: Future): boolean {
    const active = future._slot !== -1;
    future._flags |= RETURNED;
    this.#table.scheduler.depend(task, active ? future._slot : this.#admit(run, future));
    this.#walk(run);
    return active;
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

  /** Hands the new tasks to the scheduler; `within` is the task whose body brought them up, if one did. */
  submit(run: Run, within = -1): void {
    const { scheduler } = this.#table;
    if (this.#fresh.length === 1) scheduler.submitOne(this.#fresh.at(0), within);
    else if (this.#fresh.length > 1) {
      const order = orderTasks({
        scheduler,
        tasks: this.#fresh.view(),
        futureOf: (task) => this.#table.futureOf(task),
        workers: run.workers,
        joins: this.#joins,
        knowledge: this.#knowledge,
      });
      scheduler.submit(run.queue, order, within);
    }
    this.#reset();
  }

  /** Forgets tasks that were made before an error; the caller drops them. */
  discard(): void {
    this.#unseen.length = 0;
    this.#reset();
  }

  #reset(): void {
    this.#fresh.clear();
    this.#joins = false;
    this.#knowledge = NOTHING;
  }

  #walk(run: Run): void {
    const { scheduler } = this.#table;
    for (let future = this.#unseen.pop(); future !== undefined; future = this.#unseen.pop()) {
      const task = future._slot;
      const args = future._args;
      for (let index = 0; index < args.length; index += 1) {
        const arg = args[index];
        if (arg instanceof Future) scheduler.depend(task, arg._slot === -1 ? this.#admit(run, arg) : arg._slot);
        else if (typeof arg === 'object' && arg !== null) this.#walkContainer(run, future, arg);
      }
      if (!this.#joins && scheduler.pending(task) > 1) this.#joins = true;
      if (!run.simple) run.observer?.activated(future);
    }
  }

  #walkContainer(run: Run, future: Future, container: object): void {
    eachFuture(container, (inner) => {
      future._flags |= DEEP;
      this.#table.scheduler.depend(future._slot, inner._slot === -1 ? this.#admit(run, inner) : inner._slot);
    });
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
      return task;
    }
    const { _spec: spec } = future;
    const task = scheduler.add(run.queue, spec.immediate ? IMMEDIATE : spec.identity.asynchronous ? PARALLEL : SERIAL);
    this.#table.enter(task, future);
    setState(future, WAITING);
    this.#unseen.push(future);
    this.#fresh.push(task);
    const knowledge = knowledgeOf(future);
    if (knowledge > this.#knowledge) this.#knowledge = knowledge;
    return task;
  }

  #checkIdentity(future: Future): void {
    if ((future._flags & REMOVED) !== 0) throw removedError(future);
    assertUnique(future._spec.identity);
  }
}

