import type { StoreLock } from '../../graph/store.js';
import type { Environment } from './environment.js';
import { isFull } from './reserve.js';

/** The right to compute where nobody is to be kept from it. */
export const NO_LOCK: StoreLock = { release: () => undefined };

/** The locks that one store has given out. */
export class HeldLocks {
  readonly #locks = new Set<StoreLock>();

  /** Takes the lock of a key; undefined while anyone who is alive has it. */
  tryLock(environment: Environment, key: string): StoreLock | undefined {
    const locks = environment.claims?.locks;
    if (locks === undefined) return NO_LOCK;
    let token: Buffer | undefined;
    try {
      token = locks.take(key);
    } catch (thrown) {
      // Without room for locks, several may compute the same; none may wait for ever.
      if (isFull(thrown)) return NO_LOCK;
      throw thrown;
    }
    if (token === undefined) return undefined;
    const held = token;
    // What the last holder has put is found now.
    environment.refresh();
    const lock: StoreLock = {
      release: () => {
        if (this.#locks.delete(lock)) locks.giveBack(key, held);
      },
    };
    this.#locks.add(lock);
    return lock;
  }

  releaseAll(): void {
    for (const lock of this.#locks) lock.release();
  }
}
