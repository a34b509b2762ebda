import type { Future } from '../graph/future.js';
import type { NodeIdentity } from '../graph/spec.js';
import { Crowd } from './crowd.js';
import type { Run } from './run.js';
import type { Place } from './slot.js';
import type { TaskTable } from './task-table.js';

/** The limits that calls run under: of their run, and of their node. */
export class Crowds {
  readonly #table: TaskTable;
  readonly #wake: (run: Run) => void;
  /** Running calls of nodes with a `concurrency`, and those that wait for one of them to end. */
  readonly #crowds = new WeakMap<NodeIdentity, Crowd>();
  /** The crowds in which calls wait. */
  readonly #crowded = new Map<NodeIdentity, Crowd>();

  constructor(table: TaskTable, wake: (run: Run) => void) {
    this.#table = table;
    this.#wake = wake;
  }

  /** Enters a call into all that limits it; undefined when its node is full: it is called when a place is free. */
  admit(task: number, future: Future, run: Run): readonly Place[] | undefined {
    const { concurrency } = future._spec.options;
    if (concurrency === undefined && !run.limited) return NO_PLACES;
    const { identity } = future._spec;
    const places: Place[] = [];
    if (run.limited) places.push(run.limiter);
    if (concurrency !== undefined) {
      const crowd = this.#crowdOf(identity);
      if (!crowd.isOpen(concurrency)) {
        crowd.wait(task);
        this.#crowded.set(identity, crowd);
        return undefined;
      }
      const left = (): void => {
        this.#callNext(identity, crowd);
      };
      places.push(crowd.place(concurrency, left));
    }
    for (const place of places) place.enter();
    return places;
  }

  #crowdOf(identity: NodeIdentity): Crowd {
    let crowd = this.#crowds.get(identity);
    if (crowd === undefined) {
      crowd = new Crowd();
      this.#crowds.set(identity, crowd);
    }
    return crowd;
  }

  /** Somebody left a crowd: the call that waits longest may have the place. Gives whether there was one. */
  #callNext(identity: NodeIdentity, crowd: Crowd): boolean {
    const { scheduler } = this.#table;
    const task = crowd.next(
      (waiting) => scheduler.isReady(waiting) && this.#table.futureOf(waiting)._spec.identity === identity,
    );
    if (!crowd.hasWaiting) this.#crowded.delete(identity);
    if (task === -1) return false;
    scheduler.requeue(task);
    this.#wake(this.#table.runOf(task));
    return true;
  }

  /** Offers the free places of crowds again: the calls that they were offered to may have been cancelled since. */
  callWaiting(): boolean {
    let called = false;
    for (const [identity, crowd] of this.#crowded) {
      if (crowd.isOpen(1) && this.#callNext(identity, crowd)) called = true;
    }
    return called;
  }
}

const NO_PLACES: readonly Place[] = [];
