import { TaskHeap } from './task-heap.js';

/** The scheduler does not list the queue. */
export const UNLISTED = Infinity;

/** Runs are many and mostly small: room is made when it is needed. */
const NO_ROOM = new Int32Array(0);
const FIRST_ROOM = 8;

/**
 * The tasks of one run that may start. Tasks that run one after the other follow an *order* decided beforehand: a stack
 * of segments, each a stretch of `#order` with a cursor. A segment is pushed when a run begins, when a body makes
 * calls, and for a task whose dependencies ended only after the cursor had passed it; the newest is followed first,
 * which is what keeps a run depth-first. Tasks that may run at the same time wait in a heap by rank.
 */
export class ReadyQueue {
  /** How many runs its own is inside of. */
  readonly depth: number;
  /** Tasks that may run beside others, lowest rank first. */
  readonly parallel = new TaskHeap(0);
  /** Tasks that run elsewhere, likewise. */
  readonly remote = new TaskHeap(0);
  /** Tasks in the scheduler that belong to this queue. */
  tasks = 0;
  /** Tasks that ever belonged to it, but for those that had their value already. */
  added = 0;
  /** Of these, how many have got their value. */
  finished = 0;
  /** No tasks will be added once those it has are gone. */
  closed = false;
  /** Where the scheduler lists it among the queues with something to start. */
  listing = UNLISTED;
  #order: Int32Array = NO_ROOM;
  #cursors = NO_ROOM;
  #ends = NO_ROOM;
  #segments = 0;

  constructor(depth = 0) {
    this.depth = depth;
  }

  /** Puts tasks on top, to be considered in order before all that are there. Takes `order` over if it is the first. */
  pushOrder(order: Int32Array): void {
    const start = this.#open(order.length);
    if (start === 0 && order.length > this.#order.length) this.#order = order;
    else {
      this.#reserve(start + order.length);
      this.#order.set(order, start);
    }
  }

  /** Puts one task on top. */
  pushTask(task: number): void {
    const start = this.#open(1);
    this.#reserve(start + 1);
    this.#order[start] = task;
  }

  /** The next task in order, -1 at the end. Whether it can start is for the caller to see. */
  next(): number {
    while (this.#segments > 0) {
      const top = this.#segments - 1;
      const cursor = this.#cursors[top] as number;
      if (cursor < (this.#ends[top] as number)) {
        this.#cursors[top] = cursor + 1;
        return this.#order[cursor] as number;
      }
      this.#segments = top;
    }
    return -1;
  }

  /** Begins a segment of `length` and gives its start. */
  #open(length: number): number {
    // Segments that were followed to their end make room, so that endless recursion in tail position needs none.
    while (this.#segments > 0 && this.#cursors[this.#segments - 1] === this.#ends[this.#segments - 1])
      this.#segments -= 1;
    const top = this.#segments;
    const start = top === 0 ? 0 : (this.#ends[top - 1] as number);
    if (top === this.#cursors.length) {
      this.#cursors = grown(this.#cursors, top + 1);
      this.#ends = grown(this.#ends, top + 1);
    }
    this.#cursors[top] = start;
    this.#ends[top] = start + length;
    this.#segments = top + 1;
    return start;
  }

  #reserve(length: number): void {
    if (length > this.#order.length) this.#order = grown(this.#order, length);
  }
}

/** A copy with at least twice the room. */
function grown(array: Int32Array, atLeast: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(array.length * 2, atLeast, FIRST_ROOM));
  larger.set(array);
  return larger;
}
