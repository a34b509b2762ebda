import { RankSet } from './rank-set.js';
import { rowLengths, type LinkedGraph, type Rows } from '../task-graph.js';
import { TaskHeap } from '../task-heap.js';
import { invert } from './task-order.js';

/** What list scheduling needs to know. Rows name every dependency once. */
export interface ListProblem {
  readonly dependencies: Rows;
  readonly dependents: Rows;
  readonly cost: Float64Array;
  /** Tasks that run at once; at least 1. */
  readonly workers: number;
}

/** The problem that a graph poses to some workers. */
export function listProblem(graph: LinkedGraph, workers: number): ListProblem {
  return { dependencies: graph, dependents: graph.dependents, cost: graph.cost, workers };
}

/**
 * List-schedules one graph again and again: an idle worker always takes the first ready task of a list. All arrays are
 * made once and overwritten by each `run`, so that a search over thousands of lists allocates nothing.
 */
export class ListSchedule {
  /** When each task starts and ends in the last run. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Which worker took it. */
  readonly worker: Int32Array;
  /** What happened, in order: a task number where a task started, its complement (`~task`) where it ended. */
  readonly events: Int32Array;
  /** The tasks as they started. */
  readonly order: Int32Array;

  /** How many tasks run at once. */
  readonly workers: number;

  readonly #problem: ListProblem;
  readonly #dependencyCounts: Int32Array;
  readonly #waitingFor: Int32Array;
  readonly #rank: Int32Array;
  readonly #ready: RankSet;
  readonly #running: TaskHeap;
  readonly #idle: Int32Array;

  constructor(problem: ListProblem) {
    const { count } = problem.dependencies;
    this.#problem = problem;
    this.workers = problem.workers;
    this.start = new Float64Array(count);
    this.end = new Float64Array(count);
    this.worker = new Int32Array(count);
    this.events = new Int32Array(2 * count);
    this.order = new Int32Array(count);
    this.#dependencyCounts = rowLengths(problem.dependencies);
    this.#waitingFor = new Int32Array(count);
    this.#rank = new Int32Array(count);
    this.#ready = new RankSet(count);
    const workers = Math.min(problem.workers, count);
    this.#running = new TaskHeap(workers);
    this.#idle = new Int32Array(workers);
  }

  /** Schedules by `list`, which names every task once, and returns the makespan. */
  run(list: Int32Array): number {
    const { cost, dependents } = this.#problem;
    const { start, end, worker, events, order } = this;
    const waitingFor = this.#waitingFor;
    const ready = this.#ready;
    const running = this.#running;
    const idle = this.#idle;
    const rank = invert(list, this.#rank);
    waitingFor.set(this.#dependencyCounts);
    for (let task = 0; task < waitingFor.length; task++) if (waitingFor[task] === 0) ready.add(rank[task] as number);
    let idleWorkers = idle.length;
    for (let at = 0; at < idleWorkers; at++) idle[at] = idleWorkers - 1 - at;
    let now = 0;
    let happened = 0;
    let started = 0;
    for (;;) {
      while (idleWorkers > 0) {
        const next = ready.takeLowest();
        if (next === -1) break;
        const task = list[next] as number;
        start[task] = now;
        end[task] = now + (cost[task] as number);
        worker[task] = idle[--idleWorkers] as number;
        order[started++] = task;
        events[happened++] = task;
        running.push(task, end[task]);
      }
      if (running.size === 0) return now;
      now = running.peekKey();
      // All that ends now ends before anything starts.
      do {
        const task = running.pop();
        idle[idleWorkers++] = worker[task] as number;
        events[happened++] = ~task;
        const last = dependents.offsets[task + 1] as number;
        for (let at = dependents.offsets[task] as number; at < last; at++) {
          const dependent = dependents.dependencies[at] as number;
          const left = (waitingFor[dependent] as number) - 1;
          waitingFor[dependent] = left;
          if (left === 0) ready.add(rank[dependent] as number);
        }
      } while (running.peekKey() === now);
    }
  }
}
