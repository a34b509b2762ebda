import type { NewEntry } from './index-change.js';
import { readTotals, type IndexTables } from './index-tables.js';
import type { Journal } from './journal.js';
import type { Keeper } from './keeper.js';
import { sealRecord } from './record.js';

/** Bytes of a record that goes into the journal at most, and of all that may lie there before one waits for the index. */
const LARGEST = 16 * 1024;
const MOST = 4 * 1024 * 1024;
/** Entries that the index takes over in one transaction. */
export const MOVES = 512;
/** Milliseconds after which the index takes over what is in the journal, unless so much comes together before. */
const MOVE_AFTER = 250;
/** Entries after which the event loop goes round: what is put into the journal waits for nothing. */
const TURN = 64;

/** What a {@link JournalIntake} works with. */
export interface JournalIntakeParts {
  readonly journal: Journal;
  readonly tables: IndexTables;
  readonly keepers: Iterable<Keeper>;
  /** Lets the index take over what is in the journal. */
  readonly move: () => void;
}

/** Decides what goes into the journal, puts it there, and sees to it that the index takes it over in time. */
export class JournalIntake {
  readonly #parts: JournalIntakeParts;
  /** What was put into the journal here since the index last took over all of it. */
  #journaled = { entries: 0, bytes: 0 };
  #moving: NodeJS.Timeout | undefined;
  /** The latest time that was seen: it does not run backwards here. */
  #time: number;
  /** Bytes of all entries and lists of the index, as of the last transaction. */
  #bytes: number;

  constructor(parts: JournalIntakeParts) {
    this.#parts = parts;
    const { time, bytes, lists } = readTotals(parts.tables);
    this.#time = time;
    this.#bytes = bytes + lists;
    if (!parts.journal.empty) this.#moveSoon();
  }

  /** What is there already is replaced where it is; no limit is passed by the journal; and a list of files that is new goes into the index. */
  takes(key: string, { files, record, list }: NewEntry): boolean {
    const bytes = this.#journaled.bytes + record.length;
    if (files.length > 0 || record.length > LARGEST || bytes > MOST) return false;
    for (const { limits } of this.#parts.keepers) if (this.#bytes + bytes > limits.maxBytes) return false;
    try {
      const { entries, lists } = this.#parts.tables;
      return !entries.doesExist(key) && (list === undefined || lists.doesExist(list.name));
    } catch {
      return false; // the change of the index will tell
    }
  }

  /** Puts an entry; false when there is no room for it. */
  async put(key: string, { record, createdAt }: NewEntry): Promise<boolean> {
    this.#time = Math.max(this.#time, Date.now());
    sealRecord(record, key, Math.min(createdAt, this.#time));
    this.#journaled.entries += 1;
    this.#journaled.bytes += record.length;
    const { entries } = this.#journaled;
    if (!(await this.#parts.journal.put(key, record))) return false;
    if (entries >= MOVES) this.#parts.move();
    else this.#moveSoon();
    if (entries % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    return true;
  }

  /** The index has changed. */
  changed({ now, bytes }: { readonly now: number; readonly bytes: number }): void {
    this.#time = now;
    this.#bytes = bytes;
  }

  /** The index has taken over all that was there. */
  emptied(): void {
    this.#journaled = { entries: 0, bytes: 0 };
  }

  close(): void {
    clearTimeout(this.#moving);
  }

  #moveSoon(): void {
    this.#moving ??= setTimeout(() => {
      this.#moving = undefined;
      this.#parts.move();
    }, MOVE_AFTER).unref();
  }
}
