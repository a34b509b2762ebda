const FIRST_CAPACITY = 4;
/** Shared by heaps that were told to make no room at once. */
const NO_TASKS = new Int32Array(0);
const NO_KEYS = new Float64Array(0);

/**
 * Tasks by a key, lowest first: a binary heap over typed arrays that grow as needed. Tasks of equal key leave in the order
 * of their numbers. `push` and `pop` are O(log size) and allocate only when the heap grows.
 *
 * Positions in the heap are in range by construction, which the type system cannot see: hence the `as number`.
 */
export class TaskHeap {
  #tasks: Int32Array;
  #keys: Float64Array;
  #size = 0;

  /** @param capacity tasks to make room for at once. Default 64. */
  constructor(capacity = 64) {
    this.#tasks = capacity === 0 ? NO_TASKS : new Int32Array(capacity);
    this.#keys = capacity === 0 ? NO_KEYS : new Float64Array(capacity);
  }

  /** How many tasks there are. */
  get size(): number {
    return this.#size;
  }

  /** The task that `pop` would return; -1 when there is none. */
  peek(): number {
    return this.#size === 0 ? -1 : (this.#tasks[0] as number);
  }

  /** The lowest key; Infinity when there is none. */
  peekKey(): number {
    return this.#size === 0 ? Infinity : (this.#keys[0] as number);
  }

  /** Adds a task. It must not be in the heap already. */
  push(task: number, key: number): void {
    const size = this.#size++;
    if (size === this.#tasks.length) this.#grow();
    const tasks = this.#tasks;
    const keys = this.#keys;
    let at = size;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const aboveKey = keys[above] as number;
      if (aboveKey < key || (aboveKey === key && (tasks[above] as number) < task)) break;
      keys[at] = aboveKey;
      tasks[at] = tasks[above] as number;
      at = above;
    }
    keys[at] = key;
    tasks[at] = task;
  }

  /** Removes and returns the task of lowest key; -1 when there is none. */
  pop(): number {
    if (this.#size === 0) return -1;
    const first = this.#tasks[0] as number;
    const size = --this.#size;
    if (size > 0) {
      this.#tasks[0] = this.#tasks[size] as number;
      this.#keys[0] = this.#keys[size] as number;
      this.#sink(0);
    }
    return first;
  }

  /** Lets the task at `start` sink below every task of lower key. */
  #sink(start: number): void {
    const tasks = this.#tasks;
    const keys = this.#keys;
    const size = this.#size;
    const task = tasks[start] as number;
    const key = keys[start] as number;
    let at = start;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= size) break;
      let belowKey = keys[below] as number;
      if (below + 1 < size) {
        const otherKey = keys[below + 1] as number;
        if (otherKey < belowKey || (otherKey === belowKey && (tasks[below + 1] as number) < (tasks[below] as number))) {
          below++;
          belowKey = otherKey;
        }
      }
      if (belowKey > key || (belowKey === key && (tasks[below] as number) > task)) break;
      keys[at] = belowKey;
      tasks[at] = tasks[below] as number;
      at = below;
    }
    keys[at] = key;
    tasks[at] = task;
  }

  #grow(): void {
    const capacity = Math.max(FIRST_CAPACITY, this.#tasks.length * 2);
    const tasks = new Int32Array(capacity);
    const keys = new Float64Array(capacity);
    tasks.set(this.#tasks);
    keys.set(this.#keys);
    this.#tasks = tasks;
    this.#keys = keys;
  }
}
