import { openBinaryTable, openTextTable, type RootTable, type Table } from './lmdb.js';

/** The tables of a store's index. */
export interface IndexTables {
  /** A record by key. */
  readonly entries: Table<string>;
  /** What is needed to keep the other tables in step, by key: see `EntryRow`. */
  readonly rows: Table<string>;
  /** Keys by what their entries are worth. */
  readonly order: Table<Buffer>;
  /** Keys by when their entries were made. */
  readonly ages: Table<Buffer>;
  /** Keys by node, then in the order in which they were put; of evicted entries, too. */
  readonly nodes: Table<Buffer>;
  /** Keys by file. */
  readonly files: Table<Buffer>;
  /** What is left of evicted entries, by key. */
  readonly graves: Table<string>;
  /** Keys of these in the order in which they were evicted. */
  readonly burials: Table<Buffer>;
  /** Long lists of files by name, and how many entries and graves name each. */
  readonly lists: Table<string>;
  readonly listUses: Table<string>;
  /** One row: see `Totals`. */
  readonly totals: Table<string>;
}

/** Undefined where one is missing, as in a store that is read only and was never written to. */
export function openTables(root: RootTable): IndexTables | undefined {
  const text = (name: string): Table<string> | undefined => openTextTable(root, name);
  const binary = (name: string): Table<Buffer> | undefined => openBinaryTable(root, name);
  const tables = {
    entries: text('entries'),
    rows: text('rows'),
    order: binary('order'),
    ages: binary('ages'),
    nodes: binary('nodes'),
    files: binary('files'),
    graves: text('graves'),
    burials: binary('burials'),
    lists: text('lists'),
    listUses: text('listUses'),
    totals: text('totals'),
  };
  return Object.values(tables).includes(undefined) ? undefined : (tables as IndexTables); // none is undefined
}

export const NAME_BYTES = 16;
const NUMBER_BYTES = 8;

/** A key that sorts by a number of at least 0, then by the text. */
export function numbered(number: number, key: string): Buffer {
  const text = Buffer.from(key, 'utf8');
  const bytes = Buffer.allocUnsafe(NUMBER_BYTES + text.length);
  bytes.writeDoubleBE(number, 0);
  bytes.set(text, NUMBER_BYTES);
  return bytes;
}

/** The text of a key that {@link numbered} made, behind so many bytes more. */
export function textOf(numberedKey: Buffer, before = 0): string {
  return numberedKey.toString('utf8', before + NUMBER_BYTES);
}

/** The number of a key that {@link numbered} made. */
export function numberOf(numberedKey: Buffer): number {
  return numberedKey.readDoubleBE(0);
}

/** What the index knows of one entry besides its record. */
export interface EntryRow {
  readonly worth: number;
  readonly uses: number;
  readonly createdAt: number;
  /** Bytes that count against the limit. */
  readonly bytes: number;
  readonly cost: number;
  /** Counts what is put. */
  readonly sequence: number;
  /** Hash of its node; all zeros where it has none. */
  readonly node: Buffer;
  /** Name of its list of files; '' where it has none. */
  readonly list: string;
  readonly files: readonly Buffer[];
}

const NUMBERS = ['worth', 'uses', 'createdAt', 'bytes', 'cost', 'sequence'] as const;
const NODE_AT = NUMBERS.length * NUMBER_BYTES;
const LIST_AT = NODE_AT + NAME_BYTES;
const FILES_AT = LIST_AT + NAME_BYTES;
const NO_LIST = '0'.repeat(2 * NAME_BYTES);

export function encodeRow(row: EntryRow): Buffer {
  const bytes = Buffer.allocUnsafe(FILES_AT + NAME_BYTES * row.files.length);
  NUMBERS.forEach((name, index) => bytes.writeDoubleLE(row[name], index * NUMBER_BYTES));
  bytes.set(row.node, NODE_AT);
  if (row.list === '') bytes.fill(0, LIST_AT, FILES_AT);
  else bytes.write(row.list, LIST_AT, 'hex');
  row.files.forEach((part, index) => {
    bytes.set(part, FILES_AT + index * NAME_BYTES);
  });
  return bytes;
}

export function decodeRow(bytes: Buffer): EntryRow {
  const number = (index: number): number => bytes.readDoubleLE(index * NUMBER_BYTES);
  const files: Buffer[] = [];
  for (let at = FILES_AT; at < bytes.length; at += NAME_BYTES) files.push(bytes.subarray(at, at + NAME_BYTES));
  const list = bytes.toString('hex', LIST_AT, FILES_AT);
  return {
    worth: number(0),
    uses: number(1),
    createdAt: number(2),
    bytes: number(3),
    cost: number(4),
    sequence: number(5),
    node: bytes.subarray(NODE_AT, LIST_AT),
    list: list === NO_LIST ? '' : list,
    files,
  };
}

/** The key by which an entry, or a grave, is found among those of its node. */
export function nodeKey({ node, sequence }: EntryRow, key: string): Buffer {
  return Buffer.concat([node, numbered(sequence, key)]);
}

/** What the index knows of all entries. */
export interface Totals {
  entries: number;
  /** Of entries, that count against the limit. */
  bytes: number;
  /** What the last entry that was given up was worth. */
  floor: number;
  graves: number;
  /** The latest time that was seen: time does not run backwards here. */
  time: number;
  /** Of what was put, and of burials. */
  sequence: number;
  /** Bytes of lists of files. */
  lists: number;
  /** Bytes of graves. */
  buried: number;
}

const TOTALS = ['entries', 'bytes', 'floor', 'graves', 'time', 'sequence', 'lists', 'buried'] as const;

export function readTotals({ totals }: IndexTables): Totals {
  const bytes = totals.get('totals');
  const number = (name: keyof Totals): number => bytes?.readDoubleLE(TOTALS.indexOf(name) * NUMBER_BYTES) ?? 0;
  return {
    entries: number('entries'),
    bytes: number('bytes'),
    floor: number('floor'),
    graves: number('graves'),
    time: number('time'),
    sequence: number('sequence'),
    lists: number('lists'),
    buried: number('buried'),
  };
}

export function writeTotals({ totals }: IndexTables, now: Totals): void {
  const bytes = Buffer.allocUnsafe(TOTALS.length * NUMBER_BYTES);
  TOTALS.forEach((name, index) => bytes.writeDoubleLE(now[name], index * NUMBER_BYTES));
  totals.put('totals', bytes);
}
