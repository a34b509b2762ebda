import { DagError, describeThrown } from '../../errors.js';
import { Future } from '../../graph/future.js';
import { currentScope } from '../../graph/scope.js';
import type { NodeIdentity } from '../../graph/spec.js';
import type { NodeStamp, PutOptions, StoreLock } from '../../graph/store.js';
import type { BufferLedger } from '../../memory/ledger.js';
import { duplicate } from '../../memory/duplicate.js';
import type { Lookup } from './lookup.js';
import type { Origin } from './node-sets.js';
import { UnreadResults } from './unread-results.js';

/** What is told of a value that is put. */
export interface PutFacts {
  /** Milliseconds that it took. */
  readonly cost: number;
  /** The nodes that its key does not tell of; undefined where these are not known. */
  readonly nodes: readonly Origin[] | undefined;
  readonly lock: StoreLock | undefined;
}

/** What {@link Puts} are made of. */
export interface PutsParts {
  readonly lookup: Lookup;
  readonly ledger: BufferLedger;
  readonly underWay: Set<Future>;
  readonly options: PutOptions;
  readonly now: () => number;
  /** The values are the user's as soon as they are there, who may change them. */
  readonly copies: boolean;
}

/** Nodes of which was told that results of theirs are not kept, with the reason. */
const told = new WeakMap<NodeIdentity, Set<string>>();

/** Gives values of one run to its store, behind the run's back; the run ends when all are there. */
export class Puts {
  readonly #lookup: Lookup;
  readonly #ledger: BufferLedger;
  readonly #options: PutOptions;
  readonly #now: () => number;
  readonly #copies: boolean;
  /** Stand for values that are on their way, of all runs. */
  readonly #underWay: Set<Future>;
  readonly #idle: (() => void)[] = [];
  /** Who waits for single values that are on their way. */
  readonly #waiting = new Map<Future, (() => void)[]>();
  #unread: UnreadResults | undefined = undefined;
  #pending = 0;
  #since: number | undefined;

  constructor({ lookup, ledger, underWay, options, now, copies }: PutsParts) {
    this.#now = now;
    this.#copies = copies;
    this.#lookup = lookup;
    this.#ledger = ledger;
    this.#underWay = underWay;
    this.#options = options;
  }

  /** When the first of those was put that are on their way; undefined when none is. */
  get since(): number | undefined {
    return this.#since;
  }

  /** Calls `idle` when nothing is on its way to the store; gives false where that is so already. */
  whenIdle(idle: () => void): boolean {
    if (this.#pending === 0) return false;
    this.#idle.push(idle);
    return true;
  }

  /** Calls `put` when the value of a call is there; gives false where it is not on its way. */
  whenPut(future: Future, put: () => void): boolean {
    const waiting = this.#waiting.get(future);
    waiting?.push(put);
    return waiting !== undefined;
  }

  /** Gives the value of a call to the store; the lock is released when it is there. */
  put(future: Future, { cost, nodes, lock }: PutFacts): void {
    const { store, keys } = this.#lookup;
    if (store.readOnly) {
      lock?.release();
      return;
    }
    if (nodes === undefined) {
      lock?.release();
      this.#warn(future, unknownNodes(future));
      return;
    }
    // Whatever the run or the user does with the value: its memory must not be used again while it is written.
    const holder = new Future(future._spec, [], undefined, undefined, undefined);
    this.#ledger.hold(holder, future._value);
    this.#pending += 1;
    this.#since ??= this.#now();
    this.#underWay.add(holder);
    this.#waiting.set(future, []);
    const ended = (error?: unknown): void => {
      if (error !== undefined) this.#warn(future, error);
      this.#ledger.drop(holder);
      this.#underWay.delete(holder);
      lock?.release();
      const waiting = this.#waiting.get(future) ?? [];
      this.#waiting.delete(future);
      for (const tell of waiting) tell();
      this.#end();
    };
    const value = this.#copies ? duplicate(future._value) : future._value;
    const put = async (): Promise<void> => {
      const facts = { ...keys.factsOf(future), nodes: this.#stampsOf(future, nodes), cost };
      await store.put(keys.keyOf(future), value, facts, this.#options);
    };
    // Outside any body and Graph: what the store calls is no part of them.
    const begin = (): void => {
      currentScope.run(undefined, put).then(() => {
        ended();
      }, ended);
    };
    // Else not at once, for the time would count as that of the body.
    if (this.#copies) begin();
    else queueMicrotask(begin);
  }

  /** Releases a lock once all that was put until now is there. */
  afterwards(lock: StoreLock): void {
    const release = (): void => {
      lock.release();
    };
    if (!this.whenIdle(release)) release();
  }

  #end(): void {
    this.#pending -= 1;
    if (this.#pending > 0) return;
    this.#since = undefined;
    for (const idle of this.#idle.splice(0)) idle();
  }

  /** What the nodes are, each once, and without the call's own. */
  #stampsOf(future: Future, nodes: readonly Origin[]): NodeStamp[] {
    if (nodes.length === 0) return [];
    const { keys } = this.#lookup;
    const own = keys.stampOf(future._spec.identity).node;
    const stamps = new Map<string, NodeStamp>();
    for (const origin of nodes) {
      const stamp = 'node' in origin ? origin : keys.stampOf(origin);
      if (stamp.node !== own) stamps.set(stamp.node, stamp);
    }
    return [...stamps.values()];
  }

  /** Says that a stored result cannot be read: it is computed anew, and put in place of the other. */
  unread(future: Future, error: unknown): void {
    (this.#unread ??= new UnreadResults()).add(future, error);
  }

  /** Says, once for a node and a reason, that a result is not kept. */
  #warn(future: Future, error: unknown): void {
    const { identity } = future._spec;
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
    const known = told.get(identity);
    if (known?.has(code) === true) return;
    if (known === undefined) told.set(identity, new Set([code]));
    else known.add(code);
    process.emitWarning(`A result of ${identity.name} was computed and is not in the store: ${describeThrown(error)}`, {
      code: 'DAG_NOT_STORED',
    });
  }
}

/** Why a result is not kept whose body, or one before it, has called nodes that nobody has written down. */
function unknownNodes({ _spec: spec }: Future): DagError {
  return new DagError('DAG_NOT_STORED', {
    message: `${spec.name} depends on a call that ran before the run had a store; what the body of that call has called is not known.`,
    remedy: 'Give the run a store that computes it, or release() that call.',
  });
}
