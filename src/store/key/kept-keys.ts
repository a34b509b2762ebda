import { DONE, KEYED, STATE_BITS, type Future } from '../../graph/future.js';
import type { HashKind } from '../hashing.js';

/**
 * Keys of calls whose values are there: these have used their arguments, so that later runs need not look at what is
 * upstream. A key goes with the value that it stands for.
 */
export class KeptKeys {
  readonly #keys = new WeakMap<Future, Partial<Record<HashKind, string>>>();

  /** The key of the value that a call has. O(1) */
  get(call: Future, hash: HashKind): string | undefined {
    return (call._flags & KEYED) === 0 ? undefined : this.#keys.get(call)?.[hash];
  }

  /** Keeps the key of a call, if its value is there. O(1) */
  set(call: Future, hash: HashKind, key: string): void {
    const { _flags: flags } = call;
    if ((flags & STATE_BITS) !== DONE) return;
    // Whatever was kept without the flag was that of an earlier value.
    const known = (flags & KEYED) === 0 ? undefined : this.#keys.get(call);
    if (known === undefined) this.#keys.set(call, { [hash]: key });
    else known[hash] ??= key;
    call._flags |= KEYED;
  }
}
