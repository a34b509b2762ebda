const FIRST_CAPACITY = 4;
/** Shared by heaps that were told to make no room at once. */
const NO_TASKS = new Int32Array(0);
const NO_KEYS = new Float64Array(0);

/**
 * Tasks by a key, lowest first, over typed arrays that grow as needed. Tasks of equal key leave in the order of their
 * numbers. As long as tasks come in this order they stand in line, and `push` and `pop` are O(1); a line is a heap, too, and
 * becomes one with the first task that comes out of order: then they are O(log size). Both allocate only to grow.
 *
 * Positions in the heap are in range by construction, which the type system cannot see: hence the `as number`.
 */
export class TaskHeap {
  #tasks: Int32Array;
  #keys: Float64Array;
  /** Where the first task stands: 0 but for a line. */
  #start = 0;
  /** Where the next one is put. */
  #end = 0;
  /** All stand in the order in which they leave. */
  #inLine = true;

  /** @param capacity tasks to make room for at once. Default 64. */
  constructor(capacity = 64) {
    this.#tasks = capacity === 0 ? NO_TASKS : new Int32Array(capacity);
    this.#keys = capacity === 0 ? NO_KEYS : new Float64Array(capacity);
  }

  /** How many tasks there are. */
  get size(): number {
    return this.#end - this.#start;
  }

  /** The task that `pop` would return; -1 when there is none. */
  peek(): number {
    return this.size === 0 ? -1 : (this.#tasks[this.#start] as number);
  }

  /** The lowest key; Infinity when there is none. */
  peekKey(): number {
    return this.size === 0 ? Infinity : (this.#keys[this.#start] as number);
  }

  /** Adds a task. It must not be in the heap already. */
  push(task: number, key: number): void {
    if (this.#inLine && !this.#isLast(task, key)) this.#leaveLine();
    if (this.#end === this.#tasks.length) this.#makeRoom();
    const tasks = this.#tasks;
    const keys = this.#keys;
    let at = this.#end++;
    while (at > 0 && !this.#inLine) {
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
    if (this.#start === this.#end) return -1;
    const first = this.#tasks[this.#start] as number;
    if (this.#inLine) this.#start += 1;
    else {
      const size = --this.#end;
      if (size > 0) {
        this.#tasks[0] = this.#tasks[size] as number;
        this.#keys[0] = this.#keys[size] as number;
        this.#sink(0);
      }
    }
    if (this.#start === this.#end) {
      this.#start = 0;
      this.#end = 0;
      this.#inLine = true;
    }
    return first;
  }

  /** Whether a task would leave after all that are there. */
  #isLast(task: number, key: number): boolean {
    if (this.#start === this.#end) return true;
    const lastKey = this.#keys[this.#end - 1] as number;
    return lastKey < key || (lastKey === key && (this.#tasks[this.#end - 1] as number) < task);
  }

  #leaveLine(): void {
    this.#moveUp();
    this.#inLine = false;
  }

  /** Fills the places of those that have left. */
  #moveUp(): void {
    if (this.#start === 0) return;
    this.#tasks.copyWithin(0, this.#start, this.#end);
    this.#keys.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }

  /** Lets the task at `start` sink below every task of lower key. */
  #sink(start: number): void {
    const tasks = this.#tasks;
    const keys = this.#keys;
    const size = this.#end;
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

  /** Makes room at the end: at the start, if half of it is free there, else by growing. */
  #makeRoom(): void {
    if (this.#start * 2 > this.#tasks.length) {
      this.#moveUp();
      return;
    }
    const capacity = Math.max(FIRST_CAPACITY, this.#tasks.length * 2);
    const tasks = new Int32Array(capacity);
    const keys = new Float64Array(capacity);
    tasks.set(this.#tasks);
    keys.set(this.#keys);
    this.#tasks = tasks;
    this.#keys = keys;
  }
}
