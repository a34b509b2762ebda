import { type Future, KEPT, PERSISTED } from '../../graph/future.js';
import type { Scheduler } from '../../schedule/scheduler.js';
import { NO_NODES, NodeSets, type Origin } from './node-sets.js';

/**
 * Which nodes a value owes itself to that its key does not tell of. A key names a call's node and, through its arguments,
 * the nodes upstream; what bodies call is known only once they have run, and a stored value is good while all of it is as
 * it was. Kept by task while any run has a store.
 *
 * Of each task two sets: *beyond* are the nodes that its key does not tell of; *all* are these, its own node, and all of its
 * arguments.
 */
export class Provenance {
  readonly #scheduler: Scheduler;
  readonly #sets = new NodeSets();
  readonly #beyond: number[] = [];
  readonly #all: number[] = [];
  /** Whether the body has ended in other calls. */
  readonly #expanded: boolean[] = [];
  /** Of calls whose value outlives their task. */
  readonly #known = new WeakMap<Future, Known>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** A call becomes a task. */
  enter(task: number, future: Future): void {
    const known = this.#known.get(future);
    this.#beyond[task] = known?.beyond ?? NO_NODES;
    this.#all[task] = known?.all ?? NO_NODES;
    this.#expanded[task] = false;
  }

  /** The value of a call comes from a store, with the nodes that were told beside it. */
  loaded(future: Future, nodes: readonly Origin[]): void {
    if (nodes.length === 0) return;
    const beyond = nodes.reduce((set, node) => this.#sets.union(set, this.#sets.single(node)), NO_NODES);
    this.#known.set(future, { beyond, all: beyond });
  }

  /** A body has ended in other calls; its task still has its own inputs. */
  expand(task: number): void {
    this.#takeInputs(task);
    this.#expanded[task] = true;
  }

  /** A body has resolved a call by itself, whose task this is. */
  resolvedIn(caller: number, task: number): void {
    this.#beyond[caller] = this.#sets.union(this.#beyond[caller] ?? NO_NODES, this.#all[task] ?? NO_NODES);
  }

  /** A call has its value; its task still has its inputs. */
  finish(task: number, future: Future): void {
    if (this.#expanded[task] === true) this.#takeExpansion(task);
    else this.#takeInputs(task);
    const own = future._spec.immediate ? NO_NODES : this.#sets.single(future._spec.identity);
    const beyond = this.#beyond[task] ?? NO_NODES;
    const all = this.#sets.union(this.#sets.union(this.#all[task] ?? NO_NODES, own), beyond);
    this.#all[task] = all;
    if ((future._flags & (KEPT | PERSISTED)) !== 0) this.#known.set(future, { beyond, all });
  }

  /** The nodes that a call's key does not tell of; its task is still there. */
  beyond(task: number): readonly Origin[] {
    return this.#sets.members(this.#beyond[task] ?? NO_NODES);
  }

  #takeInputs(task: number): void {
    let beyond = this.#beyond[task] ?? NO_NODES;
    let all = this.#all[task] ?? NO_NODES;
    this.#scheduler.eachInput(task, (input) => {
      beyond = this.#sets.union(beyond, this.#beyond[input] ?? NO_NODES);
      all = this.#sets.union(all, this.#all[input] ?? NO_NODES);
    });
    this.#beyond[task] = beyond;
    this.#all[task] = all;
  }

  #takeExpansion(task: number): void {
    let beyond = this.#beyond[task] ?? NO_NODES;
    this.#scheduler.eachInput(task, (input) => {
      beyond = this.#sets.union(beyond, this.#all[input] ?? NO_NODES);
    });
    this.#beyond[task] = beyond;
  }
}

interface Known {
  readonly beyond: number;
  readonly all: number;
}
