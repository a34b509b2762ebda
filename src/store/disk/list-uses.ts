import { crc32 } from 'node:zlib';
import type { FileList, Files } from '../file-lists.js';
import { readTotals, type IndexTables, type Totals } from './index-tables.js';

const CHECKSUM_BYTES = 4;
const COUNT_BYTES = 8;
/** The share of `maxBytes` that lists of files take at most. */
const SHARE = 1 / 8;

/** A list that an entry names, and its text unless the index has that. */
export interface NamedList {
  readonly name: string;
  readonly text?: Buffer;
}

/** Bytes that lists of files may take of so many. */
export function bytesForLists(maxBytes: number): number {
  return maxBytes * SHARE;
}

/** Whether a list is there, or may be put: one that makes entries give way would keep them all out. */
export function hasRoomForList(tables: IndexTables, { name, text }: FileList, maxBytes: number): boolean {
  if (maxBytes === Infinity) return true;
  try {
    return tables.lists.doesExist(name) || readTotals(tables).lists + text.length <= bytesForLists(maxBytes);
  } catch {
    return true; // the change of the index will tell
  }
}

/** Finds lists of files in an index, each once; undefined for what is not there, or damaged. */
export function listFinder({ lists }: IndexTables): (name: string) => Files | undefined {
  const found = new Map<string, Files | undefined>();
  return (name) => {
    if (!found.has(name)) found.set(name, readList(name, lists));
    return found.get(name);
  };
}

function readList(name: string, lists: IndexTables['lists']): Files | undefined {
  try {
    const row = lists.get(name);
    const text = row?.subarray(CHECKSUM_BYTES);
    if (row === undefined || text === undefined || crc32(text) !== row.readUInt32LE(0)) return undefined;
    return Object.freeze(JSON.parse(text.toString('utf8')) as Files); // what `finish` wrote
  } catch {
    return undefined; // what was found is good without; or the store was closed since
  }
}

/** How many entries and graves name a list. */
interface Uses {
  count: number;
  bytes: number;
  /** To be written, as it is not there. */
  text: Buffer | undefined;
}

/** The lists that a change of the index touches: one that nothing names any more goes. */
export class ListUses {
  readonly #tables: IndexTables;
  readonly #totals: Totals;
  readonly #uses = new Map<string, Uses>();

  constructor(tables: IndexTables, totals: Totals) {
    this.#tables = tables;
    this.#totals = totals;
  }

  /** One more names it. Gives the name; '' where the list was lost meanwhile. */
  hold({ name, text }: NamedList): string {
    const uses = this.#usesOf(name);
    if (uses.count === 0) {
      if (text === undefined && uses.bytes === 0) return '';
      uses.text ??= text;
      uses.bytes = uses.text?.length ?? uses.bytes;
      this.#totals.lists += uses.bytes;
    }
    uses.count += 1;
    return name;
  }

  /** One less does; '' for none. */
  release(name: string): void {
    if (name === '') return;
    const uses = this.#usesOf(name);
    if (uses.count === 0) return;
    uses.count -= 1;
    if (uses.count === 0) this.#totals.lists -= uses.bytes;
  }

  /** Writes down what it came to. */
  finish(): void {
    const { lists, listUses } = this.#tables;
    for (const [name, { count, text }] of this.#uses) {
      if (count === 0) {
        lists.remove(name);
        listUses.remove(name);
        continue;
      }
      const number = Buffer.alloc(COUNT_BYTES);
      number.writeDoubleLE(count, 0);
      listUses.put(name, number);
      if (text !== undefined) lists.put(name, checked(text));
    }
  }

  #usesOf(name: string): Uses {
    let uses = this.#uses.get(name);
    if (uses === undefined) {
      const count = this.#tables.listUses.get(name)?.readDoubleLE(0) ?? 0;
      const row = count === 0 ? undefined : this.#tables.lists.get(name);
      uses = { count, bytes: row === undefined ? 0 : row.length - CHECKSUM_BYTES, text: undefined };
      this.#uses.set(name, uses);
    }
    return uses;
  }
}

function checked(text: Buffer): Buffer {
  const row = Buffer.allocUnsafe(CHECKSUM_BYTES + text.length);
  row.writeUInt32LE(crc32(text), 0);
  row.set(text, CHECKSUM_BYTES);
  return row;
}
