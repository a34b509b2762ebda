import { TaskHeap } from './task-heap.js';

/** The tasks that may start, lowest rank first; equal ranks in the order of task numbers. O(log size) per task. */
export class ReadyHeap {
  readonly #heap: TaskHeap;
  #rank: Int32Array;

  /**
   * @param rank position of every task in the chosen order, read when a task is pushed; a task beyond its end comes last
   * @param capacity tasks to make room for at once. Default 64.
   */
  constructor(rank: Int32Array, capacity?: number) {
    this.#rank = rank;
    this.#heap = new TaskHeap(capacity);
  }

  /** How many tasks wait. */
  get size(): number {
    return this.#heap.size;
  }

  /** The task that `pop` would return; -1 when none waits. */
  peek(): number {
    return this.#heap.peek();
  }

  /** Adds a task. It must not be in the heap already. */
  push(task: number): void {
    this.#heap.push(task, this.#rank[task] ?? Infinity);
  }

  /** Removes and returns the task of lowest rank; -1 when none waits. */
  pop(): number {
    return this.#heap.pop();
  }

  /** Removes all tasks; the room stays. */
  clear(): void {
    this.#heap.clear();
  }

  /** Orders the waiting tasks, and those still to come, by another rank. O(size). */
  rerank(rank: Int32Array): void {
    this.#rank = rank;
    this.#heap.rekey((task) => rank[task] ?? Infinity);
  }
}
