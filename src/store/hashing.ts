import { createHash, type Hash } from 'node:crypto';
import type { IHasher } from 'hash-wasm';
import { DagError } from '../errors.js';

/** What keys and checksums are made with. */
export type HashKind = 'xxh128' | 'sha256';

/** Hashes one sequence of bytes after the other: `begin`, then `update`, then `digest` or `hex`. */
export interface Hasher {
  readonly kind: HashKind;
  /** Bytes of a digest. */
  readonly size: number;
  begin(): void;
  /** Reads the bytes at once; they may be shared memory. */
  update(bytes: Uint8Array): void;
  /** What stands for all that was given since `begin`; belongs to the caller. */
  digest(): Buffer;
  /** Like {@link digest}, as hexadecimal digits. */
  hex(): string;
}

class XxHasher implements Hasher {
  readonly kind = 'xxh128';
  readonly size = 16;
  readonly #wasm: IHasher;

  constructor(wasm: IHasher) {
    this.#wasm = wasm;
  }

  begin(): void {
    this.#wasm.init();
  }

  update(bytes: Uint8Array): void {
    this.#wasm.update(bytes);
  }

  digest(): Buffer {
    const { buffer, byteOffset, length } = this.#wasm.digest('binary'); // a copy of its own
    return Buffer.from(buffer, byteOffset, length);
  }

  hex(): string {
    return this.#wasm.digest();
  }
}

class ShaHasher implements Hasher {
  readonly kind = 'sha256';
  readonly size = 32;
  #hash: Hash = createHash('sha256');

  begin(): void {
    this.#hash = createHash('sha256');
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  digest(): Buffer {
    return this.#hash.digest();
  }

  hex(): string {
    return this.#hash.digest('hex');
  }
}

async function newXxHasher(): Promise<XxHasher> {
  const { createXXHash128 } = await import('hash-wasm');
  return new XxHasher(await createXXHash128());
}

/** Loads both hashes for one user; from then on they are synchronous. About 3 ms. */
export async function loadHashers(): Promise<Readonly<Record<HashKind, Hasher>>> {
  return { xxh128: await newXxHasher(), sha256: new ShaHasher() };
}

/** Each has memory of its own, which is kept for the next. */
const free: XxHasher[] = [];

/** Lends a hasher that has begun to what `use` does, which may last. */
export async function withHasher<T>(kind: HashKind, use: (hasher: Hasher) => Promise<T>): Promise<T> {
  if (kind === 'sha256') return use(new ShaHasher());
  const hasher = free.pop() ?? (await newXxHasher());
  hasher.begin();
  try {
    return await use(hasher);
  } finally {
    free.push(hasher);
  }
}

/** For what cannot wait; nothing else borrows it. */
let kept: XxHasher | undefined;

/** Makes {@link withHasherNow} possible. */
export async function prepareHashing(): Promise<void> {
  kept ??= await newXxHasher();
}

/** Like {@link withHasher}, at once. @throws DAG_INTERNAL before {@link prepareHashing}. */
export function withHasherNow<T>(kind: HashKind, use: (hasher: Hasher) => T): T {
  if (kind === 'sha256') return use(new ShaHasher());
  if (kept === undefined) throw new DagError('DAG_INTERNAL', { message: 'Hashing was not prepared.' });
  kept.begin();
  return use(kept);
}

/** The digest of one sequence of bytes, as text. */
export function hexOf(hasher: Hasher, bytes: Uint8Array): string {
  hasher.begin();
  hasher.update(bytes);
  return hasher.hex();
}

const encoder = new TextEncoder();

/** The digest of a text, as text; lone surrogates are not told apart. */
export function hexOfText(hasher: Hasher, text: string): string {
  return hexOf(hasher, encoder.encode(text));
}
