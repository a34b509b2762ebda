import { DagError } from '../errors.js';
import { describeOption } from '../graph/options.js';
import { keyBook } from './key-book.js';
import { storeClosed, storeNotOpen, storeReadOnly } from './store-errors.js';
import { TierCopies, type FoundInTier } from './tier-copies.js';
import {
  isStore,
  type EntryFacts,
  type FindOptions,
  type MaybePromise,
  type PastEntry,
  type Pruned,
  type PruneOptions,
  type PutOptions,
  type Store,
  type StoredEntry,
  type StoreLock,
  type StoreStats,
  type Verified,
} from '../graph/store.js';

const NAME = 'The TieredStore';

/**
 * Several stores as one, the quickest first: `new TieredStore(new MemoryStore({ maxBytes: 1e8 }), new DiskStore({ path }))`.
 * What is put goes into all of them but those that are read only; what one has is found there, and copied into those
 * before it when it is read, with the time at which it was made, but never over what was put through this store since.
 * Keys are locked in the last that is not read only. It closes its stores.
 */
export class TieredStore implements Store {
  readonly readOnly: boolean;
  readonly hash: 'xxh128' | 'sha256';
  readonly #stores: readonly [Store, ...Store[]];
  readonly #shared: Store;
  readonly #writing = new Set<Promise<unknown>>();
  readonly #copies = new TierCopies((key) => this.#missingAbove(key));
  #hits = 0;
  #misses = 0;
  #puts = 0;
  #closed: Promise<void> | undefined;

  /** @throws DAG_OPTION when it is given no store, or something else. */
  constructor(...stores: readonly Store[]) {
    const given: readonly unknown[] = stores;
    const [first, ...others] = stores;
    if (first === undefined || !given.every(isStore)) {
      throw new DagError('DAG_OPTION', {
        message: `TieredStore takes one or more stores, got ${given.length === 0 ? 'none' : given.map(describeOption).join(', ')}.`,
      });
    }
    this.#stores = [first, ...others];
    this.readOnly = stores.every((store) => store.readOnly);
    this.#shared = stores.findLast((store) => !store.readOnly) ?? first;
    this.hash = stores.some((store) => store.hash === 'sha256') ? 'sha256' : 'xxh128';
  }

  get isOpen(): boolean {
    return this.#closed === undefined && this.#stores.every((store) => store.isOpen);
  }

  async open(): Promise<void> {
    if (this.#closed !== undefined) throw storeClosed(NAME);
    await Promise.all([keyBook()?.open(), ...this.#stores.map((store) => store.open())]);
  }

  find(key: string, options?: FindOptions): StoredEntry | undefined {
    this.#check('find');
    const counted = options?.counted !== false;
    for (const [tier, store] of this.#stores.entries()) {
      const entry = store.find(key, options);
      if (entry === undefined) continue;
      if (counted) this.#hits += 1;
      return tier === 0 ? entry : this.#filling(key, entry);
    }
    if (counted) this.#misses += 1;
    return undefined;
  }

  has(key: string): MaybePromise<boolean> {
    if (!this.isOpen) return this.open().then(() => this.has(key));
    return this.#stores.some((store) => store.has(key) === true); // open stores do not make one wait
  }

  async get(key: string): Promise<unknown> {
    await this.open();
    return this.find(key)?.read();
  }

  async put(key: string, value: unknown, facts?: EntryFacts, options?: PutOptions): Promise<void> {
    if (this.readOnly) throw storeReadOnly(NAME, 'put');
    if (!this.isOpen) await this.open();
    const quiet = { ...options, quiet: true };
    await this.#tracked(
      this.#copies.change(key, () =>
        // What the last keeps may be too large for those before it.
        all(this.#writable.map((store) => store.put(key, value, facts, store === this.#shared ? options : quiet))),
      ),
    );
    this.#puts += 1;
  }

  async delete(key: string): Promise<boolean> {
    if (this.readOnly) throw storeReadOnly(NAME, 'delete');
    await this.open();
    const deleted = await this.#copies.change(key, () => all(this.#writable.map((store) => store.delete(key))));
    return deleted.includes(true);
  }

  async *keys(): AsyncIterable<string> {
    await this.open();
    const seen = new Set<string>();
    for (const store of this.#stores) {
      for await (const key of store.keys()) {
        if (seen.has(key)) continue;
        seen.add(key);
        yield key;
      }
    }
  }

  /** Entries and bytes are those of the store that has most of them; of what was lost, the sum. */
  async stats(): Promise<StoreStats> {
    await this.open();
    const all = await Promise.all(this.#stores.map((store) => store.stats()));
    const sum = (name: 'leftOut' | 'evictions' | 'corrupt'): number => all.reduce((total, one) => total + one[name], 0);
    return {
      entries: Math.max(...all.map(({ entries }) => entries)),
      bytes: Math.max(...all.map(({ bytes }) => bytes)),
      hits: this.#hits,
      misses: this.#misses,
      puts: this.#puts,
      leftOut: sum('leftOut'),
      evictions: sum('evictions'),
      corrupt: sum('corrupt'),
    };
  }

  async prune(options?: PruneOptions): Promise<Pruned> {
    if (this.readOnly) throw storeReadOnly(NAME, 'prune');
    await this.open();
    const pruned = await all(this.#writable.map((store) => store.prune(options)));
    return pruned.reduce((sum, { entries, bytes }) => ({ entries: sum.entries + entries, bytes: sum.bytes + bytes }));
  }

  async verify(): Promise<Verified> {
    await this.open();
    const found = await all(this.#stores.map((store) => store.verify()));
    return {
      entries: found.reduce((sum, { entries }) => sum + entries, 0),
      corrupt: [...new Set(found.flatMap(({ corrupt }) => corrupt))],
      strays: found.reduce((sum, { strays }) => sum + strays, 0),
    };
  }

  tryLock(key: string): StoreLock | undefined {
    this.#check('tryLock');
    return this.#shared.tryLock(key);
  }

  /** That of the store in which keys are locked. */
  history(node: string, limit?: number): readonly PastEntry[] {
    this.#check('history');
    return this.#shared.history(node, limit);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #writable(): readonly Store[] {
    return this.#stores.filter((store) => !store.readOnly);
  }

  #check(method: string): void {
    if (this.#closed !== undefined) throw storeClosed(NAME);
    if (!this.isOpen) throw storeNotOpen(NAME, method);
  }

  /** What is not closed before. */
  async #tracked(writing: Promise<unknown>): Promise<void> {
    this.#writing.add(writing);
    try {
      await writing;
    } finally {
      this.#writing.delete(writing);
    }
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#writing);
    await all(this.#stores.map((store) => store.close()));
  }

  /** What a store has of a key that is missing in those before it; of these, those that can be written. */
  #missingAbove(key: string): FoundInTier | undefined {
    for (const [tier, store] of this.#stores.entries()) {
      // Who asked for it has been counted; the copy is nobody's question.
      const entry = store.find(key, { counted: false });
      if (entry === undefined) continue;
      const stores = this.#stores.slice(0, tier).filter((one) => !one.readOnly);
      return stores.length === 0 ? undefined : { entry, stores };
    }
    return undefined;
  }

  /** An entry that is copied into the stores before its own when it is read. */
  #filling(key: string, entry: StoredEntry): StoredEntry {
    let filled = false;
    const fill = <T>(value: T): T => {
      if (!filled && this.#closed === undefined) {
        filled = true;
        void this.#tracked(this.#copies.copy(key));
      }
      return value;
    };
    return {
      bytes: entry.bytes,
      createdAt: entry.createdAt,
      hasNodes: entry.hasNodes,
      atHand: entry.atHand,
      facts: () => entry.facts(),
      read: (owner) => {
        const value = entry.read(owner);
        return value instanceof Promise ? value.then(fill) : fill(value);
      },
      readSync: (owner) => fill(entry.readSync(owner)),
    };
  }
}

/** Waits for all, also when one fails, and throws what the first of these failed with. */
async function all<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
