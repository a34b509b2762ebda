import { describeThrown } from '../../errors.js';
import { Claims } from './claims.js';
import { Files } from './files.js';
import { cannotOpen, openFolder, type Folder } from './folder.js';
import { ForeignJournal } from './foreign-journal.js';
import { IndexWriter } from './index-writer.js';
import { openTables, readTotals, type IndexTables, type Totals } from './index-tables.js';
import type { Journal } from './journal.js';
import { loadLmdb, type Lmdb, type RootTable } from './lmdb.js';
import { Pins } from './pins.js';
import { RecordView } from './record.js';
import { Reserve } from './reserve.js';

/** Milliseconds between looks at what was used, is too old, or is read no more. */
const TEND_EVERY = 1000;

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
  /** These are undefined where nothing is ever written. */
  readonly claims: Claims | undefined;
  readonly pins: Pins | undefined;
  readonly writer: IndexWriter | undefined;
  readonly tables: IndexTables;
  readonly #root: RootTable;
  readonly #reserve: Reserve | undefined;
  /** Where nothing is written: what others have put last. */
  readonly #foreign: ForeignJournal | undefined;
  readonly #tending: NodeJS.Timeout | undefined;

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
    if (readOnly) {
      this.#foreign = ForeignJournal.open(lmdb, folder.path);
      this.files = new Files(folder.values, '');
      return;
    }
    const claims = new Claims(lmdb, folder.path);
    const pins = new Pins(claims);
    const files = new Files(folder.values, claims.sessions.own);
    const reserve = new Reserve(this.#root, folder.index);
    this.claims = claims;
    this.pins = pins;
    this.files = files;
    this.#reserve = reserve;
    this.writer = new IndexWriter({ root: this.#root, tables, reserve, claims, pins, files });
    this.#tending = setInterval(() => {
      this.writer?.tend();
    }, TEND_EVERY).unref();
  }

  /** @throws DAG_STORE_OPEN, DAG_STORE_VERSION, DAG_PEER_MISSING */
  static async open(path: string, readOnly: boolean): Promise<Environment> {
    const lmdb = await loadLmdb();
    const folder = await openFolder(path, readOnly);
    let environment: Environment;
    try {
      environment = new Environment(folder, lmdb, readOnly);
    } catch (thrown) {
      throw cannotOpen(path, describeThrown(thrown), { cause: thrown });
    }
    await environment.#tidy();
    return environment;
  }

  get #journal(): Journal | undefined {
    return this.claims?.journal ?? this.#foreign?.journal;
  }

  /** Whether there is an entry. */
  has(key: string): boolean {
    const { entries } = this.tables;
    if (entries.doesExist(key) || this.#journal?.has(key) === true) return true;
    return this.#mayHaveMoved() && entries.doesExist(key);
  }

  /** The record of a key: one look into the index, and another into the journal when it is not there. */
  lookUp(key: string): RecordView | typeof DAMAGED | undefined {
    const found = this.#lookUpIndex(key);
    if (found !== undefined) return found;
    // What is damaged there is left out when the index takes over the rest.
    const record = this.#journal?.find(key);
    if (record !== undefined) return RecordView.check(record, key);
    return this.#mayHaveMoved() ? this.#lookUpIndex(key) : undefined;
  }

  #lookUpIndex(key: string): RecordView | typeof DAMAGED | undefined {
    let record: Buffer;
    try {
      const found = this.tables.entries.getBinaryFast(key);
      if (found === undefined) return undefined;
      // Its own methods go by the memory behind it, which is longer; memory of Node's pool costs half of what is new.
      record = Buffer.allocUnsafe(found.length);
      record.set(new Uint8Array(found.buffer, found.byteOffset, found.length));
    } catch {
      return DAMAGED;
    }
    return RecordView.check(record, key) ?? DAMAGED;
  }

  /**
   * Another process may have taken from the journal into the index what was in neither as this thread has seen them: the
   * index as of earlier in this turn, the journal as it is now. Sees the index as it is now.
   */
  #mayHaveMoved(): boolean {
    if (this.#journal === undefined) return false;
    this.#root.resetReadTxn();
    return true;
  }

  /** Keys that the index does not have yet; none where asking lets it take them over. */
  unmoved(): string[] {
    if (this.#foreign === undefined) return [];
    this.refresh();
    return this.#foreign.journal.keys().filter((key) => !this.tables.entries.doesExist(key));
  }

  /** Sees what others have changed since. */
  refresh(): void {
    this.#root.resetReadTxn();
    this.claims?.refresh();
    this.#foreign?.refresh();
  }

  get totals(): Totals {
    return readTotals(this.tables);
  }

  /** Where processes have died, removes what they have left: files that they wrote, or had taken out of the index. */
  async sweepDead(): Promise<number> {
    const { claims } = this;
    const dead = claims?.dead() ?? [];
    if (claims === undefined || dead.length === 0) return 0;
    const strays = await this.#sweep((session) => !claims.sessions.isLive(session));
    claims.bury(dead);
    return strays;
  }

  /** Removes all files that belong to no entry, and to nobody who is writing them. */
  async sweep(): Promise<number> {
    const { claims } = this;
    if (claims === undefined) return 0;
    await this.writer?.removed();
    const { sessions } = claims;
    return this.#sweep((session) => session === sessions.own || !sessions.isLive(session));
  }

  async close(): Promise<void> {
    clearInterval(this.#tending);
    await this.writer?.close();
    this.#reserve?.close();
    await this.claims?.close();
    await this.#foreign?.close();
    await this.#root.close();
  }

  /** For a process that ends without closing. */
  abandon(): void {
    this.writer?.settle();
    try {
      this.claims?.bury([this.claims.sessions.own]);
    } catch {
      // Others find out that the process is dead.
    }
  }

  /** What the dead have left, once they are found to be dead; after a start of the system, of all that came before. */
  async #tidy(): Promise<void> {
    if (this.claims?.isFirst === true) await this.sweep();
    else await this.sweepDead();
  }

  #sweep(isDead: (session: string) => boolean): Promise<number> {
    this.refresh();
    return this.files.sweep(isDead, (name) => this.tables.files.doesExist(name));
  }
}
