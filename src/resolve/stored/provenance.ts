import { CALLED, DONE, type Future, STATE_BITS } from '../../graph/future.js';
import { eachArgument } from '../../graph/dependencies.js';
import type { NodeStamp } from '../../graph/store.js';
import type { Scheduler } from '../../schedule/scheduler.js';
import { NO_NODES, NodeSets, type Origin } from './node-sets.js';

/** What a value that was there owes itself to was not asked for. */
const UNSEEN = -2;

/** Sets above this number are forgotten when nothing is left to do. */
const SETS_KEPT = 1000;

/**
 * Which nodes a value owes itself to that its key does not tell of. A key names a call's node and, through its arguments,
 * the nodes upstream; what bodies call is known only once they have run, and a stored value is good while all of it is as
 * it was. Kept by task while any run has a store.
 *
 * Of each task two sets: *beyond* are the nodes that its key does not tell of; *all* are these, its own node, and all of its
 * arguments. Either may be unknown: of values that were computed before any run had a store, by bodies that called others.
 */
export class Provenance {
  readonly #table: Tasks;
  #sets = new NodeSets();
  readonly #beyond: number[] = [];
  readonly #all: number[] = [];
  /** Whether the body has ended in other calls. */
  readonly #expanded: boolean[] = [];
  /** Of calls whose value outlives their task. */
  readonly #known = new WeakMap<Future, Known>();
  /** What entries of stores tell of nodes, each once. */
  readonly #stamps = new Map<string, NodeStamp>();

  constructor(table: Tasks) {
    this.#table = table;
  }

  /** A call becomes a task, perhaps one that has its value. */
  enter(task: number, future: Future): void {
    const done = (future._flags & STATE_BITS) === DONE;
    if (!done) this.#known.delete(future);
    // Most of what is there already nobody asks about.
    this.#beyond[task] = done ? UNSEEN : NO_NODES;
    this.#all[task] = done ? UNSEEN : NO_NODES;
    this.#expanded[task] = false;
  }

  /** The value of a call comes from a store, with the nodes that were told beside it. */
  loaded(future: Future, nodes: readonly NodeStamp[]): void {
    if (nodes.length === 0) return;
    const stamps = nodes.map((stamp) => this.#interned(stamp));
    this.#known.set(future, { beyond: stamps, all: [...stamps, future._spec.identity] });
  }

  /** A body has ended in other calls; its task still has its own inputs. */
  expand(task: number): void {
    this.#takeInputs(task);
    this.#expanded[task] = true;
  }

  /** A body has resolved a call by itself, whose task this is. */
  resolvedIn(caller: number, task: number): void {
    this.#beyond[caller] = this.#sets.union(this.#beyond[caller] ?? NO_NODES, this.#allOf(task));
  }

  /** A call has its value; its task still has its inputs. */
  finish(task: number, future: Future): void {
    const loaded = this.#known.get(future);
    if (loaded !== undefined) {
      this.#beyond[task] = this.#sets.of(loaded.beyond);
      this.#all[task] = this.#sets.of(loaded.all);
      return;
    }
    if (this.#expanded[task] === true) this.#takeExpansion(task);
    else this.#takeInputs(task);
    const own = future._spec.immediate ? NO_NODES : this.#sets.single(future._spec.identity);
    const beyond = this.#beyond[task] ?? NO_NODES;
    this.#all[task] = this.#sets.union(this.#sets.union(this.#all[task] ?? NO_NODES, own), beyond);
  }

  /** The value of a task stays. */
  leave(task: number, future: Future): void {
    if (this.#beyond[task] === UNSEEN) return;
    this.#known.set(future, {
      beyond: this.#sets.members(this.#beyondOf(task)),
      all: this.#sets.members(this.#allOf(task)),
    });
  }

  /** The nodes that a call's key does not tell of, while its task is there; undefined when that is not known. */
  beyond(task: number): readonly Origin[] | undefined {
    return this.#sets.members(this.#beyondOf(task));
  }

  #beyondOf(task: number): number {
    this.#see(task);
    return this.#beyond[task] ?? NO_NODES;
  }

  #allOf(task: number): number {
    this.#see(task);
    return this.#all[task] ?? NO_NODES;
  }

  #see(task: number): void {
    if (this.#beyond[task] !== UNSEEN) return;
    const { beyond, all } = this.#knownOf(this.#table.futureOf(task));
    this.#beyond[task] = this.#sets.of(beyond);
    this.#all[task] = this.#sets.of(all);
  }

  /** There is no task. */
  trim(): void {
    if (this.#sets.size <= SETS_KEPT) return;
    this.#sets = new NodeSets();
    this.#stamps.clear();
  }

  /** What a value owes itself to that was there before: found upstream, as far as no body has called others. */
  #knownOf(future: Future): Known {
    const known = this.#known.get(future);
    if (known !== undefined) return known;
    const found = this.#foundUpstream(future) ?? { beyond: undefined, all: undefined };
    this.#known.set(future, found);
    return found;
  }

  #foundUpstream(future: Future): Known | undefined {
    const beyond = new Set<Origin>();
    const all = new Set<Origin>();
    const met = new Set([future]);
    for (const call of met) {
      const known = call === future ? undefined : this.#known.get(call);
      if (known === undefined) {
        if ((call._flags & CALLED) !== 0) return undefined;
        if (!call._spec.immediate) all.add(call._spec.identity);
        eachArgument(call, (argument) => met.add(argument));
        continue;
      }
      if (known.beyond === undefined || known.all === undefined) return undefined;
      for (const origin of known.beyond) beyond.add(origin);
      for (const origin of known.all) all.add(origin);
    }
    return { beyond: [...beyond], all: [...all] };
  }

  #interned(stamp: NodeStamp): NodeStamp {
    const text = JSON.stringify([stamp.node, stamp.version, stamp.source, stamp.module]);
    const known = this.#stamps.get(text);
    if (known === undefined) this.#stamps.set(text, stamp);
    return known ?? stamp;
  }

  #takeInputs(task: number): void {
    let beyond = this.#beyond[task] ?? NO_NODES;
    let all = this.#all[task] ?? NO_NODES;
    this.#table.scheduler.eachInput(task, (input) => {
      beyond = this.#sets.union(beyond, this.#beyondOf(input));
      all = this.#sets.union(all, this.#allOf(input));
    });
    this.#beyond[task] = beyond;
    this.#all[task] = all;
  }

  #takeExpansion(task: number): void {
    let beyond = this.#beyond[task] ?? NO_NODES;
    this.#table.scheduler.eachInput(task, (input) => {
      beyond = this.#sets.union(beyond, this.#allOf(input));
    });
    this.#beyond[task] = beyond;
  }
}

/** Tasks and their calls. */
interface Tasks {
  readonly scheduler: Scheduler;
  futureOf(task: number): Future;
}

/** Undefined is not known. */
interface Known {
  readonly beyond: readonly Origin[] | undefined;
  readonly all: readonly Origin[] | undefined;
}
