import { decodeRow, encodeRow, NAME_BYTES, nodeKey, numbered, textOf } from './index-tables.js';
import type { EntryRow, IndexTables, Totals } from './index-tables.js';
import type { ListUses } from './list-uses.js';

/** Entries that were evicted and are still known, and bytes that these take; at most so many give way to another. */
const GRAVES = 10_000;
const BYTES = 4 * 1024 * 1024;
const GIVE_WAY = 4;
/** Bytes of what is written on a grave at most: what was called with more arguments than these tell of is forgotten. */
export const LARGEST_GRAVE = 4096;
const PRESENT = Buffer.from([1]);

/** What a change of the index leaves of evicted entries: for each a grave, which keeps the row and behind it the facts. */
export class Graves {
  readonly #tables: IndexTables;
  readonly #totals: Totals;
  readonly #lists: ListUses;

  constructor(tables: IndexTables, { totals, lists }: { readonly totals: Totals; readonly lists: ListUses }) {
    this.#tables = tables;
    this.#totals = totals;
    this.#lists = lists;
  }

  dig(key: string, row: EntryRow, text: Buffer): void {
    const totals = this.#totals;
    totals.sequence += 1;
    totals.graves += 1;
    const list = row.list === '' ? '' : this.#lists.hold({ name: row.list });
    const grave = Buffer.concat([encodeRow({ ...row, list, worth: totals.sequence, files: [] }), text]);
    totals.buried += grave.length;
    this.#tables.graves.put(key, grave);
    this.#tables.burials.put(numbered(totals.sequence, key), PRESENT);
    for (let gone = 0; gone < GIVE_WAY && (totals.graves > GRAVES || totals.buried > BYTES); gone += 1)
      this.exhumeOldest();
  }

  exhumeOldest(): void {
    for (const oldest of [...this.#tables.burials.getKeys({ limit: 1 })]) this.exhume(textOf(oldest));
  }

  /** Removes the grave of a key, if there is one. */
  exhume(key: string): void {
    if (this.#totals.graves === 0) return;
    const grave = this.#tables.graves.get(key);
    if (grave === undefined) return;
    const row = decodeRow(grave.subarray(0, ROW_BYTES));
    this.#totals.graves -= 1;
    this.#totals.buried -= grave.length;
    this.#lists.release(row.list);
    this.#tables.graves.remove(key);
    this.#tables.burials.remove(numbered(row.worth, key));
    this.#tables.nodes.remove(nodeKey(row, key));
  }
}

/** Bytes of a row without files. */
const ROW_BYTES = encodeRow({
  worth: 0,
  uses: 0,
  createdAt: 0,
  bytes: 0,
  cost: 0,
  sequence: 0,
  node: Buffer.alloc(NAME_BYTES),
  list: '',
  files: [],
}).length;

/** What is written on a grave, as JSON. */
export function graveText(grave: Buffer): string {
  return grave.toString('utf8', ROW_BYTES);
}
