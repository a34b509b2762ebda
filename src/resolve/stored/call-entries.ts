import type { Future } from '../../graph/future.js';
import type { StoredEntry } from '../../graph/store.js';
import type { Lookup } from './lookup.js';
import { hasOutputs, outputsEntry } from './outputs-entry.js';

/** The entries of the calls of one run, but for those that it cannot read. */
export class CallEntries {
  readonly #lookup: Lookup;
  #unreadable: WeakSet<Future> | undefined = undefined;

  constructor(lookup: Lookup) {
    this.#lookup = lookup;
  }

  /** What a call is stored under. */
  keyOf(future: Future): string {
    return this.#lookup.keys.keyOf(future);
  }

  /** The entry of a call has turned out to be of no use here. */
  unreadable(future: Future): void {
    (this.#unreadable ??= new WeakSet<Future>()).add(future);
  }

  /** What the store has by now of a call that was missing; of several outputs all, as one. */
  since(future: Future): StoredEntry | undefined {
    if (this.#unreadable?.has(future) === true) return undefined;
    const { outputs } = future._spec;
    return outputs === undefined ? this.#lookup.findSince(future) : outputsEntry(future, outputs, this.#lookup);
  }

  /** Whether {@link since} would give something; does not count in the store. */
  has(future: Future): boolean {
    if (this.#unreadable?.has(future) === true) return false;
    return future._spec.outputs === undefined
      ? this.#lookup.peek(future) !== undefined
      : hasOutputs(future, this.#lookup);
  }
}
