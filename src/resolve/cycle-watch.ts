import type { Future } from '../graph/future.js';
import type { Roster } from '../graph/roster.js';
import type { Completion } from './completion.js';
import { findCycle } from './cycle.js';
import { RUNNING } from '../schedule/states.js';
import { callFailure, cycleFailure } from './failure.js';
import type { Run } from './run.js';
import type { TaskTable } from './task-table.js';

/** Milliseconds after which calls are searched for a cycle while others still run. */
const SEARCH_AFTER = 20;

/** What is watched for cycles. */
export interface CycleWatchParts {
  readonly table: TaskTable;
  readonly completion: Completion;
  /** Runs whose promise is not settled. */
  readonly live: Roster<Run>;
  readonly wake: (run: Run) => void;
  /** Stops the body of a running task. */
  readonly stopBody: (task: number, future: Future, reason: unknown) => void;
}

/**
 * Finds calls that wait for each other. Looking at every expansion would cost as much as the graph is large; instead,
 * tasks that came to wait for a call that was active before them are noted, and searched from when nothing can start.
 */
export class CycleWatch {
  readonly #table: TaskTable;
  readonly #completion: Completion;
  readonly #live: Roster<Run>;
  readonly #wake: (run: Run) => void;
  readonly #stopBody: CycleWatchParts['stopBody'];
  readonly #suspects = new Set<number>();
  #searching = false;

  constructor({ table, completion, live, wake, stopBody }: CycleWatchParts) {
    this.#table = table;
    this.#completion = completion;
    this.#live = live;
    this.#wake = wake;
    this.#stopBody = stopBody;
  }

  /** Notes a task that may wait for itself. */
  suspect(task: number): void {
    this.#suspects.add(task);
  }

  /** Searches soon, while bodies still run; does nothing when there is no suspect. */
  searchLater(): void {
    if (this.#searching || this.#suspects.size === 0) return;
    this.#searching = true;
    setTimeout(() => {
      this.#searching = false;
      const suspects = [...this.#suspects].filter((task) => task < this.#table.scheduler.top);
      this.#suspects.clear();
      this.#failAll(suspects);
    }, SEARCH_AFTER);
  }

  /** Searches all tasks and fails those that wait for themselves. Gives whether there was one. */
  search(): boolean {
    this.#suspects.clear();
    return this.#failAll(Array.from({ length: this.#table.scheduler.top }, (_, task) => task));
  }

  /** Forgets the suspects, when nothing is left to search. */
  clear(): void {
    this.#suspects.clear();
  }

  #failAll(suspects: readonly number[]): boolean {
    const find = (): number[] | undefined =>
      findCycle(this.#table.scheduler, suspects, (task) => this.#innerTargets(task));
    let found = false;
    for (let cycle = find(); cycle !== undefined; cycle = find()) {
      found = true;
      this.#fail(cycle);
    }
    if (found) for (const run of this.#live) this.#wake(run);
    return found;
  }

  /** Fails every call on a cycle; bodies among them that wait for an inner `resolve()` are stopped. */
  #fail(cycle: readonly number[]): void {
    const futures = cycle.map((task) => this.#table.futureOf(task));
    const failure = cycleFailure(futures);
    cycle.forEach((task, index) => {
      const future = futures[index];
      if (future?._slot !== task) return; // failed with one before it
      if (this.#table.scheduler.state(task) === RUNNING) this.#stopBody(task, future, callFailure(failure, [future]));
      if (future._slot === task) this.#completion.fail(task, failure);
    });
  }

  /** The calls that the body of a task resolves itself. */
  #innerTargets(task: number): number[] {
    const future: Future = this.#table.futureOf(task);
    const inner: number[] = [];
    for (const run of this.#live) {
      if (run.caller?.parent !== future) continue;
      run.held.each((target) => {
        if (target._slot !== -1) inner.push(target._slot);
      });
    }
    return inner;
  }
}
