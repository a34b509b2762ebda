import { checkKey } from '../entry-key.js';
import { RoomWarning, storeReadOnly } from '../store-errors.js';
import type {
  EntryFacts,
  FindOptions,
  MaybePromise,
  PastEntry,
  Pruned,
  PruneOptions,
  PutOptions,
  Store,
  StoredEntry,
  StoreLock,
  StoreStats,
  Verified,
} from '../../graph/store.js';
import { checkPruneOptions, creationOf } from '../entry-facts.js';
import { encodeValue } from '../value/encode.js';
import { Access } from './access.js';
import { takeOut } from './damaged-entry.js';
import { diskSettings, type DiskStoreOptions } from './disk-options.js';
import { EntryFinder } from './entry-finder.js';
import type { Environment } from './environment.js';
import { HeldLocks, NO_LOCK } from './held-locks.js';
import type { IndexWriter } from './index-writer.js';
import type { Keeper } from './keeper.js';
import { pastEntries } from './history.js';
import { textKeys } from './lmdb.js';
import { putValue, type NewValue } from './put-value.js';
import { RecordView } from './record.js';
import { verifyEntries } from './verify.js';

const KEYS_AT_ONCE = 500;

/**
 * Results in a folder, for any number of processes at once: small ones in an index of lmdb, an optional package, and large
 * buffers in files of their own. A small hit takes about 2 µs, a large one as long as reading its files and summing them up.
 *
 * What is found is checked against checksums: what a crash, a full disk or a bad one have damaged is taken out, never
 * given out. Writing is not waited for by runs; a process that is killed leaves a store that opens and has all that was
 * put, while a stop of the system may take small results of the last quarter of a second. Whoever may write to the
 * folder can plant results: share it only with whom you trust. It must not lie on a network drive.
 *
 * Its limit counts values, what is known of them, and once each list of the files that a module imports. The file of the
 * index, which also holds what is known of evicted results, never shrinks; space in it is used again.
 */
export class DiskStore implements Store {
  readonly readOnly: boolean;
  readonly hash: 'xxh128' | 'sha256';
  readonly #settings: Required<DiskStoreOptions>;
  readonly #name: string;
  readonly #keeper: Keeper;
  readonly #access: Access;
  readonly #locks = new HeldLocks();
  readonly #puts = new Set<Promise<void>>();
  readonly #warning = new RoomWarning();
  readonly #counts = { hits: 0, misses: 0, puts: 0, leftOut: 0, evictions: 0, corrupt: 0 };
  #finder: EntryFinder | undefined;

  /** @throws DAG_OPTION */
  constructor(options: DiskStoreOptions) {
    this.#settings = diskSettings(options);
    this.readOnly = this.#settings.readOnly;
    this.hash = this.#settings.hash;
    this.#name = `The store in ${this.#settings.path}`;
    this.#keeper = {
      limits: this.#settings,
      evicted: ({ entries }) => {
        this.#counts.evictions += entries;
      },
    };
    this.#access = new Access({
      name: this.#name,
      path: this.#settings.path,
      readOnly: this.readOnly,
      enter: (environment) => {
        this.#enter(environment);
      },
      leave: (environment) => this.#leave(environment),
    });
  }

  get isOpen(): boolean {
    return this.#access.isOpen;
  }

  /** @throws DAG_STORE_OPEN, DAG_STORE_VERSION, DAG_STORE_CLOSED, DAG_PEER_MISSING */
  open(): Promise<void> {
    return this.#access.open();
  }

  find(key: string, options?: FindOptions): StoredEntry | undefined {
    const environment = this.#opened('find');
    checkKey(key);
    const entry = this.#finder?.find(key);
    if (options?.counted === false) return entry;
    if (entry === undefined) this.#counts.misses += 1;
    else {
      this.#counts.hits += 1;
      environment.writer?.used(key);
    }
    return entry;
  }

  has(key: string): MaybePromise<boolean> {
    if (!this.isOpen) return this.open().then(() => this.has(key));
    checkKey(key);
    return this.#finder?.has(key) === true;
  }

  async get(key: string): Promise<unknown> {
    await this.open();
    return this.find(key)?.read();
  }

  async put(key: string, value: unknown, facts: EntryFacts = {}, options: PutOptions = {}): Promise<void> {
    checkKey(key);
    if (this.readOnly) throw storeReadOnly(this.#name, 'put');
    if (!this.isOpen) await this.open();
    const environment = this.#opened('put');
    if (Date.now() - creationOf(options) > this.#settings.maxAge) return;
    const encoded = encodeValue(value, { subject: '' });
    const putting = this.#put(environment, { key, encoded, facts, options });
    this.#puts.add(putting);
    try {
      await putting;
    } finally {
      this.#puts.delete(putting);
    }
  }

  async delete(key: string): Promise<boolean> {
    checkKey(key);
    if (this.readOnly) throw storeReadOnly(this.#name, 'delete');
    await this.open();
    let found = false;
    const writer = this.#writer('delete');
    writer.settle();
    await writer.change(0, (change) => {
      found = change.remove(key);
    });
    return found;
  }

  async *keys(): AsyncIterable<string> {
    await this.open();
    this.#opened('keys').writer?.settle();
    let last: string | undefined;
    do {
      const after = last === undefined ? {} : { after: last };
      const keys = textKeys(this.#opened('keys').tables.entries, { ...after, limit: KEYS_AT_ONCE });
      yield* keys;
      last = keys.at(-1);
    } while (last !== undefined);
    yield* this.#opened('keys').unmoved();
  }

  async stats(): Promise<StoreStats> {
    await this.open();
    const environment = this.#opened('stats');
    environment.writer?.settle();
    const { entries, bytes, lists } = environment.totals;
    const unmoved = environment.unmoved().map((key) => environment.lookUp(key));
    const unmovedBytes = unmoved.reduce((sum, record) => sum + (record instanceof RecordView ? record.length : 0), 0);
    return { entries: entries + unmoved.length, bytes: bytes + lists + unmovedBytes, ...this.#counts };
  }

  async prune(options: PruneOptions = {}): Promise<Pruned> {
    checkPruneOptions(options);
    if (this.readOnly) throw storeReadOnly(this.#name, 'prune');
    await this.open();
    const environment = this.#opened('prune');
    const writer = this.#writer('prune');
    writer.settle();
    const { maxBytes = this.#settings.maxBytes, maxAge = this.#settings.maxAge } = options;
    const { entries, bytes } = await writer.evict({ maxBytes, maxAge });
    this.#counts.evictions += entries;
    await environment.sweepDead();
    return { entries, bytes };
  }

  /** Also removes files that belong to no entry, unless the store is read only. */
  async verify(): Promise<Verified> {
    await this.open();
    const environment = this.#opened('verify');
    const { entries, corrupt } = await verifyEntries(environment, this.keys());
    this.#counts.corrupt += corrupt.length;
    const keys = corrupt.map(({ key }) => key);
    if (this.readOnly) return { entries, corrupt: keys, strays: 0 };
    for (const damaged of corrupt) await takeOut(environment, damaged);
    return { entries, corrupt: keys, strays: await environment.sweep() };
  }

  tryLock(key: string): StoreLock | undefined {
    const environment = this.#opened('tryLock');
    checkKey(key);
    return this.readOnly ? NO_LOCK : this.#locks.tryLock(environment, key);
  }

  history(node: string, limit = 100): readonly PastEntry[] {
    const environment = this.#opened('history');
    environment.writer?.settle();
    return pastEntries(environment, node, limit);
  }

  close(): Promise<void> {
    return this.#access.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #enter(environment: Environment): void {
    const { readOnly } = this;
    if (!readOnly) environment.writer?.keepers.add(this.#keeper);
    this.#finder = new EntryFinder({
      environment,
      readOnly,
      maxAge: this.#settings.maxAge,
      check: () => {
        this.#opened('read');
      },
      damaged: () => {
        this.#counts.corrupt += 1;
      },
    });
  }

  async #leave(environment: Environment): Promise<void> {
    await Promise.allSettled(this.#puts);
    this.#locks.releaseAll();
    environment.writer?.keepers.delete(this.#keeper);
  }

  #opened(method: string): Environment {
    return this.#access.opened(method);
  }

  #writer(method: string): IndexWriter {
    const { writer } = this.#opened(method);
    if (writer === undefined) throw storeReadOnly(this.#name, method);
    return writer;
  }

  async #put(environment: Environment, value: NewValue): Promise<void> {
    const { files, tables } = environment;
    const reason = await putValue({ files, index: this.#writer('put'), tables }, value, this.#settings);
    if (reason === undefined) this.#counts.puts += 1;
    else this.#leaveOut(reason, value.options.quiet === true);
  }

  #leaveOut(reason: string, quiet: boolean): void {
    this.#counts.leftOut += 1;
    if (!quiet) this.#warning.say(this.#name, reason);
  }
}
