import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { RootTable } from './lmdb.js';

/** Where an environment's file says how large its pages are. */
const PAGE_BYTES_AT = 0x30;
const STEP = 64 * 1024;
const LEAST_GROWTH = 256 * 1024;
const zeros = Buffer.alloc(STEP);

/**
 * Keeps room on the disk for what is to be written to an environment. The native code does not bear a full disk: here,
 * before it writes, it is an error like any other.
 */
export class Reserve {
  readonly #root: RootTable;
  readonly #file: number;
  readonly #pageBytes: number;
  /** Bytes of the file when they were last looked at: it never gets shorter. */
  #size = 0;

  constructor(root: RootTable, path: string) {
    this.#root = root;
    this.#file = openSync(path, 'r+');
    const page = Buffer.alloc(4);
    readSync(this.#file, page, 0, 4, PAGE_BYTES_AT);
    this.#pageBytes = page.readUInt32LE(0);
  }

  /** Bytes in use. */
  get used(): number {
    return (this.#root.env.info().lastPageNumber + 1) * this.#pageBytes;
  }

  /**
   * Sees to it that there is room for `need` bytes beyond those in use, and for `want` if the disk has it; gives how much
   * there is. Only in a transaction: nobody else writes then.
   *
   * @throws what the file system does when there is no room
   */
  ensure({ need, want }: { readonly need: number; readonly want: number }): number {
    const { used } = this;
    if (this.#size >= used + want) return this.#size - used;
    this.#size = fstatSync(this.#file).size;
    if (this.#size < used + want) this.#grow(used, { need, want });
    return this.#size - used;
  }

  #grow(used: number, { need, want }: { readonly need: number; readonly want: number }): void {
    // Some more, since a file that has grown takes longer to be flushed.
    const wanted = used + want + Math.max(used / 8, LEAST_GROWTH);
    try {
      while (this.#size < wanted)
        this.#size += writeSync(this.#file, zeros, 0, Math.min(STEP, wanted - this.#size), this.#size);
    } catch (thrown) {
      if (!isFull(thrown) || this.#size < used + need) throw thrown;
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

const FULL = new Set<unknown>(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Whether an error says that there is no room. */
export function isFull(thrown: unknown): boolean {
  const error = thrown as { readonly code?: unknown; readonly message?: unknown } | null | undefined; // whatever was thrown
  if (FULL.has(error?.code)) return true;
  return typeof error?.message === 'string' && /MDB_MAP_FULL|No space left|quota exceeded/i.test(error.message);
}
