import { DagError, describeThrown } from '../../errors.js';

/** What of `lmdb` is used; its types are not part of ours, since it may not be installed. */
export interface Lmdb {
  open(path: string, options: object): RootTable;
}

/** One database of an environment, by keys that are texts or bytes. */
export interface Table<Key extends string | Buffer> {
  /** A view that holds until the next call; `length` tells how much of it counts. */
  getBinaryFast(key: Key): Buffer | undefined;
  get(key: Key): Buffer | undefined;
  doesExist(key: Key): boolean;
  /** Only in transactions: then it is done at once. */
  put(key: Key, value: Uint8Array): unknown;
  /** Only in transactions: then it is done at once. */
  remove(key: Key): unknown;
  getKeys(range?: TableRange<Key>): Iterable<Key>;
}

interface TableRange<Key> {
  readonly start?: Key;
  readonly end?: Key;
  readonly reverse?: boolean;
  readonly exclusiveStart?: boolean;
  readonly limit?: number;
}

export interface RootTable {
  /** Undefined where it does not exist and the environment is read only. */
  openDB(name: string, options: object): unknown;
  transactionSync(action: () => void, flags: number): void;
  resetReadTxn(): void;
  close(): Promise<void>;
  /** The environment behind it; only what is said of it here is asked. */
  readonly env: { info(): { readonly lastPageNumber: number } };
}

/** Reads and writes keys that are texts, as UTF-8. */
const TEXT_KEYS = {
  writeKey: (key: string | Uint8Array, target: Buffer, start: number): number => {
    if (typeof key === 'string') return start + target.write(key, start, 'utf8');
    // Where a range begins by default.
    target.set(key, start);
    return start + key.length;
  },
  readKey: (source: Uint8Array, start: number, end: number): string =>
    Buffer.from(source.buffer, source.byteOffset + start, end - start).toString('utf8'),
};

export function openTextTable(root: RootTable, name: string): Table<string> | undefined {
  return root.openDB(name, { encoding: 'binary', keyEncoder: TEXT_KEYS }) as Table<string> | undefined; // by these options
}

export function openBinaryTable(root: RootTable, name: string): Table<Buffer> | undefined {
  return root.openDB(name, { encoding: 'binary', keyEncoding: 'binary' }) as Table<Buffer> | undefined; // by these options
}

/** Before all texts: ranges leave out what begins with a control character otherwise. */
const FIRST = Uint8Array.of(0) as unknown as string; // the encoder of the keys takes both

/** Keys in order, from the first or behind one; all, or at most `limit`. */
export function textKeys(table: Table<string>, { after, limit }: { after?: string; limit?: number } = {}): string[] {
  const range = after === undefined ? { start: FIRST } : { start: after, exclusiveStart: true };
  return [...table.getKeys(limit === undefined ? range : { ...range, limit })];
}

/** Commit before returning. */
export const COMMIT = 2;

/** @throws DAG_PEER_MISSING */
export async function loadLmdb(load: () => Promise<unknown> = () => import('lmdb')): Promise<Lmdb> {
  try {
    return (await load()) as Lmdb; // the part of it that is used
  } catch (thrown) {
    throw new DagError('DAG_PEER_MISSING', {
      message: `DiskStore needs the package lmdb, which could not be loaded: ${describeThrown(thrown)}.`,
      remedy: 'Install it (`npm install lmdb`), or use a MemoryStore, which needs nothing.',
      cause: thrown,
    });
  }
}
