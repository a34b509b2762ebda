import type { Store, StoredEntry } from '../graph/store.js';

/** A copy that is being made. */
interface Copy {
  /** What it copies is not what is kept under the key any more. */
  outdated: boolean;
  /** Settles when it is written; undefined until that begins. */
  writing: Promise<unknown> | undefined;
}

/** What {@link TierCopies} copy. */
export interface FoundInTier {
  readonly entry: StoredEntry;
  /** What lacks it. */
  readonly stores: readonly Store[];
}

/**
 * Copies entries into quicker stores, behind everybody's back, and never over what was put or deleted since: a copy reads
 * what is kept when it begins, is given up when its key changes before it is written, and is waited for by changes after
 * that.
 */
export class TierCopies {
  /** Looks up a key as it is now; undefined where there is nothing to copy. */
  readonly #look: (key: string) => FoundInTier | undefined;
  readonly #copies = new Map<string, Copy>();
  /** How many changes of a key are under way. */
  readonly #changes = new Map<string, number>();

  constructor(look: (key: string) => FoundInTier | undefined) {
    this.#look = look;
  }

  /** Copies what is kept under a key, unless that is about to change. What fails has been tried for nothing. */
  async copy(key: string): Promise<void> {
    if (this.#copies.has(key) || this.#changes.has(key)) return;
    const copy: Copy = { outdated: false, writing: undefined };
    this.#copies.set(key, copy);
    try {
      await this.#make(key, copy);
    } catch {
      // It is found where it was.
    } finally {
      if (this.#copies.get(key) === copy) this.#copies.delete(key);
    }
  }

  async #make(key: string, copy: Copy): Promise<void> {
    const found = this.#look(key);
    if (found === undefined) return;
    const { entry, stores } = found;
    // Anew, since what others were given is theirs to change.
    const value = await entry.read();
    if (copy.outdated) return;
    const { createdAt } = entry;
    copy.writing = Promise.allSettled(
      stores.map((store) => store.put(key, value, entry.facts(), { createdAt, quiet: true })),
    );
    await copy.writing;
  }

  /** Makes a change of a key, which is not overwritten by a copy. */
  async change<T>(key: string, make: () => Promise<T>): Promise<T> {
    this.#changes.set(key, (this.#changes.get(key) ?? 0) + 1);
    try {
      const copy = this.#copies.get(key);
      if (copy !== undefined) {
        copy.outdated = true;
        if (copy.writing !== undefined) await copy.writing;
      }
      return await make();
    } finally {
      const left = (this.#changes.get(key) ?? 1) - 1;
      if (left === 0) this.#changes.delete(key);
      else this.#changes.set(key, left);
    }
  }
}
