import { checkByRules } from '../graph/option-rules.js';
import { checkIsOptions } from '../graph/options.js';
import { checkPruneOptions, costOf, creationOf } from './entry-facts.js';
import { checkKey } from './entry-key.js';
import { LIMIT_RULES, type StoreLimits } from './limits.js';
import { keyBook } from './key-book.js';
import { factsOf, keptFacts, MemoryEntries, sizeOf, type Kept } from './memory-entries.js';
import { RoomWarning, storeClosed, storeNotOpen } from './store-errors.js';
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
} from '../graph/store.js';
import { bufferFor, decodeValue } from './value/decode.js';
import { encodeValue } from './value/encode.js';
import { slotsOf } from './value/format.js';

const NAME = 'The MemoryStore';
/** How often entries that are too old are looked for while one becomes that: what each put costs does not depend on how many there are. */
const LOOKS = 32;

/**
 * Results in the memory of this process, as bytes: what is found is a new value each time, and nobody can change what is
 * stored. For tests, for programs that compute the same often, and in front of a DiskStore in a TieredStore. Its limit counts
 * values and what is known of them, but not the lists of the files that modules import, of which it keeps each once.
 */
export class MemoryStore implements Store {
  readonly readOnly = false;
  readonly hash = 'xxh128';
  readonly #limits: Required<StoreLimits>;
  readonly #entries = new MemoryEntries();
  readonly #locks = new Map<string, StoreLock>();
  readonly #warning = new RoomWarning();
  readonly #counts = { hits: 0, misses: 0, puts: 0, leftOut: 0, evictions: 0, corrupt: 0 };
  /** Never goes back, as clocks may. */
  #time = 0;
  #state: 'new' | 'open' | 'closed' = 'new';

  /** @throws DAG_OPTION */
  constructor(options: StoreLimits = {}) {
    checkIsOptions(options, 'MemoryStore');
    checkByRules(options as StoreLimits, { subject: 'MemoryStore', rules: LIMIT_RULES });
    const { maxBytes = Infinity, maxAge = Infinity } = options as StoreLimits; // by these rules
    this.#limits = { maxBytes, maxAge };
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** @throws DAG_STORE_CLOSED */
  async open(): Promise<void> {
    if (this.#state === 'open') return;
    this.#checkNotClosed();
    await keyBook()?.open();
    this.#checkNotClosed(); // since
    this.#state = 'open';
  }

  find(key: string, options?: FindOptions): StoredEntry | undefined {
    this.#check('find');
    const kept = this.#kept(key);
    if (options?.counted !== false) this.#count(key, kept !== undefined);
    if (kept === undefined) return undefined;
    const { bytes, createdAt, facts } = kept;
    const read = (owner?: object): unknown => {
      this.#checkNotClosed();
      return valueOf(key, kept, owner);
    };
    return {
      bytes,
      createdAt,
      hasNodes: facts.hasNodes,
      atHand: true,
      facts: () => factsOf(facts),
      read,
      readSync: read,
    };
  }

  has(key: string): MaybePromise<boolean> {
    if (!this.isOpen) return this.open().then(() => this.has(key));
    return this.#kept(key) !== undefined;
  }

  async get(key: string): Promise<unknown> {
    await this.open();
    return this.find(key)?.read();
  }

  async put(key: string, value: unknown, facts: EntryFacts = {}, options: PutOptions = {}): Promise<void> {
    if (!this.isOpen) await this.open(); // else it takes the value as it is now
    this.#check('put');
    checkKey(key);
    const cost = costOf(facts);
    this.#time = Math.max(this.#time, Date.now());
    const createdAt = Math.min(creationOf(options), this.#time);
    if (this.#time - createdAt > this.#limits.maxAge) return;
    const { body, large } = encodeValue(value);
    const bytes = large.reduce((sum, { length }) => sum + length, body.length);
    const kept = keptFacts({ ...facts, cost });
    if (sizeOf({ bytes, facts: kept }) > this.#limits.maxBytes) {
      this.#counts.leftOut += 1;
      if (options.quiet !== true) this.#warning.say(NAME, 'one value has more bytes than `maxBytes`');
      return;
    }
    this.#entries.set(key, {
      body,
      // Of the value itself, not of what becomes of it.
      large: large.map((part) => new Uint8Array(part)),
      facts: kept,
      bytes,
      createdAt,
      cost,
    });
    this.#counts.puts += 1;
    this.#evict({ ...this.#limits, ageEvery: this.#limits.maxAge / LOOKS });
  }

  async delete(key: string): Promise<boolean> {
    await this.open();
    checkKey(key);
    return this.#entries.delete(key);
  }

  async *keys(): AsyncIterable<string> {
    await this.open();
    yield* this.#entries.keys();
  }

  async stats(): Promise<StoreStats> {
    await this.open();
    return { entries: this.#entries.size, bytes: this.#entries.bytes, ...this.#counts };
  }

  async prune(options: PruneOptions = {}): Promise<Pruned> {
    await this.open();
    checkPruneOptions(options);
    const { maxBytes = this.#limits.maxBytes, maxAge = this.#limits.maxAge } = options;
    return this.#evict({ maxBytes, maxAge });
  }

  async verify(): Promise<Verified> {
    await this.open();
    return { entries: this.#entries.size, corrupt: [], strays: 0 };
  }

  tryLock(key: string): StoreLock | undefined {
    this.#check('tryLock');
    checkKey(key);
    if (this.#locks.has(key)) return undefined;
    const lock = {
      release: (): void => {
        if (this.#locks.get(key) === lock) this.#locks.delete(key);
      },
    };
    this.#locks.set(key, lock);
    return lock;
  }

  /** O(entries). */
  history(node: string, limit = 100): readonly PastEntry[] {
    this.#check('history');
    return this.#entries.history(node, limit);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- others have to wait
  async close(): Promise<void> {
    this.#state = 'closed';
    this.#entries.clear();
    this.#locks.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #checkNotClosed(): void {
    if (this.#state === 'closed') throw storeClosed(NAME);
  }

  #check(method: string): void {
    this.#checkNotClosed();
    if (!this.isOpen) throw storeNotOpen(NAME, method);
  }

  #count(key: string, found: boolean): void {
    if (!found) {
      this.#counts.misses += 1;
      return;
    }
    this.#counts.hits += 1;
    this.#entries.use(key);
  }

  #kept(key: string): Kept | undefined {
    checkKey(key);
    const kept = this.#entries.get(key);
    return kept !== undefined && Date.now() - kept.createdAt > this.#limits.maxAge ? undefined : kept;
  }

  #evict(limits: Required<StoreLimits> & { readonly ageEvery?: number }): Pruned {
    this.#time = Math.max(this.#time, Date.now());
    const pruned = this.#entries.evict({ ...limits, now: this.#time });
    this.#counts.evictions += pruned.entries;
    return pruned;
  }
}

function valueOf(key: string, { body, large }: Kept, owner: object | undefined): unknown {
  const slots = slotsOf(body).filter((slot) => slot.large);
  const buffers = slots.map((slot, index) => {
    const buffer = bufferFor(slot, owner);
    new Uint8Array(buffer).set(large[index] ?? []);
    return buffer;
  });
  return decodeValue(body, { large: buffers, owner, subject: `The value stored under ${JSON.stringify(key)}` });
}
