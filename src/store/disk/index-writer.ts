import { evictionsIn, roomFor, roomToEvict } from './change-room.js';
import type { Claims } from './claims.js';
import { DirectPuts } from './direct-puts.js';
import { DoomedFiles } from './doomed-files.js';
import type { Files } from './files.js';
import { IndexChange, type Evicted, type Limits, type NewEntry } from './index-change.js';
import { asDamage, DamageWarning } from './index-damage.js';
import { numberOf, readTotals, type IndexTables } from './index-tables.js';
import { JournalIntake, MOVES } from './journal-intake.js';
import { entryOf, type JournalRow } from './journal.js';
import type { Keeper } from './keeper.js';
import { COMMIT, type RootTable } from './lmdb.js';
import type { Pins } from './pins.js';
import { isFull, type Reserve } from './reserve.js';
import { WriteQueue, type Write } from './write-queue.js';

/** Flush to the disk after the commit has been seen by others. */
const FLUSH_LATER = 0x10000;
/** Keys whose use is written down in one transaction. */
const USES = 128;

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
  readonly #intake: JournalIntake;
  readonly #doomed: DoomedFiles;
  readonly #warning = new DamageWarning();
  /** How often keys were found since that was last written down. */
  readonly #uses = new Map<string, number>();
  /** The next transaction is on its way. */
  #touched = false;
  #isOpen = true;

  constructor(parts: IndexWriterParts) {
    this.#parts = parts;
    this.#doomed = new DoomedFiles(parts);
    const move = (): void => {
      this.touch();
    };
    const { journal } = parts.claims;
    this.#intake = new JournalIntake({ journal, tables: parts.tables, keepers: this.keepers, move });
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
    // Behind what was put before.
    const mayJournal = this.#isOpen && !this.#direct.has(key);
    if (mayJournal && this.#intake.takes(key, entry) && (await this.#intake.put(key, entry))) return;
    await this.#direct.pass(key, () =>
      this.change(entry.record.length + (entry.list?.text?.length ?? 0), (change) => {
        change.put(key, entry);
      }),
    );
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
      this.#warning.say(thrown);
    });
  }

  /** Makes all changes that wait, for who asks what there is. What finds no room is tried again later. */
  settle(): void {
    this.#queue.flush();
    try {
      while (!this.#parts.claims.journal.empty && this.#transact([]) > 0);
    } catch (thrown) {
      this.#warning.say(asDamage(thrown));
    }
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
    this.#doomed.remove();
    if (this.#uses.size > 0 || this.#hasAged() || !this.#parts.claims.journal.empty) this.touch();
  }

  /** Settles when the files of all that is gone by now are removed. */
  removed(): Promise<void> {
    return this.#doomed.removed();
  }

  async close(): Promise<void> {
    this.#intake.close();
    this.tend();
    this.settle();
    this.#isOpen = false;
    this.#parts.pins.flush();
    this.#doomed.remove();
    await this.#doomed.removed();
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
    const { root, tables, claims } = this.#parts;
    const uses = [...this.#uses].slice(0, USES);
    const evicted = new Map<Keeper, Evicted>();
    let moved: readonly JournalRow[] = [];
    let orphans: readonly (readonly Buffer[])[] = [];
    root.transactionSync(() => {
      // As it is now that nobody else can change the index: what others have moved is not moved again.
      claims.refresh();
      moved = moves === 0 ? [] : claims.journal.rows(moves);
      const change = new IndexChange(tables, this.#reserved(batch, moved, uses.length));
      for (const row of moved) move(change, row);
      for (const [key, times] of uses) change.use(key, times);
      for (const write of batch) write.run(change);
      for (const keeper of this.keepers) evicted.set(keeper, change.evict(keeper.limits, this.#isPinned));
      change.finish();
      claims.journal.forget(change.touched);
      this.#intake.changed(change);
      orphans = change.orphans;
    }, COMMIT | FLUSH_LATER);
    return { moved, uses, orphans, evicted };
  }

  /** Sees to it that there is room for a transaction, and gives how many entries it may evict besides. */
  #reserved(batch: readonly Write<IndexChange>[], moved: readonly JournalRow[], uses: number): number {
    const { reserve, tables } = this.#parts;
    const bytes = sumOf(batch, ({ size }) => size) + sumOf(moved, ({ record }) => record.length);
    const need = roomFor({ changes: batch.length + moved.length, bytes, uses }, reserve.used);
    return evictionsIn(reserve.ensure({ need, want: need + roomToEvict(readTotals(tables).entries) }) - need);
  }

  /** After the index has changed: nothing of it is done again, whatever fails here. */
  #conclude({ moved, uses, orphans, evicted }: Made, moves: number): number {
    const dropped = this.#drop(moved);
    if (moves === MOVES && moved.length < MOVES) this.#intake.emptied();
    for (const [key] of uses) this.#uses.delete(key);
    this.#doomed.add(orphans);
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

  #hasAged(): boolean {
    const maxAge = Math.min(...[...this.keepers].map(({ limits }) => limits.maxAge));
    if (!Number.isFinite(maxAge)) return false;
    const [oldest] = this.#parts.tables.ages.getKeys({ limit: 1 });
    return oldest !== undefined && Date.now() - numberOf(oldest) > maxAge;
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
