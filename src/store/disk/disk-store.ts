import { thread } from '../../graph/thread.js';
import { checkKey } from '../entry-key.js';
import { prepareHashing } from '../hashing.js';
import { keyBook } from '../key-book.js';
import { RoomWarning, storeClosed, storeNotOpen, storeReadOnly } from '../store-errors.js';
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
import { encodeValue, WIRE_VERSION } from '../value/encode.js';
import { diskSettings, type DiskStoreOptions } from './disk-options.js';
import { DAMAGED, type Environment } from './environment.js';
import type { IndexWriter } from './index-writer.js';
import type { Keeper } from './keeper.js';
import { FoundEntry, type EntryHost } from './found-entry.js';
import { pastEntries } from './history.js';
import { textKeys } from './lmdb.js';
import { putValue, type NewValue } from './put-value.js';
import { RecordView } from './record.js';
import { isFull } from './reserve.js';
import { acquire, relinquish } from './shared-environments.js';
import { verifyEntries, type DamagedEntry } from './verify.js';

const KEYS_AT_ONCE = 500;

type State =
  | { readonly is: 'new' }
  | { readonly is: 'opening'; readonly opening: Promise<void> }
  | { readonly is: 'open'; readonly environment: Environment }
  | { readonly is: 'closed'; readonly closed: Promise<void> };

/**
 * Results in a folder, for any number of processes at once: small ones in an index of lmdb, an optional package, and large
 * buffers in files of their own. A small hit takes about 2 µs, a large one as long as reading its files and summing them up.
 *
 * What is found is checked against checksums: what a crash, a full disk or a bad one have damaged is taken out, never
 * given out. Writing is not waited for by runs; a process that is killed leaves a store that opens and has all that was
 * put, while a stop of the system may take small results of the last quarter of a second. Whoever may write to the
 * folder can plant results: share it only with whom you trust. It must not lie on a network drive.
 */
export class DiskStore implements Store {
  readonly readOnly: boolean;
  readonly hash: 'xxh128' | 'sha256';
  readonly #settings: Required<DiskStoreOptions>;
  readonly #name: string;
  readonly #keeper: Keeper;
  readonly #locks = new Set<StoreLock>();
  readonly #puts = new Set<Promise<void>>();
  readonly #warning = new RoomWarning();
  readonly #counts = { hits: 0, misses: 0, puts: 0, leftOut: 0, evictions: 0, corrupt: 0 };
  #state: State = { is: 'new' };
  #host: EntryHost | undefined;

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
  }

  get isOpen(): boolean {
    return this.#state.is === 'open';
  }

  /** @throws DAG_STORE_OPEN, DAG_STORE_VERSION, DAG_STORE_CLOSED, DAG_PEER_MISSING */
  async open(): Promise<void> {
    // A thread of a pool imports modules for their nodes only.
    if (thread.pooled && thread.inert) {
      thread.halt();
      await new Promise(() => undefined);
    }
    if (this.#state.is === 'closed') throw storeClosed(this.#name);
    if (this.#state.is === 'new') this.#state = { is: 'opening', opening: this.#open() };
    if (this.#state.is === 'opening') await this.#state.opening;
  }

  find(key: string, options?: FindOptions): StoredEntry | undefined {
    const environment = this.#opened('find');
    checkKey(key);
    const entry = this.#found(key, environment);
    if (options?.counted === false) return entry;
    if (entry === undefined) this.#counts.misses += 1;
    else {
      this.#counts.hits += 1;
      environment.writer?.used(key);
    }
    return entry;
  }

  has(key: string): MaybePromise<boolean> {
    if (this.#state.is !== 'open') return this.open().then(() => this.has(key));
    checkKey(key);
    const { environment } = this.#state;
    return this.#settings.maxAge === Infinity
      ? environment.has(key)
      : this.#usable(key, environment.lookUp(key)) !== undefined;
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
    const { entries, bytes } = environment.totals;
    const unmoved = environment.unmoved().map((key) => environment.lookUp(key));
    const unmovedBytes = unmoved.reduce((sum, record) => sum + (record instanceof RecordView ? record.length : 0), 0);
    return { entries: entries + unmoved.length, bytes: bytes + unmovedBytes, ...this.#counts };
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
    const { claims } = environment;
    if (this.readOnly || claims === undefined) return { release: () => undefined };
    let token: Buffer | undefined;
    try {
      token = claims.locks.take(key);
    } catch (thrown) {
      // Without room for locks, several may compute the same; none may wait for ever.
      if (isFull(thrown)) return { release: () => undefined };
      throw thrown;
    }
    if (token === undefined) return undefined;
    const held = token;
    // What the last holder has put is found now.
    environment.refresh();
    const lock: StoreLock = {
      release: () => {
        if (!this.#locks.delete(lock)) return;
        claims.locks.giveBack(key, held);
      },
    };
    this.#locks.add(lock);
    return lock;
  }

  history(node: string, limit = 100): readonly PastEntry[] {
    const environment = this.#opened('history');
    environment.writer?.settle();
    return pastEntries(environment, node, limit);
  }

  close(): Promise<void> {
    const state = this.#state;
    if (state.is === 'closed') return state.closed;
    const closed = this.#close(state);
    this.#state = { is: 'closed', closed };
    return closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #open(): Promise<void> {
    let environment: Environment;
    try {
      await Promise.all([prepareHashing(), keyBook()?.open()]);
      environment = await acquire(this.#settings.path, this.readOnly);
    } catch (thrown) {
      if (this.#state.is === 'opening') this.#state = { is: 'new' };
      throw thrown;
    }
    if (this.#state.is !== 'opening') {
      await relinquish(environment);
      throw storeClosed(this.#name);
    }
    if (!this.readOnly) environment.writer?.keepers.add(this.#keeper);
    this.#host = {
      environment,
      check: () => {
        this.#opened('read');
      },
      drop: (key, createdAt) => {
        this.#drop(environment, key, createdAt);
      },
    };
    this.#state = { is: 'open', environment };
  }

  async #close(state: State): Promise<void> {
    if (state.is === 'opening') await state.opening.catch(() => undefined);
    if (state.is !== 'open') return;
    const { environment } = state;
    await Promise.allSettled(this.#puts);
    for (const lock of this.#locks) lock.release();
    environment.writer?.keepers.delete(this.#keeper);
    await relinquish(environment);
  }

  #opened(method: string): Environment {
    if (this.#state.is === 'open') return this.#state.environment;
    throw this.#state.is === 'closed' ? storeClosed(this.#name) : storeNotOpen(this.#name, method);
  }

  #writer(method: string): IndexWriter {
    const { writer } = this.#opened(method);
    if (writer === undefined) throw storeReadOnly(this.#name, method);
    return writer;
  }

  #found(key: string, environment: Environment): FoundEntry | undefined {
    const record = this.#usable(key, environment.lookUp(key));
    if (record === undefined || this.#host === undefined) return undefined;
    const entry = new FoundEntry(this.#host, key, record);
    return record.fileCount > 0 && !entry.pin() ? undefined : entry;
  }

  /** The record if it is whole, of a format that is read here, and not too old. */
  #usable(key: string, record: RecordView | typeof DAMAGED | undefined): RecordView | undefined {
    if (record === undefined) return undefined;
    if (record === DAMAGED) {
      if (this.#host !== undefined) this.#drop(this.#host.environment, key);
      return undefined;
    }
    if (record.wire > WIRE_VERSION) return undefined;
    const { maxAge } = this.#settings;
    return maxAge !== Infinity && Date.now() - record.createdAt > maxAge ? undefined : record;
  }

  /** Takes a damaged entry out; with `createdAt`, only if it is still the same. */
  #drop(environment: Environment, key: string, createdAt?: number): void {
    this.#counts.corrupt += 1;
    if (this.readOnly) return;
    // Where that fails, it is found to be damaged again.
    takeOut(environment, { key, createdAt }).catch(() => undefined);
  }

  async #put(environment: Environment, value: NewValue): Promise<void> {
    const { files } = environment;
    const reason = await putValue({ files, index: this.#writer('put') }, value, this.#settings);
    if (reason === undefined) this.#counts.puts += 1;
    else this.#leaveOut(reason);
  }

  #leaveOut(reason: string): void {
    this.#counts.leftOut += 1;
    this.#warning.say(this.#name, reason);
  }
}

/** Takes a damaged entry out, unless somebody has put another since. */
async function takeOut({ writer }: Environment, { key, createdAt }: DamagedEntry): Promise<void> {
  await writer?.change(0, (change) => {
    if (createdAt === undefined) change.removeDamaged(key);
    else change.remove(key, createdAt);
  });
}
