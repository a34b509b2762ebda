import { ClaimChanges } from './claim-changes.js';
import { claimsFile, removeClaims, removeFormerClaims } from './claims-file.js';
import { Journal } from './journal.js';
import { inspect } from './lmdb-file.js';
import { openBinaryTable, openTextTable, type Lmdb, type RootTable, type Table } from './lmdb.js';
import { Locks } from './locks.js';
import { PinTable } from './pin-table.js';
import { Reserve } from './reserve.js';
import { Sessions } from './sessions.js';

/**
 * What threads and processes hold of a store for now: locks on keys, pins on entries that they are about to read, and the
 * journal of what was put last. It lies in an environment of its own that is never written to the disk on purpose, and
 * begins anew when the system does. Each opened environment is a session; what a session holds ends with its thread. A
 * change takes about 10 µs.
 */
export class Claims {
  /** Whether this session is the first since the system was started. */
  readonly isFirst: boolean;
  readonly sessions: Sessions;
  readonly locks: Locks;
  readonly pins: PinTable;
  readonly journal: Journal;
  readonly #root: RootTable;
  readonly #reserve: Reserve;
  readonly #changes: ClaimChanges;

  /** @throws what the file system or lmdb do */
  constructor(lmdb: Lmdb, folder: string) {
    const path = claimsFile(folder);
    const file = inspect(path);
    this.isFirst = file === 'missing';
    if (this.isFirst) removeFormerClaims(folder);
    // The native code would end the process.
    if (file === 'damaged' || (file !== 'missing' && file.size < file.used)) removeClaims(path);
    const root = lmdb.open(path, {
      noSubdir: true,
      noSync: true,
      maxDbs: 4,
      encoding: 'binary',
      permissionsMode: 0o600,
    });
    this.#root = root;
    this.#reserve = new Reserve(root, path);
    const changes = new ClaimChanges(root, this.#reserve);
    this.#changes = changes;
    const sessions = new Sessions(table(openTextTable(root, 'sessions')), changes);
    this.sessions = sessions;
    this.locks = new Locks({ table: table(openTextTable(root, 'locks')), changes, sessions });
    this.pins = new PinTable({ table: table(openBinaryTable(root, 'pins')), changes, sessions });
    this.journal = new Journal({ table: table(openTextTable(root, 'journal')), changes });
  }

  /** Sees what other sessions have changed since. */
  refresh(): void {
    this.#root.resetReadTxn();
  }

  /** Sessions that ended without having said so. */
  dead(): string[] {
    this.refresh();
    return this.sessions.dead();
  }

  /** Forgets sessions, and what they held. */
  bury(sessions: readonly string[]): void {
    const gone = new Set(sessions);
    this.#changes.drop(() => {
      this.locks.forget(gone);
      this.pins.forget(gone);
      this.sessions.forget(gone);
    });
  }

  async close(): Promise<void> {
    this.sessions.close();
    this.bury([this.sessions.own]);
    this.#reserve.close();
    await this.#root.close();
  }
}

function table<Key extends string | Buffer>(opened: Table<Key> | undefined): Table<Key> {
  if (opened === undefined) throw new Error('a table could not be opened');
  return opened;
}
