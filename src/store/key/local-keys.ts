import { DagError } from '../../errors.js';
import { displayName } from '../../graph/dependencies.js';
import type { Future } from '../../graph/future.js';
import type { NodeIdentity } from '../../graph/spec.js';
import type { NodeStanding, RunKeys } from '../key-book.js';
import type { EntryFacts, NodeStamp } from '../../graph/store.js';
import { CallKeys, modeOfSpec } from './call-keys.js';
import { cannotKey } from './cannot-key.js';
import type { Hasher, HashKind } from '../hashing.js';
import { KeptKeys } from './kept-keys.js';
import type { NodeSources } from './node-sources.js';
import type { SourceTree } from './source-tree.js';

/** How often a call may turn out to take calls that have no key yet: what gives new ones each time has no content. */
const ROUNDS = 8;
/** Names in the path of a cycle that are shown. */
const SHOWN = 12;

/** The keys of one run of this process. */
export class LocalKeys implements RunKeys {
  readonly #hash: HashKind;
  readonly #sources: NodeSources;
  /** Of runs before. */
  readonly #kept: KeptKeys;
  readonly #calls: CallKeys;
  readonly #keys = new WeakMap<Future, string>();
  #standings: Map<string, NodeStanding> | undefined = undefined;
  #unloaded: SourceTree | undefined;

  constructor(hasher: Hasher, sources: NodeSources, kept = new KeptKeys()) {
    this.#hash = hasher.kind;
    this.#sources = sources;
    this.#kept = kept;
    this.#calls = new CallKeys({ hasher, sources, keyOf: (future) => this.#known(future) });
  }

  keyOf(future: Future): string {
    const key = this.#known(future) ?? this.#walk(future);
    this.#kept.set(future, this.#hash, key);
    return key;
  }

  #known(future: Future): string | undefined {
    const own = this.#keys.get(future);
    if (own !== undefined) return own;
    const kept = this.#kept.get(future, this.#hash);
    if (kept === undefined) return undefined;
    this.#calls.check(future);
    this.#keys.set(future, kept); // for the whole run, even if the value goes
    return kept;
  }

  /** Gives keys to a call and to all that it takes, those first. */
  #walk(target: Future): string {
    const stack = [target];
    /** The calls on the way from the target, with the number of times that they had to wait. */
    const waiting = new Map<Future, number>();
    let key = '';
    for (let call = stack.at(-1); call !== undefined; call = stack.at(-1)) {
      const found = this.#known(call) ?? this.#calls.keyOf(call);
      if (found === undefined) {
        this.#wait(call, waiting);
        for (const missing of this.#calls.missing) stack.push(missing);
        continue;
      }
      key = found;
      this.#keys.set(call, key);
      this.#kept.set(call, this.#hash, key);
      waiting.delete(call);
      stack.pop();
    }
    return key;
  }

  #wait(call: Future, waiting: Map<Future, number>): void {
    const rounds = (waiting.get(call) ?? 0) + 1;
    waiting.set(call, rounds);
    if (rounds > ROUNDS) {
      throw cannotKey(displayName(call), {
        problem: 'a call that takes other calls each time it is looked at',
        remedy: 'Let `key` and codecs make no calls.',
      });
    }
    const again = this.#calls.missing.find((missing) => waiting.has(missing));
    if (again !== undefined) throw cycle(again, [...waiting.keys()]);
  }

  factsOf(future: Future): EntryFacts {
    this.keyOf(future);
    const parts: string[] = [];
    let whole = future;
    // Of a part, the first argument is the call that it is a part of.
    for (; whole._spec.immediate; whole = whole._args[0] as Future) parts.push(`part:${this.#calls.partHash(whole)}`);
    const { _spec: spec } = whole;
    const mode = modeOfSpec(spec);
    const facts = {
      stamp: this.#sources.stampOf(spec.identity, mode),
      args: [...this.#calls.partsOf(whole), ...parts.reverse()],
    };
    const files = this.#sources.filesOf(spec.identity, mode);
    return files === undefined ? facts : { ...facts, files };
  }

  stampOf(identity: NodeIdentity): NodeStamp {
    return this.#sources.stampOf(identity);
  }

  isCurrent(stamp: NodeStamp): boolean {
    return this.standingOf(stamp) === 'current';
  }

  standingOf(stamp: NodeStamp): NodeStanding {
    const { node, version = '', source, module } = stamp;
    const text = [node, version, source, module].join('\n');
    let standing = this.#standings?.get(text);
    if (standing === undefined) {
      standing = this.#sources.standingOf(stamp, () => (this.#unloaded ??= this.#sources.freshTree()));
      (this.#standings ??= new Map<string, NodeStanding>()).set(text, standing);
    }
    return standing;
  }
}

function cycle(again: Future, waiting: readonly Future[]): DagError {
  const names = [...waiting.slice(waiting.indexOf(again)), again].map(displayName);
  const shown = names.length > SHOWN ? [...names.slice(0, SHOWN / 2), '…', ...names.slice(-SHOWN / 2)] : names;
  return new DagError('DAG_CYCLE', {
    message: `${shown.join(' → ')} waits for itself.`,
    remedy: 'Do not put a call into one of its own arguments.',
  });
}
