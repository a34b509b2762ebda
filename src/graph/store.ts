import type { Future } from './future.js';

/** A value, or the promise of one. */
export type MaybePromise<T> = T | Promise<T>;

/** What a node was when a result was computed: a stored result is good while all of its nodes are as they were. */
export interface NodeStamp {
  /** `package:module#name`, with the module's path relative to its package: the same on every machine. */
  readonly node: string;
  readonly version?: string;
  /** Hash of the source that identifies the node, '' where its `version` or `source: 'none'` stands for it. */
  readonly source: string;
  /** Hash of the defining module and all it imports, by which it is compared where the node is not loaded. */
  readonly module: string;
}

/** What a store knows of an entry besides its value. All of it is for finding out why, but for `nodes` and `cost`. */
export interface EntryFacts {
  /** The node that computed it; left out of what was put by hand. */
  readonly stamp?: NodeStamp;
  /** Hash of each argument, in order; that of a Future is its key. */
  readonly args?: readonly string[];
  /** Hashes of the files that `stamp.source` stands for, by path relative to the package. */
  readonly files?: Readonly<Record<string, string>>;
  /** The nodes that its body, and theirs, called. */
  readonly nodes?: readonly NodeStamp[];
  /** Milliseconds that computing it took: what is dear is kept longer. Default 0. */
  readonly cost?: number;
}

/** An entry that was found. */
export interface StoredEntry {
  /** Bytes of its value as stored. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Whether it needs nodes besides its own to be as they were: `facts().nodes` is not empty. */
  readonly hasNodes: boolean;
  /** Whether the value is at hand: {@link read} gives it at once. */
  readonly atHand: boolean;
  /** What is known of it besides its value. */
  facts(): EntryFacts;
  /**
   * The value, a new one each time; buffers of 4 KiB and more lie in shared memory. A promise where files have to be read.
   *
   * @param owner the call whose result it becomes: that memory is recycled when the result is released. Default: none,
   * and it is recycled when it is collected.
   * @throws DAG_STORE_CORRUPT when what was stored is damaged, or was evicted since: the entry is gone then;
   * DAG_STORE_CODEC when it needs a codec that is not registered here.
   */
  read(owner?: object): MaybePromise<unknown>;
  /** Like {@link read}, at once, whatever it takes: for runs that cannot wait. */
  readSync(owner?: object): unknown;
}

/** The right to compute what a key stands for, while others wait. */
export interface StoreLock {
  /** Lets others go on. May be called again. */
  release(): void;
}

/** How an entry is looked for. */
export interface FindOptions {
  /** Whether this counts: as a use of the entry, and as a hit or a miss in `stats()`. Default true. */
  readonly counted?: boolean;
}

/** How a value is put. */
export interface PutOptions {
  /**
   * Gives the value of a call that was run where the run's bodies run: stores let threads of a pool write large buffers.
   * Default: what there is to do is done on the calling thread, which is not blocked longer than a chunk takes.
   */
  readonly run?: (call: Future) => Promise<unknown>;
  /**
   * When the value was made, for what comes from another store: milliseconds since 1970. What is older than the `maxAge`
   * of a store is not kept there. Default, and at most: now.
   */
  readonly createdAt?: number;
  /** Says nothing when it is left out for lack of room, for another store keeps it. Default false. */
  readonly quiet?: boolean;
}

/** What a store holds, and what came of what was asked of it since it was made. */
export interface StoreStats {
  readonly entries: number;
  /** Of all values, and of what is known of them. */
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
  readonly puts: number;
  /** What was put and not kept for lack of room. */
  readonly leftOut: number;
  readonly evictions: number;
  /** Entries that were damaged, and dropped. */
  readonly corrupt: number;
}

/** What to keep; default: the limits that the store has. */
export interface PruneOptions {
  readonly maxBytes?: number;
  /** Milliseconds since an entry was made. */
  readonly maxAge?: number;
}

/** What `prune()` took out. */
export interface Pruned {
  readonly entries: number;
  readonly bytes: number;
}

/** What `verify()` found. */
export interface Verified {
  /** Entries that were looked at. */
  readonly entries: number;
  /** Keys of those that were damaged, which are gone now. */
  readonly corrupt: readonly string[];
  /** Files that belonged to no entry, which are gone now. */
  readonly strays: number;
}

/**
 * Results by key, beyond the run that computed them. Runs ask for keys that are hashes of a call; any text may be one.
 *
 * `find` and `tryLock` do not wait, and neither does `has` once the store is open: runs ask them for every call.
 * Everything throws or rejects with DAG_STORE_CLOSED after `close()`.
 */
export interface Store {
  /** Whether it refuses new entries. */
  readonly readOnly: boolean;
  /** What keys and checksums are made with. Default `'xxh128'`; `'sha256'` where others may plant entries. */
  readonly hash?: 'xxh128' | 'sha256';
  /**
   * Loads and opens what is needed; done once, and by the other asynchronous methods themselves. The stores of
   * `lazydag/store` also load what makes keys: what cannot wait for that, `resolveSync()` and `plan()`, needs it, and a store
   * of your own loads it with `await openKeys()`.
   */
  open(): Promise<void>;
  /** Whether {@link open} is done. */
  readonly isOpen: boolean;
  /** The entry of a key, counted as used now unless told otherwise. @throws DAG_STORE_NOT_OPEN */
  find(key: string, options?: FindOptions): StoredEntry | undefined;
  /** Whether there is an entry, without counting it as used: at once when open, else when that is done. */
  has(key: string): MaybePromise<boolean>;
  /** The value of a key; undefined where there is none. */
  get(key: string): Promise<unknown>;
  /**
   * Keeps a value under a key, in place of an earlier one; done when another process sees it. The value may be changed
   * or released after that, not before. What cannot be kept for lack of room is left out with a warning.
   *
   * @throws DAG_CANNOT_TRAVEL when the value, or something inside, cannot be written down; DAG_STORE_READ_ONLY.
   */
  put(key: string, value: unknown, facts?: EntryFacts, options?: PutOptions): Promise<void>;
  /** Gives whether there was one. */
  delete(key: string): Promise<boolean>;
  /** All keys, in no certain order; what is put or deleted meanwhile may be among them or not. */
  keys(): AsyncIterable<string>;
  /** What it holds, and what came of what was asked of it. */
  stats(): Promise<StoreStats>;
  /** Takes out what is too old, then what is least worth keeping until the rest fits. */
  prune(options?: PruneOptions): Promise<Pruned>;
  /** Reads every entry, and takes out what is damaged. */
  verify(): Promise<Verified>;
  /** The right to compute a key; undefined while somebody else has it. @throws DAG_STORE_NOT_OPEN */
  tryLock(key: string): StoreLock | undefined;
  /** What is known of entries that a node made, the newest first; of evicted ones, too. At most `limit`, default 100. */
  history(node: string, limit?: number): readonly PastEntry[];
  /** Finishes what is being written, and lets go of everything. May be called again. */
  close(): Promise<void>;
  /** {@link close}, at the end of a block with `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** An entry that is, or was, in a store. */
export interface PastEntry {
  readonly key: string;
  readonly facts: EntryFacts;
  readonly evicted: boolean;
}

/** Whether a value is a store. */
export function isStore(value: unknown): value is Store {
  if (typeof value !== 'object' || value === null) return false;
  return (['open', 'find', 'has', 'get', 'put', 'delete', 'tryLock', 'close'] as const).every(
    (method) => typeof (value as Partial<Record<string, unknown>>)[method] === 'function', // looked at as what it may be instead
  );
}
