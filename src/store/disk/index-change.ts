import { createHash } from 'node:crypto';
import { LOW_WATER, worthOf } from '../worth.js';
import { Graves, LARGEST_GRAVE } from './graves.js';
import {
  decodeRow,
  encodeRow,
  NAME_BYTES,
  nodeKey,
  numbered,
  numberOf,
  readTotals,
  textOf,
  writeTotals,
  type EntryRow,
  type IndexTables,
  type Totals,
} from './index-tables.js';
import { bytesForLists, ListUses, type NamedList } from './list-uses.js';
import { RecordView, sealRecord } from './record.js';

/** Entries that are evicted in one transaction at most. */
export const EVICTIONS = 128;
/** Entries among which those are looked for. */
const LOOKED_AT = 256;
const PRESENT = Buffer.from([1]);
const NO_NODE = Buffer.alloc(NAME_BYTES);

/** An entry that is to be put: its record, and what the index needs to know of it. */
export interface NewEntry {
  readonly record: Buffer;
  readonly bytes: number;
  readonly cost: number;
  readonly node: string | undefined;
  readonly files: readonly Buffer[];
  /** The list of files that its facts name. */
  readonly list: NamedList | undefined;
  /** When it was made; what is later than now, now. */
  readonly createdAt: number;
}

/** What a store may hold. */
export interface Limits {
  readonly maxBytes: number;
  /** Milliseconds. */
  readonly maxAge: number;
}

/** What an eviction came to. */
export interface Evicted {
  entries: number;
  bytes: number;
  /** Whether there may be more to evict. */
  more: boolean;
}

/** The last node that was asked for: what is put together is of few nodes. */
let last = { node: '', name: NO_NODE };

/** The bytes that stand for a node in the index. */
export function nodeName(node: string | undefined): Buffer {
  if (node === undefined) return NO_NODE;
  if (node !== last.node) {
    const name = createHash('sha256').update(node).digest().subarray(0, NAME_BYTES);
    last = { node, name };
  }
  return last.name;
}

/** The changes of one transaction: keeps all tables in step. */
export class IndexChange {
  /** Files that no entry has any more, those of one entry together. */
  readonly orphans: (readonly Buffer[])[] = [];
  /** Keys that something was put under, or taken from, other than by moving and evicting. */
  readonly touched = new Set<string>();
  readonly #tables: IndexTables;
  readonly #totals: Totals;
  readonly #lists: ListUses;
  readonly #graves: Graves;
  #evictions: number;

  /** @param evictions how many entries it may evict */
  constructor(tables: IndexTables, evictions: number) {
    this.#tables = tables;
    this.#evictions = Math.min(evictions, EVICTIONS);
    this.#totals = readTotals(tables);
    this.#totals.time = Math.max(this.#totals.time, Date.now());
    this.#lists = new ListUses(tables, this.#totals);
    this.#graves = new Graves(tables, { totals: this.#totals, lists: this.#lists });
  }

  get now(): number {
    return this.#totals.time;
  }

  /** Of entries and lists. */
  get bytes(): number {
    return this.#totals.bytes + this.#totals.lists;
  }

  put(key: string, entry: NewEntry): void {
    this.remove(key);
    this.#enter(key, entry);
  }

  #enter(key: string, entry: NewEntry): void {
    const { record, bytes, cost, files } = entry;
    this.#graves.exhume(key);
    const totals = this.#totals;
    totals.entries += 1;
    totals.bytes += bytes;
    totals.sequence += 1;
    const worth = worthOf({ uses: 1, cost, bytes }, totals.floor);
    const { sequence } = totals;
    const createdAt = Math.min(entry.createdAt, totals.time);
    const list = entry.list === undefined ? '' : this.#lists.hold(entry.list);
    const row = { worth, uses: 1, createdAt, bytes, cost, sequence, node: nodeName(entry.node), list, files };
    sealRecord(record, key, createdAt);
    this.#tables.entries.put(key, record);
    this.#tables.rows.put(key, encodeRow(row));
    this.#tables.order.put(numbered(worth, key), PRESENT);
    this.#tables.ages.put(numbered(createdAt, key), PRESENT);
    for (const name of files) this.#tables.files.put(name, Buffer.from(key, 'utf8'));
    if (entry.node !== undefined) this.#tables.nodes.put(nodeKey(row, key), PRESENT);
  }

  /** Takes over an entry that was put before, unless there is one that was put later. */
  move(key: string, entry: NewEntry): void {
    const row = this.#rowOf(key);
    if (row !== undefined && row.createdAt >= entry.createdAt) return;
    if (row !== undefined) this.#removeRow(key, row);
    this.#enter(key, entry);
  }

  /** Gives whether there was an entry. `created`: only if it is the one made then. */
  remove(key: string, created?: number): boolean {
    if (created === undefined) this.touched.add(key);
    const row = this.#rowOf(key);
    if (row === undefined || (created !== undefined && row.createdAt !== created)) return false;
    this.#removeRow(key, row);
    return true;
  }

  #removeRow(key: string, row: EntryRow): void {
    this.#take(key, row);
    this.#tables.nodes.remove(nodeKey(row, key));
  }

  /** Takes out an entry whose record is damaged, unless somebody has put another since. */
  removeDamaged(key: string): void {
    const record = this.#tables.entries.get(key);
    if (record !== undefined && RecordView.check(Buffer.from(record), key) === undefined) this.remove(key);
  }

  use(key: string, times: number): void {
    const row = this.#rowOf(key);
    if (row === undefined) return;
    const uses = row.uses + times;
    const worth = worthOf({ ...row, uses }, this.#totals.floor);
    this.#tables.order.remove(numbered(row.worth, key));
    this.#tables.order.put(numbered(worth, key), PRESENT);
    this.#tables.rows.put(key, encodeRow({ ...row, uses, worth }));
  }

  /** Takes out what is too old, then what is worth least, but for what is pinned; some at a time. */
  evict({ maxBytes, maxAge }: Limits, isPinned: (name: Buffer) => boolean): Evicted {
    const done: Evicted = { entries: 0, bytes: 0, more: false };
    for (const key of this.#aged(maxAge)) this.#bury(key, { isPinned, done });
    this.#forgetLists(maxBytes);
    if (this.#heldOf(maxBytes) > maxBytes) {
      const goal = maxBytes * LOW_WATER;
      for (const { key, worth } of this.#cheapest()) {
        if (this.#heldOf(maxBytes) <= goal) break;
        if (this.#bury(key, { isPinned, done })) this.#totals.floor = Math.max(this.#totals.floor, worth);
      }
    }
    done.more = done.entries > 0 && (this.#heldOf(maxBytes) > maxBytes || this.#aged(maxAge).length > 0);
    return done;
  }

  /** Bytes that count against a limit: of lists, which entries do not give way to, no more than may be there. */
  #heldOf(maxBytes: number): number {
    return this.#totals.bytes + Math.min(this.#totals.lists, bytesForLists(maxBytes));
  }

  /** Where lists take more than they may, since that was more before, evicted entries are known no longer. */
  #forgetLists(maxBytes: number): void {
    while (this.#totals.lists > bytesForLists(maxBytes) && this.#totals.graves > 0 && this.#evictions > 0) {
      this.#evictions -= 1;
      this.#graves.exhumeOldest();
    }
  }

  /** Writes down what the changes came to; the last step. */
  finish(): void {
    this.#lists.finish();
    writeTotals(this.#tables, this.#totals);
  }

  #aged(maxAge: number): string[] {
    const oldest: string[] = [];
    if (maxAge === Infinity) return oldest;
    for (const key of this.#tables.ages.getKeys({ limit: LOOKED_AT })) {
      if (this.now - numberOf(key) <= maxAge) break;
      oldest.push(textOf(key));
    }
    return oldest;
  }

  #cheapest(): { readonly key: string; readonly worth: number }[] {
    return Array.from(this.#tables.order.getKeys({ limit: LOOKED_AT }), (key) => ({
      key: textOf(key),
      worth: numberOf(key),
    }));
  }

  #bury(
    key: string,
    { isPinned, done }: { readonly isPinned: (name: Buffer) => boolean; readonly done: Evicted },
  ): boolean {
    const row = this.#evictions > 0 ? this.#rowOf(key) : undefined;
    if (row === undefined) return false;
    const [first] = row.files;
    if (first !== undefined && isPinned(first)) return false;
    const record = this.#tables.entries.get(key);
    const facts = record && RecordView.check(Buffer.from(record), key)?.facts;
    this.#evictions -= 1;
    done.entries += 1;
    done.bytes += row.bytes;
    // Without the nodes: nobody asks whether what is gone is still good.
    const text = facts && Buffer.from(JSON.stringify({ ...facts, nodes: undefined }), 'utf8');
    if (text === undefined || text.length > LARGEST_GRAVE) this.#removeRow(key, row);
    else {
      this.#graves.dig(key, row, text); // before the entry lets go of the same list
      this.#take(key, row);
    }
    return true;
  }

  /** Takes an entry out of all tables but that of nodes. */
  #take(key: string, row: EntryRow): void {
    this.#totals.entries -= 1;
    this.#totals.bytes -= row.bytes;
    this.#tables.entries.remove(key);
    this.#tables.rows.remove(key);
    this.#tables.order.remove(numbered(row.worth, key));
    this.#tables.ages.remove(numbered(row.createdAt, key));
    this.#lists.release(row.list);
    for (const name of row.files) this.#tables.files.remove(name);
    if (row.files.length > 0) this.orphans.push(row.files);
  }

  #rowOf(key: string): EntryRow | undefined {
    const bytes = this.#tables.rows.get(key);
    return bytes === undefined ? undefined : decodeRow(bytes);
  }
}
