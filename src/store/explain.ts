import { DagError } from '../errors.js';
import { eachFuture } from '../graph/containers.js';
import { displayName, wholeOf } from '../graph/dependencies.js';
import { Future, ON_DISK } from '../graph/future.js';
import { describeOption } from '../graph/options.js';
import type { RunKeys } from './key-book.js';
import { localKeyBook } from './key/book.js';
import { changeSince, type Change } from './key/compare.js';
import { isStore, type PastEntry, type Store } from '../graph/store.js';

/** Why there is no result of a call in a store. */
export type MissReason =
  | 'never stored'
  | 'source changed'
  | 'version changed'
  | 'argument changed'
  | 'evicted'
  | 'nested node changed'
  | 'nested node not found';

/** What {@link explain} found. */
export interface Explanation {
  readonly status: 'hit' | 'miss';
  /** What the call's result is stored under. */
  readonly key: string;
  /** The node, as `package:module#name`. */
  readonly node: string;
  /** Why there is no result; in `why`, what makes it another call than before. */
  readonly reason?: MissReason;
  /** The file whose source changed, by its path in the package, or `node_modules/name` for a package. */
  readonly file?: string;
  /** Position of the argument that changed; `'this'`, or `'key'` for what the option `key` gave. */
  readonly argument?: number | 'this' | 'key';
  /** Name of the node that gives that argument, where it is a Future. */
  readonly from?: string;
  /** Why that argument is another one, as far as the store tells. */
  readonly why?: Explanation;
  /** The nested node that changed, or that is not loaded and whose module cannot be found, as `package:module#name`. */
  readonly nested?: string;
  /** All of it as a sentence. */
  readonly message: string;
}

/** Calls of a chain of reasons that are looked at. */
const DEEPEST = 32;
/** Earlier results that are compared. */
const COMPARED = 1000;

/**
 * Tells whether a run would find the result of a call in a store, and if not, what has changed since the most similar
 * result was stored. Runs nothing; opens the store. O(calls upstream + earlier results of the node).
 *
 * ```ts
 * import { node } from 'lazydag';
 * import { explain, type Store } from 'lazydag/store';
 *
 * const double = node((x: number) => 2 * x, { name: 'double', version: '1', persist: 'disk' });
 * const report = async (store: Store): Promise<string> => (await explain(double(4), store)).message;
 * ```
 *
 * @throws DAG_NOT_A_FUTURE, DAG_OPTION, and what making keys throws, such as DAG_CANNOT_KEY.
 */
export async function explain(future: Future, store: Store): Promise<Explanation> {
  check(future, store);
  await Promise.all([localKeyBook.open(), store.open()]);
  return new Explainer(store, localKeyBook.begin(store.hash ?? 'xxh128')).explain(future);
}

function check(future: unknown, store: unknown): void {
  if (!(future instanceof Future)) {
    throw new DagError('DAG_NOT_A_FUTURE', {
      message: `explain() expects a Future, got ${describeOption(future)}.`,
      remedy: 'Give it what a call of a node returned; of several outputs, one.',
    });
  }
  if (!isStore(store))
    throw new DagError('DAG_OPTION', { message: `explain() expects a store, got ${describeOption(store)}.` });
}

/** What is found of one call alone. */
interface Finding extends Omit<Explanation, 'why' | 'message'> {
  readonly name: string;
  /** Whether runs give its result to their store. */
  readonly persists: boolean;
  /** The call that tells more. */
  readonly upstream?: Upstream;
}

interface Upstream {
  readonly future: Future;
  /** What its key was, where that is known. */
  readonly before: string | undefined;
}

class Explainer {
  readonly #store: Store;
  readonly #keys: RunKeys;

  constructor(store: Store, keys: RunKeys) {
    this.#store = store;
    this.#keys = keys;
  }

  async explain(future: Future): Promise<Explanation> {
    const target = await this.#target(future);
    const findings = [target];
    for (let at = target.upstream; at !== undefined && findings.length < DEEPEST; at = findings.at(-1)?.upstream) {
      findings.push(await this.#behind(at));
    }
    // From the last on, so that each has the one that it follows from.
    let why: Explanation | undefined;
    for (const finding of findings.slice(1).reverse()) why = explanationOf(finding, why);
    return explanationOf(target, why);
  }

  /** Whether the result is there, and why not. */
  async #target(future: Future): Promise<Finding> {
    const finding = await this.#look(future);
    const { key, node, status } = finding;
    const past = this.#store.history(node, COMPARED);
    const same = past.find((entry) => entry.key === key);
    if (status === 'hit') {
      return { ...finding, ...this.#staleIn(key, same) };
    }
    if (same !== undefined) return { ...finding, reason: 'evicted' };
    return { ...finding, ...(this.#changeOf(future, past) ?? { reason: 'never stored' }) };
  }

  /** Why a call is another one than the one that was in its place. */
  async #behind({ future, before }: Upstream): Promise<Finding> {
    const finding = await this.#look(future);
    const past = this.#store.history(finding.node, COMPARED).filter((entry) => entry.key !== finding.key);
    const then = past.filter((entry) => entry.key === before);
    const change = this.#changeOf(future, then.length > 0 ? then : past);
    if (change !== undefined) return { ...finding, ...change };
    return finding.status === 'hit' ? finding : { ...finding, reason: 'never stored' };
  }

  async #look(future: Future): Promise<Finding> {
    const key = this.#keys.keyOf(future);
    const { node } = this.#keys.stampOf(wholeOf(future)._spec.identity);
    const status = (await this.#store.has(key)) ? 'hit' : 'miss';
    return { status, key, node, name: displayName(future), persists: (future._flags & ON_DISK) !== 0 };
  }

  /** A node that the stored result needs and that is not what it was, else one that cannot be found. */
  #staleIn(key: string, known: PastEntry | undefined): Partial<Finding> | undefined {
    const { nodes = [] } = known?.facts ?? this.#store.find(key, { counted: false })?.facts() ?? {};
    for (const standing of ['changed', 'not found'] as const) {
      const stamp = nodes.find((one) => this.#keys.standingOf(one) === standing);
      if (stamp !== undefined) return { status: 'miss', reason: `nested node ${standing}`, nested: stamp.node };
    }
    return undefined;
  }

  #changeOf(future: Future, past: readonly PastEntry[]): Partial<Finding> | undefined {
    const change = changeSince(this.#keys.factsOf(future), past);
    if (change === undefined) return undefined;
    const { before, ...told } = change;
    const upstream = giverOf(future, change);
    if (upstream === undefined) return told;
    return { ...told, from: displayName(upstream), upstream: { future: upstream, before } };
  }
}

/** The call that gives an argument: the argument itself, or the only Future in it. */
function giverOf(future: Future, { argument }: Change): Future | undefined {
  if (typeof argument !== 'number') return undefined;
  const found: Future[] = [];
  eachFuture(wholeOf(future)._args[argument], (inner) => found.push(inner));
  return found.length === 1 ? found[0] : undefined;
}

function explanationOf({ name, persists, upstream: _, ...finding }: Finding, why?: Explanation): Explanation {
  const state = finding.status === 'hit' ? `The result of ${name} is stored` : `No result of ${name} is stored`;
  const reasons =
    finding.reason === undefined
      ? ''
      : `: ${persists || finding.reason !== 'never stored' ? reasonText(finding, why) : TRANSIENT}`;
  const explanation = { ...finding, message: `${state}${reasons}.` };
  return why === undefined ? explanation : { ...explanation, why };
}

/** Why, down to the first reason, in one line. */
function reasonText(finding: Omit<Explanation, 'message'>, why: Explanation | undefined): string {
  const file = finding.file === undefined ? '' : ` (${finding.file})`;
  switch (finding.reason) {
    case 'source changed':
      return `its source has changed${file}`;
    case 'version changed':
      return 'its version has changed';
    case 'argument changed': {
      const known = why?.reason !== undefined && why.reason !== 'never stored';
      const behind = known ? `: ${reasonText(why, why.why)}` : '';
      return `${placeText(finding)} has changed${behind}`;
    }
    case 'evicted':
      return 'it was, and was taken out to make room';
    case 'nested node changed':
      return `the node ${finding.nested ?? ''}, which its body called, has changed`;
    case 'nested node not found':
      return `the node ${finding.nested ?? ''}, which its body called, is not loaded and cannot be found, so that it may have changed`;
    case 'never stored':
    case undefined:
      break;
  }
  return 'none ever was';
}

const TRANSIENT = "the call does not persist; give it, or its node, `persist: 'disk'`";

function placeText({ argument, from }: Pick<Explanation, 'argument' | 'from'>): string {
  if (argument === 'key') return 'what its option `key` gives';
  const place = argument === 'this' ? '`this`' : `argument ${String(argument)}`;
  return from === undefined ? place : `${place}, a call of ${from},`;
}
