import type { Future } from '../graph/future.js';
import type { NodeIdentity } from '../graph/spec.js';
import type { EntryFacts, NodeStamp } from '../graph/store.js';

/** How runs name the results of calls: what `lazydag/store` installs, since most programs never need it. */
export interface KeyBook {
  /** Loads what hashing needs. */
  open(): Promise<void>;
  readonly isOpen: boolean;
  /** Keys for one run: what literals hold is hashed once in it. Must be open. */
  begin(hash: 'xxh128' | 'sha256'): RunKeys;
}

/** How a node compares to what it was; of one that is not loaded, the module may be nowhere to be found. */
export type NodeStanding = 'current' | 'changed' | 'not found';

/** The keys of one run. */
export interface RunKeys {
  /**
   * What stands for the result of a call: a hash of its node, of the source and of the arguments, Futures among them by
   * their own keys. O(calls upstream that have no key yet), without recursion. Keys of calls whose values are there stay for
   * later runs.
   *
   * @throws DAG_CANNOT_KEY naming the path of an argument that nothing stands for; DAG_UNNAMED_NODE, DAG_DUPLICATE_NODE.
   */
  keyOf(future: Future): string;
  /** What an entry of the call's result should tell of it, but for `nodes` and `cost`. */
  factsOf(future: Future): EntryFacts;
  /** What a node is now. */
  stampOf(identity: NodeIdentity): NodeStamp;
  /** Whether a node is still what it was. */
  isCurrent(stamp: NodeStamp): boolean;
  /** Like {@link isCurrent}, for explanations. */
  standingOf(stamp: NodeStamp): NodeStanding;
}

let installed: KeyBook | undefined;

/** Lets runs make keys from now on. */
export function installKeyBook(book: KeyBook): void {
  installed = book;
}

/** How runs make keys; undefined where nobody has imported `lazydag/store`. */
export function keyBook(): KeyBook | undefined {
  return installed;
}
