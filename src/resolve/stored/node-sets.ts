import type { NodeIdentity } from '../../graph/spec.js';
import type { NodeStamp } from '../../graph/store.js';

/** A node of this process, or what is told of a node in a store. */
export type Origin = NodeIdentity | NodeStamp;

/** The empty set. */
export const NO_NODES = 0;
/** Nodes that nobody knows; so is every set with them. */
const UNKNOWN = -1;

const SPAN = 2 ** 26;

/**
 * Sets of nodes by number, each made once, so that the calls of a graph share them and a union costs one look into a
 * table. The numbers are good for as long as this lives.
 */
export class NodeSets {
  readonly #members: (readonly Origin[])[] = [[]];
  readonly #numbers = new Map<string, number>([['', NO_NODES]]);
  readonly #unions = new Map<number, number>();
  readonly #singles = new Map<Origin, number>();
  readonly #order = new Map<Origin, number>();

  /** The set of one node. */
  single(origin: Origin): number {
    let set = this.#singles.get(origin);
    if (set === undefined) {
      this.#order.set(origin, this.#order.size);
      set = this.#enter([origin]);
      this.#singles.set(origin, set);
    }
    return set;
  }

  /** How many there are. */
  get size(): number {
    return this.#members.length;
  }

  /** The set of these nodes. */
  of(origins: readonly Origin[] | undefined): number {
    if (origins === undefined) return UNKNOWN;
    return origins.reduce((set, origin) => this.union(set, this.single(origin)), NO_NODES);
  }

  union(one: number, other: number): number {
    if (one === UNKNOWN || other === UNKNOWN) return UNKNOWN;
    if (one === other || other === NO_NODES) return one;
    if (one === NO_NODES) return other;
    const pair = one < other ? one * SPAN + other : other * SPAN + one;
    let union = this.#unions.get(pair);
    if (union === undefined) {
      union = this.#enter([...new Set([...(this.members(one) ?? []), ...(this.members(other) ?? [])])]);
      this.#unions.set(pair, union);
    }
    return union;
  }

  /** Undefined where nobody knows. */
  members(set: number): readonly Origin[] | undefined {
    return set === UNKNOWN ? undefined : (this.#members[set] ?? []);
  }

  #enter(members: Origin[]): number {
    const place = (origin: Origin): number => this.#order.get(origin) ?? 0;
    members.sort((a, b) => place(a) - place(b));
    const name = members.map(place).join();
    let set = this.#numbers.get(name);
    if (set === undefined) {
      set = this.#members.push(members) - 1;
      this.#numbers.set(name, set);
    }
    return set;
  }
}
