import { eachFuture } from './containers.js';
import { eachArgument } from './dependencies.js';
import { Future } from './future.js';
import { Graph } from './graph.js';

/** The calls that a view shows. Parts of values stand for no call of their own: each belongs to the call it is taken from. */
export interface CallCollection {
  /** Every call, dependencies before their dependents; first those that were built, then those that bodies made. */
  readonly calls: readonly Future[];
  /** How many of them, from the start, were built rather than made by bodies. */
  readonly built: number;
  /** The place of each call in {@link calls}. */
  readonly places: ReadonlyMap<Future, number>;
  /** The Futures of parts that were met, by their call. */
  readonly parts: ReadonlyMap<Future, ReadonlySet<Future>>;
  /** What was asked for, unless a Graph was; for parts also the call that they belong to. */
  readonly targets: ReadonlySet<Future>;
  /** The Graph that was asked for. */
  readonly graph: Graph | undefined;
}

/** Its dependencies are being looked at. */
const OPEN = -1;

/**
 * Finds the calls that targets need, and those that their bodies made: through arguments, `_nested` and the Graphs
 * that recorded them. For a Graph, every call that it recorded. Keeps its own stack; O(calls + arguments).
 *
 * @throws DAG_FOREIGN_FUTURE
 */
export function collectCalls(targets: readonly Future[] | Graph): CallCollection {
  const collector = new Collector();
  if (!(targets instanceof Graph)) {
    const asked = targets.map((target) => collector.wholeOf(target));
    return { ...collector.collect(asked, []), targets: new Set([...targets, ...asked]), graph: undefined };
  }
  const recorded = targets.futures;
  const roots = recorded.filter((future) => future._parent === undefined);
  return { ...collector.collect(roots, recorded), targets: new Set(), graph: targets };
}

/** The distinct Futures in a target, which may be one, or an array, plain object, Map or Set of them. */
export function futuresIn(target: unknown): Future[] {
  const found = new Set<Future>();
  eachFuture(target, (future) => found.add(future));
  return [...found];
}

class Collector {
  readonly #calls: Future[] = [];
  readonly #places = new Map<Future, number>();
  readonly #parts = new Map<Future, Set<Future>>();
  /** What each Graph recorded, by the call in whose body it was made. */
  readonly #recorded = new Map<Graph, ReadonlyMap<Future, readonly Future[]>>();

  /** Collects the calls that `roots` need and lead to, and then `others`, wherever they were made. */
  collect(roots: readonly Future[], others: readonly Future[]): Omit<CallCollection, 'targets' | 'graph'> {
    for (const root of roots) this.#discover(root);
    const built = this.#calls.length;
    // The list grows while it is walked: nested calls have nested calls.
    for (const call of this.#calls) this.#discoverNested(call);
    for (const other of others) this.#discover(other); // a Graph keeps calls whose parent was removed from it
    return { calls: this.#calls, built, places: this.#places, parts: this.#parts };
  }

  /** Adds a call after those that it depends on. */
  #discover(root: Future): void {
    const stack = [root];
    for (let call = stack.at(-1); call !== undefined; call = stack.at(-1)) {
      const place = this.#places.get(call);
      if (place === undefined) {
        this.#places.set(call, OPEN);
        const unseen: Future[] = [];
        eachArgument(call, (argument) => {
          const whole = this.wholeOf(argument);
          if (!this.#places.has(whole)) unseen.push(whole);
        });
        for (let index = unseen.length - 1; index >= 0; index -= 1) stack.push(unseen[index] as Future); // in range
        continue;
      }
      stack.pop();
      if (place === OPEN) {
        this.#places.set(call, this.#calls.length);
        this.#calls.push(call);
      }
    }
  }

  #discoverNested(call: Future): void {
    const { _nested: nested, _graph: graph } = call;
    // What the Graph recorded comes first: it is in the order in which the calls were made.
    for (const made of graph === undefined ? [] : (this.#madeIn(graph).get(call) ?? [])) this.#discover(made);
    if (nested instanceof Future) this.#discover(this.wholeOf(nested));
    else for (const made of nested ?? []) this.#discover(this.wholeOf(made));
  }

  #madeIn(graph: Graph): ReadonlyMap<Future, readonly Future[]> {
    const known = this.#recorded.get(graph);
    if (known !== undefined) return known;
    const byParent = new Map<Future, Future[]>();
    for (const future of graph.futures) {
      if (future._parent === undefined) continue;
      const siblings = byParent.get(future._parent);
      if (siblings === undefined) byParent.set(future._parent, [future]);
      else siblings.push(future);
    }
    this.#recorded.set(graph, byParent);
    return byParent;
  }

  /** The call that a Future belongs to; remembers the parts on the way. */
  wholeOf(future: Future): Future {
    let whole = future;
    const parts: Future[] = [];
    for (let inner = whole._args[0]; whole._spec.immediate && inner instanceof Future; inner = whole._args[0]) {
      parts.push(whole);
      whole = inner;
    }
    if (parts.length === 0) return whole;
    let known = this.#parts.get(whole);
    if (known === undefined) this.#parts.set(whole, (known = new Set()));
    // Inner parts first, so that each follows what it is a part of.
    for (const part of parts.reverse()) known.add(part);
    return whole;
  }
}
