import { claimsFile } from './claims-file.js';
import { Journal } from './journal.js';
import { inspect } from './lmdb-file.js';
import { openTextTable, type Lmdb, type RootTable } from './lmdb.js';

function refuse(): never {
  throw new Error('the journal of a store that is read only was to be changed');
}

const NONE = { now: refuse, soon: refuse };

/** The journal as a store sees it that writes nothing. */
export class ForeignJournal {
  readonly journal: Journal;
  readonly #root: RootTable;

  private constructor(root: RootTable, journal: Journal) {
    this.#root = root;
    this.journal = journal;
  }

  /** Undefined where there is none that can be read: then what is in the index has to do. */
  static open(lmdb: Lmdb, folder: string): ForeignJournal | undefined {
    try {
      const path = claimsFile(folder);
      const file = inspect(path);
      if (typeof file === 'string' || file.size < file.used) return undefined;
      const root = lmdb.open(path, { noSubdir: true, readOnly: true, maxDbs: 4, encoding: 'binary' });
      const table = openTextTable(root, 'journal');
      if (table !== undefined) return new ForeignJournal(root, new Journal({ table, changes: NONE }));
      void root.close();
    } catch {
      // Damaged, or of another user.
    }
    return undefined;
  }

  refresh(): void {
    this.#root.resetReadTxn();
  }

  close(): Promise<void> {
    return this.#root.close();
  }
}
