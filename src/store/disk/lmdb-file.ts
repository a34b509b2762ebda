import { closeSync, fstatSync, lstatSync, openSync, readSync } from 'node:fs';

const HEADER = 4096;
/** Where these stand on each of the first two pages of a file of lmdb. */
const PAGE_FLAGS_AT = 0x12;
const META_PAGE = 8;
const MAGIC_AT = 0x18;
const MAGIC = 0xbeefc0de;
const DATA_VERSION_AT = 0x1c;
const DATA_VERSION = 2;
const PAGE_BYTES_AT = 0x30;
const LAST_PAGE_AT = 0x90;
/** What no file gets to. */
const LARGEST_PAGE = 2 ** 36;

/** A file of lmdb by what its header says. */
export interface LmdbFile {
  readonly size: number;
  /** Bytes up to the end of the last page in use. */
  readonly used: number;
}

/**
 * Looks at a file before it is opened: the native code ends the process where it is no file of its own. `missing` stands
 * for an empty one, too.
 *
 * @throws what the file system does
 */
export function inspect(path: string): LmdbFile | 'missing' | 'damaged' {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || (found.isFile() && found.size === 0)) return 'missing';
  const file = openSync(path, 'r');
  try {
    const first = pageOf(file, 0);
    if (first === undefined) return 'damaged';
    const { bytes } = first;
    const second = pageOf(file, bytes);
    const last = Math.max(first.last, second?.last ?? 0);
    const { size } = fstatSync(file);
    return size < 2 * bytes || last > LARGEST_PAGE ? 'damaged' : { size, used: (last + 1) * bytes };
  } finally {
    closeSync(file);
  }
}

/** One of the two pages that tell of all others. */
function pageOf(file: number, at: number): { readonly bytes: number; readonly last: number } | undefined {
  const header = Buffer.alloc(HEADER);
  const length = readSync(file, header, 0, HEADER, at);
  const bytes = header.readUInt32LE(PAGE_BYTES_AT);
  const isMeta =
    length === HEADER &&
    (header.readUInt16LE(PAGE_FLAGS_AT) & META_PAGE) !== 0 &&
    header.readUInt32LE(MAGIC_AT) === MAGIC &&
    (header.readUInt32LE(DATA_VERSION_AT) & 0xffff) === DATA_VERSION;
  if (at === 0 && (!isMeta || bytes < 512 || bytes > 65536)) return undefined;
  return { bytes, last: Number(header.readBigUInt64LE(LAST_PAGE_AT)) };
}
