import type { LinkedGraph, Rows } from '../task-graph.js';

/**
 * Changes an execution order while every task stays after its dependencies. Both moves cost O(tasks between the two
 * positions and their edges) and allocate nothing.
 */
export class OrderMoves {
  readonly #dependencies: Rows;
  readonly #dependents: Rows;
  readonly #moved: Uint8Array;
  readonly #held: Int32Array;

  constructor(graph: LinkedGraph) {
    this.#dependencies = graph;
    this.#dependents = graph.dependents;
    this.#moved = new Uint8Array(graph.count);
    this.#held = new Int32Array(graph.count);
  }

  /** Moves the task at `from`, with whatever depends on it, behind all else up to and including position `to`. */
  postpone(order: Int32Array, { from, to }: { from: number; to: number }): void {
    let held = 0;
    let place = from;
    for (let at = from; at <= to; at++) {
      const task = order[at] as number;
      if (at === from || this.#touchesMoved(this.#dependencies, task)) {
        this.#moved[task] = 1;
        this.#held[held++] = task;
      } else order[place++] = task;
    }
    for (let at = 0; at < held; at++) order[place++] = this.#putBack(at);
  }

  /** Moves the task at `from`, with whatever it depends on, before all else down to and including position `to`. */
  advance(order: Int32Array, { from, to }: { from: number; to: number }): void {
    let held = 0;
    let place = from;
    for (let at = from; at >= to; at--) {
      const task = order[at] as number;
      if (at === from || this.#touchesMoved(this.#dependents, task)) {
        this.#moved[task] = 1;
        this.#held[held++] = task;
      } else order[place--] = task;
    }
    for (let at = 0; at < held; at++) order[place--] = this.#putBack(at);
  }

  #touchesMoved({ offsets, dependencies }: Rows, task: number): boolean {
    const end = offsets[task + 1] as number;
    for (let at = offsets[task] as number; at < end; at++)
      if (this.#moved[dependencies[at] as number] === 1) return true;
    return false;
  }

  #putBack(at: number): number {
    const task = this.#held[at] as number;
    this.#moved[task] = 0;
    return task;
  }
}
