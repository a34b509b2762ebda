import type { ClaimChanges } from './claim-changes.js';
import { isFull } from './reserve.js';
import { RecordView } from './record.js';
import type { NewEntry } from './index-change.js';
import { textKeys, type Table } from './lmdb.js';

/** An entry of the journal, as it was found there. */
export interface JournalRow {
  readonly key: string;
  readonly record: Buffer;
}

/** What a {@link Journal} is kept in. */
export interface JournalParts {
  readonly table: Table<string>;
  readonly changes: Pick<ClaimChanges, 'now' | 'soon'>;
}

/**
 * Entries that the index does not have yet. A transaction of the index waits for the disk; one of the journal, which is
 * never written to the disk on purpose, takes 20 µs, and outlives the process as well. So what is small and new is put
 * here, and whoever next changes the index takes it over. What is left here when the system stops is lost.
 */
export class Journal {
  readonly #parts: JournalParts;

  constructor(parts: JournalParts) {
    this.#parts = parts;
  }

  /** A record that was put and not moved; in memory of its own. */
  find(key: string): Buffer | undefined {
    const found = this.#parts.table.get(key);
    return found === undefined ? undefined : Buffer.from(found);
  }

  has(key: string): boolean {
    return this.#parts.table.doesExist(key);
  }

  get empty(): boolean {
    return this.keys(1).length === 0;
  }

  /** All keys, or at most so many, in order. */
  keys(limit?: number): string[] {
    return textKeys(this.#parts.table, limit === undefined ? {} : { limit });
  }

  /** Puts a sealed record; false when there is no room for it. */
  async put(key: string, record: Buffer): Promise<boolean> {
    try {
      await this.#parts.changes.soon(record.length, () => {
        this.#parts.table.put(key, record);
      });
      return true;
    } catch (thrown) {
      if (isFull(thrown)) return false;
      throw thrown;
    }
  }

  /** Up to so many, in the order of their keys. */
  rows(limit: number): JournalRow[] {
    return this.keys(limit).flatMap((key) => {
      const record = this.find(key);
      return record === undefined ? [] : [{ key, record }];
    });
  }

  /** Takes out what was put here for keys that the index has something else for. */
  forget(keys: ReadonlySet<string>): void {
    const there = [...keys].filter((key) => this.has(key));
    if (there.length === 0) return;
    this.#parts.changes.now(() => {
      for (const key of there) this.#parts.table.remove(key);
    });
  }

  /** Takes out what the index has by now, unless something else was put in its place. */
  drop(rows: readonly JournalRow[]): void {
    if (rows.length === 0) return;
    this.#parts.changes.now(() => {
      for (const { key, record } of rows) {
        if (this.#parts.table.get(key)?.equals(record) === true) this.#parts.table.remove(key);
      }
    });
  }
}

/** What the index is to be given for a row; undefined where it is damaged. */
export function entryOf({ key, record }: JournalRow): NewEntry | undefined {
  const view = RecordView.check(Buffer.from(record), key);
  if (view === undefined) return undefined;
  const { cost, createdAt, facts } = view;
  return {
    record: Buffer.from(record),
    bytes: record.length,
    cost,
    node: facts.stamp?.node,
    files: [],
    list: facts.list === undefined ? undefined : { name: facts.list },
    createdAt,
  };
}
