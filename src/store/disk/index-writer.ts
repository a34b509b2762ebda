import { DagError, describeThrown } from '../../errors.js';
import type { Claims } from './claims.js';
import { DirectPuts } from './direct-puts.js';
import type { Files } from './files.js';
import { EVICTIONS, IndexChange, type Evicted, type Limits, type NewEntry } from './index-change.js';
import { numberOf, readTotals, type IndexTables, type Totals } from './index-tables.js';
import { entryOf, type JournalRow } from './journal.js';
import { COMMIT, type RootTable } from './lmdb.js';
import type { Pins } from './pins.js';
import { sealRecord } from './record.js';
import { isFull, type Reserve } from './reserve.js';
import { WriteQueue, type Write } from './write-queue.js';

/** Flush to the disk after the commit has been seen by others. */
const FLUSH_LATER = 0x10000;
/** Room that is kept for what one change of the index writes, and for each of many. Bytes. */
const ROOM = 48 * 1024;
const ROOM_AMONG_MANY = 8 * 1024;
/** Entries for whose eviction there is always room. */
const EVICTIONS_KEPT = 16;
/** Keys whose use is written down in one transaction. */
const USES = 128;
/** Bytes of a record that goes into the journal at most, and of all that may lie there before one waits for the index. */
const LARGEST_JOURNALED = 16 * 1024;
const MOST_JOURNALED = 4 * 1024 * 1024;
/** Entries that the index takes over in one transaction. */
const MOVES = 512;
/** Milliseconds after which the index takes over what is in the journal, unless so much comes together before. */
const MOVE_AFTER = 250;
/** Entries after which the event loop goes round: what is put into the journal waits for nothing. */
const TURN = 64;

/** A store that has an environment, as far as its limits go. */
export interface Keeper {
  readonly limits: Limits;
  evicted(done: Evicted): void;
}

/** What an {@link IndexWriter} writes to. */
export interface IndexWriterParts {
  readonly root: RootTable;
  readonly tables: IndexTables;
  readonly reserve: Reserve;
  readonly claims: Claims;
  readonly pins: Pins;
  readonly files: Files;
}

/** What a transaction came to. */
interface Made {
  readonly moved: readonly JournalRow[];
  readonly uses: readonly (readonly [string, number])[];
  readonly orphans: readonly (readonly Buffer[])[];
  readonly evicted: ReadonlyMap<Keeper, Evicted>;
}

/**
 * Changes an index: puts, by the journal or at once; moves from the journal; writes down what was used; evicts, and removes
 * the files of what is gone. Many changes are made in one transaction, for each waits for the disk.
 */
export class IndexWriter {
  readonly keepers = new Set<Keeper>();
  readonly #parts: IndexWriterParts;
  readonly #queue = new WriteQueue<IndexChange>((batch) => {
    this.#transact(batch);
  });
  readonly #direct = new DirectPuts();
  /** How often keys were found since that was last written down. */
  readonly #uses = new Map<string, number>();
  /** Files of entries that are gone, which somebody may still read. */
  #doomed: (readonly Buffer[])[] = [];
  #removing: Promise<unknown> = Promise.resolve();
  /** What was put into the journal here since the index last took over all of it. */
  #journaled = { entries: 0, bytes: 0 };
  #moving: NodeJS.Timeout | undefined;
  /** The next transaction is on its way. */
  #touched = false;
  /** The latest time that was seen: it does not run backwards here. */
  #time: number;
  /** Bytes of all entries, as of the last transaction. */
  #bytes: number;
  #complained = false;
  #isOpen = true;

  constructor(parts: IndexWriterParts) {
    this.#parts = parts;
    const { time, bytes } = readTotals(parts.tables);
    this.#time = time;
    this.#bytes = bytes;
    if (!parts.claims.journal.empty) this.#moveSoon();
  }

  /** Notes that a key was found, to be written down with what is written next. */
  used(key: string): void {
    this.#uses.set(key, (this.#uses.get(key) ?? 0) + 1);
  }

  /**
   * Puts an entry; done when others see it, and when it outlives this process.
   *
   * @throws DAG_STORE_CORRUPT when the index is damaged; what the file system does.
   */
  async put(key: string, entry: NewEntry): Promise<void> {
    if (this.#goesIntoJournal(key, entry) && (await this.#putIntoJournal(key, entry))) return;
    await this.#direct.pass(key, () =>
      this.change(entry.record.length, (change) => {
        change.put(key, entry);
      }),
    );
  }

  /** What is there already is replaced where it is, behind what was put before; and no limit is passed by the journal. */
  #goesIntoJournal(key: string, { files, record }: NewEntry): boolean {
    const bytes = this.#journaled.bytes + record.length;
    if (files.length > 0 || record.length > LARGEST_JOURNALED || bytes > MOST_JOURNALED) return false;
    if (!this.#isOpen || this.#direct.has(key)) return false;
    for (const { limits } of this.keepers) if (this.#bytes + bytes > limits.maxBytes) return false;
    try {
      return !this.#parts.tables.entries.doesExist(key);
    } catch {
      return false; // the change will tell
    }
  }

  async #putIntoJournal(key: string, { record, createdAt }: NewEntry): Promise<boolean> {
    this.#time = Math.max(this.#time, Date.now());
    sealRecord(record, key, Math.min(createdAt, this.#time));
    this.#journaled.entries += 1;
    this.#journaled.bytes += record.length;
    const { entries } = this.#journaled;
    if (!(await this.#parts.claims.journal.put(key, record))) return false;
    if (entries >= MOVES) this.touch();
    else this.#moveSoon();
    if (entries % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    return true;
  }

  #moveSoon(): void {
    this.#moving ??= setTimeout(() => {
      this.#moving = undefined;
      this.touch();
    }, MOVE_AFTER).unref();
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

  /** Makes a transaction soon, for what transactions do by themselves: they move, evict, and write down what was used. */
  touch(): void {
    if (this.#touched) return;
    this.#touched = true;
    this.change(0, () => undefined).catch((thrown: unknown) => {
      this.#touched = false;
      this.#complain(thrown);
    });
  }

  /** Makes all changes that wait, for who asks what there is. What finds no room is tried again later. */
  settle(): void {
    this.#queue.flush();
    try {
      while (!this.#parts.claims.journal.empty && this.#transact([]) > 0);
    } catch (thrown) {
      this.#complain(asDamage(thrown));
    }
  }

  /** Says once that the index is damaged, where nobody waits for what is written. */
  #complain(thrown: unknown): void {
    if (this.#complained || !(thrown instanceof DagError)) return;
    this.#complained = true;
    process.emitWarning(thrown.message, { code: thrown.code });
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

  /** Writes down what was used, and takes out what is too old. */
  tend(): void {
    this.#parts.pins.flush();
    this.#removeDoomed();
    if (this.#uses.size > 0 || this.#hasAged() || !this.#parts.claims.journal.empty) this.touch();
  }

  /** Settles when the files of all that is gone by now are removed. */
  async removed(): Promise<void> {
    await this.#removing;
  }

  async close(): Promise<void> {
    clearTimeout(this.#moving);
    this.tend();
    this.settle();
    this.#isOpen = false;
    this.#parts.pins.flush();
    this.#removeDoomed();
    await this.#removing;
  }

  readonly #isPinned = (name: Buffer): boolean => this.#parts.pins.isPinned(name);

  /** Makes changes, and takes over what is in the journal as far as there is room. @returns how much that was */
  #transact(batch: readonly Write<IndexChange>[]): number {
    this.#touched = false;
    for (let moves = MOVES; ; moves >>= 1) {
      let made: Made;
      try {
        made = this.#make(batch, moves);
      } catch (thrown) {
        if (moves === 0 || !isFull(thrown)) throw thrown;
        continue;
      }
      return this.#conclude(made, moves);
    }
  }

  #make(batch: readonly Write<IndexChange>[], moves: number): Made {
    const { root, tables, reserve, claims } = this.#parts;
    const uses = [...this.#uses].slice(0, USES);
    const evicted = new Map<Keeper, Evicted>();
    let moved: readonly JournalRow[] = [];
    let orphans: readonly (readonly Buffer[])[] = [];
    root.transactionSync(() => {
      // As it is now that nobody else can change the index: what others have moved is not moved again.
      claims.refresh();
      moved = moves === 0 ? [] : claims.journal.rows(moves);
      const need = this.#roomFor(batch, moved) + uses.length * ROOM;
      const room = reserve.ensure({ need, want: need + this.#roomToEvict });
      const change = new IndexChange(tables, Math.floor((room - need) / ROOM));
      for (const row of moved) move(change, row);
      for (const [key, times] of uses) change.use(key, times);
      for (const write of batch) write.run(change);
      for (const keeper of this.keepers) evicted.set(keeper, change.evict(keeper.limits, this.#isPinned));
      change.finish();
      claims.journal.forget(change.touched);
      this.#time = change.now;
      this.#bytes = change.bytes;
      orphans = change.orphans;
    }, COMMIT | FLUSH_LATER);
    return { moved, uses, orphans, evicted };
  }

  /** After the index has changed: nothing of it is done again, whatever fails here. */
  #conclude({ moved, uses, orphans, evicted }: Made, moves: number): number {
    const dropped = this.#drop(moved);
    if (moves === MOVES && moved.length < MOVES) this.#journaled = { entries: 0, bytes: 0 };
    for (const [key] of uses) this.#uses.delete(key);
    this.#doomed.push(...orphans);
    for (const names of orphans) this.#parts.files.spare(names);
    this.#removeDoomed();
    let more = dropped && moved.length === MOVES;
    for (const [keeper, done] of evicted) {
      keeper.evicted(done);
      more ||= done.more;
    }
    if (more) this.touch();
    return dropped ? moved.length : 0;
  }

  /** Where that fails, they are found to be in the index when they are to be moved again. */
  #drop(moved: readonly JournalRow[]): boolean {
    try {
      this.#parts.claims.journal.drop(moved);
      return true;
    } catch {
      return false;
    }
  }

  /** Bytes that changes may write: so much each, or, where they are many, every page that there is and some for each. */
  #roomFor(batch: readonly Write<IndexChange>[], moved: readonly JournalRow[]): number {
    const bytes = 2 * (sumOf(batch, ({ size }) => size) + sumOf(moved, ({ record }) => record.length));
    const changes = batch.length + moved.length;
    return bytes + Math.min(changes * ROOM, this.#parts.reserve.used + bytes + (changes + 1) * ROOM_AMONG_MANY);
  }

  /** No transaction writes more pages than there are, and some are kept for times in which the disk is full. */
  get #roomToEvict(): number {
    return Math.min(Math.ceil(this.#totals.entries / 4) + EVICTIONS_KEPT, EVICTIONS) * ROOM;
  }

  get #totals(): Totals {
    return readTotals(this.#parts.tables);
  }

  #hasAged(): boolean {
    const maxAge = Math.min(...[...this.keepers].map(({ limits }) => limits.maxAge));
    if (!Number.isFinite(maxAge)) return false;
    const [oldest] = this.#parts.tables.ages.getKeys({ limit: 1 });
    return oldest !== undefined && Date.now() - numberOf(oldest) > maxAge;
  }

  /** Removes files of entries that are gone, but for those that somebody had found before. */
  #removeDoomed(): void {
    if (this.#doomed.length === 0) return;
    this.#parts.claims.refresh();
    const pinned: (readonly Buffer[])[] = [];
    const free: Buffer[] = [];
    for (const names of this.#doomed) {
      const [first] = names;
      if (first !== undefined && this.#isPinned(first)) pinned.push(names);
      else free.push(...names);
    }
    this.#doomed = pinned;
    // What cannot be removed now is a stray, and found as such.
    const removing = this.#parts.files.remove(free).catch(() => undefined);
    this.#removing = Promise.all([this.#removing, removing]);
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
