import { childrenOf } from './task-graph.js';
import type { TaskGraph } from './task-graph.js';

/** Counts the bytes of results while tasks of a graph run: a result goes when the last task that reads it has finished. */
export class LiveBytes {
  /** Most bytes alive at one time so far. */
  peak = 0;
  #live = 0;
  readonly #graph: TaskGraph;
  /** For each task, how many readers have not finished. */
  readonly #readers: number[];

  constructor(graph: TaskGraph) {
    this.#graph = graph;
    this.#readers = childrenOf(graph).map((children) => children.length);
  }

  /** Counts the result of `task` from now on. */
  hold(task: number): void {
    this.#live += this.#graph.tasks[task]?.bytes ?? 0;
    this.peak = Math.max(this.peak, this.#live);
  }

  /** Lets go of what `task` was the last to read. */
  finish(task: number): void {
    for (const parent of this.#graph.tasks[task]?.parents ?? []) {
      const left = (this.#readers[parent] ?? 0) - 1;
      this.#readers[parent] = left;
      if (left === 0) this.#live -= this.#graph.tasks[parent]?.bytes ?? 0;
    }
  }
}
