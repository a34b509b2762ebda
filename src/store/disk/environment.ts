import { DagError, describeThrown } from '../../errors.js';
import { Claims, openForeignJournal, type ForeignJournal } from './claims.js';
import { Files } from './files.js';
import { cannotOpen, openFolder, type Folder } from './folder.js';
import { IndexChange, type Evicted, type Limits, type NewEntry } from './index-change.js';
import { numberOf, openTables, readTotals, type IndexTables, type Totals } from './index-tables.js';
import { entryOf, type Journal, type JournalRow } from './journal.js';
import { COMMIT, loadLmdb, type Lmdb, type RootTable } from './lmdb.js';
import { Pins } from './pins.js';
import { RecordView, sealRecord } from './record.js';
import { isFull, Reserve } from './reserve.js';
import { WriteQueue, type Write } from './write-queue.js';

/** Flush to the disk after the commit has been seen by others. */
const FLUSH_LATER = 0x10000;
/** Room that is kept for what one change of the index writes. Bytes. */
const ROOM = 48 * 1024;
const ROOM_AMONG_MANY = 8 * 1024;
/** Milliseconds between looks at what was used, is too old, or is read no more. */
const TEND_EVERY = 1000;
/** Entries for whose eviction there is always room. */
const EVICTIONS_KEPT = 16;
/** Entries that are evicted in one transaction at most, as far as there is room for that. */
const EVICTIONS = 256;
/** Keys whose use is written down in one transaction. */
const USES = 128;
/** Bytes of a record that goes into the journal at most, and how many go there before one waits for the index. */
const LARGEST_JOURNALED = 16 * 1024;
const MOST_JOURNALED = 4096;
/** Entries that the index takes over in one transaction. */
const MOVES = 512;
/** Milliseconds after which the index takes over what is in the journal, unless a batch of it comes together before. */
const MOVE_AFTER = 250;

/** A store that has an environment, as far as its limits go. */
export interface Keeper {
  readonly limits: Limits;
  evicted(done: Evicted): void;
}

/** Found in place of a record that is damaged. */
export const DAMAGED = Symbol('damaged');

/**
 * What stores on one folder share in this thread: its index, what is held of it, its files. Opened by the first and
 * closed by the last.
 */
export class Environment {
  readonly folder: Folder;
  readonly readOnly: boolean;
  readonly files: Files;
  /** Undefined where nothing is ever written. */
  readonly claims: Claims | undefined;
  readonly pins: Pins | undefined;
  readonly tables: IndexTables;
  readonly keepers = new Set<Keeper>();
  readonly #root: RootTable;
  readonly #reserve: Reserve | undefined;
  /** Where nothing is written: what others have put last. */
  readonly #foreign: ForeignJournal | undefined;
  readonly #queue = new WriteQueue<IndexChange>((batch) => {
    this.#transact(batch);
  });
  /** How often keys were found since that was last written down. */
  readonly #uses = new Map<string, number>();
  readonly #tending: NodeJS.Timeout | undefined;
  /** Files of entries that are gone, which somebody may still read. */
  #doomed: (readonly Buffer[])[] = [];
  #removing: Promise<unknown> = Promise.resolve();
  /** Entries that were put into the journal here since the index last took over all of it. */
  #journaled = 0;
  #moving: NodeJS.Timeout | undefined;
  /** The latest time that was seen: it does not run backwards here. */
  #time = 0;
  #isOpen = true;

  private constructor(folder: Folder, lmdb: Lmdb, readOnly: boolean) {
    this.folder = folder;
    this.readOnly = readOnly;
    this.#root = lmdb.open(folder.index, {
      noSubdir: true,
      readOnly,
      maxDbs: 16,
      encoding: 'binary',
      permissionsMode: 0o600,
    });
    const tables = openTables(this.#root);
    if (tables === undefined) throw new Error('its index is not complete');
    this.tables = tables;
    this.#time = this.totals.time;
    if (readOnly) this.#foreign = openForeignJournal(lmdb, folder.path);
    else {
      this.#reserve = new Reserve(this.#root, folder.index);
      this.claims = new Claims(lmdb, folder.path);
      this.pins = new Pins(this.claims);
      this.#tending = setInterval(() => {
        this.tend();
      }, TEND_EVERY).unref();
    }
    this.files = new Files(folder.values, this.claims?.session ?? '');
  }

  /** @throws DAG_STORE_OPEN, DAG_STORE_VERSION, DAG_PEER_MISSING */
  static async open(path: string, readOnly: boolean): Promise<Environment> {
    const lmdb = await loadLmdb();
    const folder = await openFolder(path, readOnly);
    let environment: Environment;
    try {
      environment = new Environment(folder, lmdb, readOnly);
    } catch (thrown) {
      throw cannotOpen(path, describeThrown(thrown), thrown);
    }
    await environment.#tidy();
    return environment;
  }

  get #journal(): Journal | undefined {
    return this.claims?.journal ?? this.#foreign?.journal;
  }

  /** Whether there is an entry. */
  has(key: string): boolean {
    return this.tables.entries.doesExist(key) || this.#journal?.has(key) === true;
  }

  /** The record of a key: one look into the index, and another into the journal when it is not there. */
  lookUp(key: string): RecordView | typeof DAMAGED | undefined {
    let record: Buffer;
    try {
      const found = this.tables.entries.getBinaryFast(key);
      if (found === undefined) return this.#lookUpJournal(key);
      // Its own methods go by the memory behind it, which is longer.
      record = Uint8Array.prototype.slice.call(found, 0, found.length) as Buffer; // of its class, by its species
    } catch {
      return DAMAGED;
    }
    return RecordView.check(record, key) ?? DAMAGED;
  }

  /** What is damaged there is left out when the index takes over the rest. */
  #lookUpJournal(key: string): RecordView | undefined {
    const record = this.#journal?.find(key);
    return record && RecordView.check(record, key);
  }

  /** Sees what others have changed since. */
  refresh(): void {
    this.#root.resetReadTxn();
    this.claims?.refresh();
    this.#foreign?.root.resetReadTxn();
  }

  /**
   * Puts an entry; done when others see it, and nothing but a crash of the system takes it away.
   *
   * @throws DAG_STORE_CORRUPT when the index is damaged; what the file system does.
   */
  async put(key: string, entry: NewEntry): Promise<void> {
    if (this.#goesIntoJournal(key, entry)) {
      this.#journaled += 1;
      this.#time = Math.max(this.#time, Date.now());
      sealRecord(entry.record, key, Math.min(entry.createdAt, this.#time));
      if ((await this.claims?.journal.put(key, entry.record)) === true) {
        this.#moveSoon();
        return;
      }
    }
    await this.change(entry.record.length, (change) => {
      change.put(key, entry);
    });
  }

  /** What is there already is replaced where it is: the index is asked first. */
  #goesIntoJournal(key: string, { files, record }: NewEntry): boolean {
    if (files.length > 0 || record.length > LARGEST_JOURNALED || this.#journaled >= MOST_JOURNALED) return false;
    return this.#isOpen && !this.tables.entries.doesExist(key);
  }

  /** Each time, this thread waits for the disk. */
  #moveSoon(): void {
    if (this.#journaled === MOVES) this.#touch();
    this.#moving ??= setTimeout(() => {
      this.#moving = undefined;
      this.#touch();
    }, MOVE_AFTER).unref();
  }

  /** Makes all changes that wait, for who asks what there is. What fails is tried again later. */
  settle(): void {
    if (this.readOnly) return;
    this.#queue.flush();
    try {
      while (this.claims?.journal.empty === false && this.#transact([]) > 0);
    } catch {
      // Nothing of it is lost.
    }
  }

  /** Notes that a key was found, to be written down with what is written next. */
  used(key: string): void {
    if (!this.readOnly) this.#uses.set(key, (this.#uses.get(key) ?? 0) + 1);
  }

  /**
   * Makes a change of the index with the next transaction; done when others see it.
   *
   * @throws DAG_STORE_CORRUPT when the index is damaged; what the file system does.
   */
  change(size: number, run: (change: IndexChange) => void): Promise<void> {
    return new Promise((done, failed) => {
      this.#queue.add({
        size,
        run,
        done,
        failed: (thrown) => {
          failed(asDamage(thrown));
        },
      });
    });
  }

  get totals(): Totals {
    return readTotals(this.tables);
  }

  /** Evicts what does not fit these limits. */
  async evict(limits: Limits): Promise<Evicted> {
    const done: Evicted = { entries: 0, bytes: 0, more: true };
    while (done.more) {
      await this.change(0, (change) => {
        add(done, change.evict(limits, this.#isPinned));
      });
    }
    return done;
  }

  /** Where processes have died, removes what they have left: files that they wrote, or had taken out of the index. */
  async sweepDead(): Promise<number> {
    const { claims } = this;
    const dead = claims?.dead() ?? [];
    if (claims === undefined || dead.length === 0) return 0;
    const strays = await this.#sweep((session) => !claims.isLive(session));
    claims.bury(dead);
    return strays;
  }

  /** Removes all files that belong to no entry, and to nobody who is writing them. */
  async sweep(): Promise<number> {
    const { claims } = this;
    if (claims === undefined) return 0;
    await this.#removing;
    return this.#sweep((session) => session === claims.session || !claims.isLive(session));
  }

  /** Writes down what was used, and takes out what is too old. */
  tend(): void {
    if (!this.#isOpen) return;
    this.pins?.flush();
    this.#removeDoomed();
    if (this.#uses.size > 0 || this.#hasAged() || this.claims?.journal.empty === false) this.#touch();
  }

  async close(): Promise<void> {
    clearInterval(this.#tending);
    clearTimeout(this.#moving);
    this.tend();
    this.#queue.flush();
    this.settle();
    this.#isOpen = false;
    this.pins?.flush();
    this.#removeDoomed();
    await this.#removing;
    this.#reserve?.close();
    await this.claims?.close();
    await this.#foreign?.root.close();
    await this.#root.close();
  }

  /** For a process that ends without closing. */
  abandon(): void {
    this.settle();
    try {
      this.claims?.bury([this.claims.session]);
    } catch {
      // Others find out that the process is dead.
    }
  }

  /** Changes the index for what transactions do by themselves: they move, evict, and write down what was used. */
  #touch(): void {
    void this.change(0, () => undefined).catch(() => undefined);
  }

  readonly #isPinned = (name: Buffer): boolean => this.pins?.isPinned(name) ?? false;

  /** Makes changes, and takes over what is in the journal as far as there is room. @returns how much that was */
  #transact(batch: readonly Write<IndexChange>[]): number {
    this.claims?.refresh();
    for (let moves = MOVES; ; moves >>= 1) {
      const moved = moves === 0 ? [] : (this.claims?.journal.rows(moves) ?? []);
      try {
        this.#transactWith(batch, moved);
        return moved.length;
      } catch (thrown) {
        if (moved.length === 0 || !isFull(thrown)) throw thrown;
      }
    }
  }

  #transactWith(batch: readonly Write<IndexChange>[], moved: readonly JournalRow[]): void {
    const uses = [...this.#uses].slice(0, USES);
    const evicted = new Map<Keeper, Evicted>();
    const orphans: (readonly Buffer[])[] = [];
    this.#root.transactionSync(() => {
      const need = this.#roomFor(batch, moved) + uses.length * ROOM;
      const room = this.#reserve?.ensure({ need, want: need + this.#roomToEvict }) ?? 0;
      const change = new IndexChange(this.tables, Math.floor((room - need) / ROOM));
      for (const row of moved) move(change, row);
      for (const [key, times] of uses) change.use(key, times);
      for (const write of batch) write.run(change);
      for (const keeper of this.keepers) evicted.set(keeper, change.evict(keeper.limits, this.#isPinned));
      this.#time = change.now;
      change.finish();
      orphans.push(...change.orphans);
    }, COMMIT | FLUSH_LATER);
    this.claims?.journal.drop(moved);
    if (moved.length < MOVES) this.#journaled = 0;
    for (const [key] of uses) this.#uses.delete(key);
    this.#doomed.push(...orphans);
    for (const names of orphans) this.files.spare(names);
    this.#removeDoomed();
    let more = moved.length === MOVES;
    for (const [keeper, done] of evicted) {
      keeper.evicted(done);
      more ||= done.more;
    }
    if (more) this.#touch();
  }

  /** Bytes that changes may write: so much each, or, where they are many, every page that there is and some for each. */
  #roomFor(batch: readonly Write<IndexChange>[], moved: readonly JournalRow[]): number {
    const bytes = 2 * (sumOf(batch, ({ size }) => size) + sumOf(moved, ({ record }) => record.length));
    const changes = batch.length + moved.length;
    return bytes + Math.min(changes * ROOM, (this.#reserve?.used ?? 0) + bytes + (changes + 1) * ROOM_AMONG_MANY);
  }

  /** No transaction writes more pages than there are, and some are kept for times in which the disk is full. */
  get #roomToEvict(): number {
    return Math.min(Math.ceil(this.totals.entries / 4) + EVICTIONS_KEPT, EVICTIONS) * ROOM;
  }

  #hasAged(): boolean {
    const maxAge = Math.min(...[...this.keepers].map(({ limits }) => limits.maxAge));
    if (!Number.isFinite(maxAge)) return false;
    const [oldest] = this.tables.ages.getKeys({ limit: 1 });
    return oldest !== undefined && Date.now() - numberOf(oldest) > maxAge;
  }

  /** Removes files of entries that are gone, but for those that somebody had found before. */
  #removeDoomed(): void {
    if (this.#doomed.length === 0) return;
    this.claims?.refresh();
    const pinned: (readonly Buffer[])[] = [];
    const free: Buffer[] = [];
    for (const names of this.#doomed) {
      const [first] = names;
      if (first !== undefined && this.#isPinned(first)) pinned.push(names);
      else free.push(...names);
    }
    this.#doomed = pinned;
    // What cannot be removed now is a stray, and found as such.
    const removing = this.files.remove(free).catch(() => undefined);
    this.#removing = Promise.all([this.#removing, removing]);
  }

  /** What the dead have left, once they are found to be dead; after a start of the system, of all that came before. */
  async #tidy(): Promise<void> {
    if (this.claims?.journal.empty === false) this.#moveSoon();
    if (this.claims?.isFirst === true) await this.sweep();
    else await this.sweepDead();
  }

  #sweep(isDead: (session: string) => boolean): Promise<number> {
    this.refresh();
    return this.files.sweep(isDead, (name) => this.tables.files.doesExist(name));
  }
}

function move(change: IndexChange, row: JournalRow): void {
  const entry = entryOf(row);
  if (entry !== undefined) change.move(row.key, entry);
}

function sumOf<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((sum, value) => sum + of(value), 0);
}

function add(sum: Evicted, { entries, bytes, more }: Evicted): void {
  sum.entries += entries;
  sum.bytes += bytes;
  sum.more = more;
}

/** What the native code says when pages of the index are not what they should be. */
function asDamage(thrown: unknown): Error {
  const message = describeThrown(thrown);
  const isDamage = /MDB_(CORRUPTED|PAGE_NOTFOUND|PANIC|INVALID|BAD_TXN|PROBLEM)/.test(message);
  if (!isDamage && thrown instanceof Error) return thrown;
  return new DagError('DAG_STORE_CORRUPT', {
    message: `The index of a store is damaged: ${message}.`,
    remedy: 'Delete the folder of the store; its results are computed again.',
    cause: thrown,
  });
}
