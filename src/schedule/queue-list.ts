import { ReadyQueue, UNLISTED } from './ready-queue.js';
import { TaskHeap } from './task-heap.js';

/** The list is given back when nothing is left to do if it ever held more queues than this. */
const ROOM_KEPT = 1 << 16;
/** By how much a queue goes before others for each run that its own is inside of, and how many of these count. */
const DEEPER = 2 ** 33;
const MOST_DEPTH = 2 ** 19;

/** The queues of all runs by number, and in which order those are looked at that have something to start. */
export class QueueList {
  /** By number; undefined where a number is free. */
  readonly queues: (ReadyQueue | undefined)[] = [];
  readonly #free: number[] = [];
  /** Queues with something to start, the deepest first, in the order in which they were listed. */
  #listed = new TaskHeap(0);
  #listings = 0;
  #last = -1;
  #most = 0;

  /** Makes a queue for a run that is inside of `depth` others, and gives its number. */
  open(depth: number): number {
    const queue = this.#free.pop() ?? this.queues.length;
    this.queues[queue] = new ReadyQueue(Math.min(depth, MOST_DEPTH));
    return queue;
  }

  /** Forgets a queue: its number is free. */
  forget(queue: number): void {
    this.queues[queue] = undefined;
    this.#free.push(queue);
  }

  /** Takes the next queue off the list; -1 when there is none. */
  next(): number {
    for (;;) {
      const listing = this.#listed.peekKey();
      const queue = this.#listed.pop();
      if (queue === -1) return -1;
      // One that was taken off the list stands there still, and may have been listed again since.
      if (this.queues[queue]?.listing === listing && this.take(queue)) return queue;
    }
  }

  /** Takes a queue off the list; gives whether it was there. */
  take(queue: number): boolean {
    const found = this.queues[queue];
    if (found === undefined || found.listing === UNLISTED) return false;
    found.listing = UNLISTED;
    return true;
  }

  /** Lists a queue that may not be listed, as deep as it is unless that is given. */
  list(queue: number, listed: ReadyQueue, depth = listed.depth): void {
    if (listed.listing !== UNLISTED) return;
    this.#listings += 1;
    this.#last = queue;
    listed.listing = this.#listings - depth * DEEPER;
    this.#listed.push(queue, listed.listing);
    if (this.#listed.size > this.#most) this.#most = this.#listed.size;
  }

  /** Takes a queue off the list again, if it was listed last. */
  unlist(queue: number): void {
    if (this.#last === queue) this.take(queue);
  }

  /** Gives a large list back when nothing is on it. */
  trim(): void {
    if (this.#most <= ROOM_KEPT || this.#listed.size > 0) return;
    this.#listed = new TaskHeap(0);
    this.#most = 0;
  }
}
