import { createHash } from 'node:crypto';
import type { IHasher } from 'hash-wasm';
import { DagError } from '../errors.js';

/** What checksums are made with. */
export type HashKind = 'xxh128' | 'sha256';

/** Makes one checksum after the other. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  /** The checksum of all that was given since the last one: 16 bytes of xxh128, 32 of SHA-256. */
  digest(): Buffer;
}

class XxHasher implements Hasher {
  readonly #hasher: IHasher;

  constructor(hasher: IHasher) {
    this.#hasher = hasher.init();
  }

  update(bytes: Uint8Array): void {
    this.#hasher.update(bytes);
  }

  digest(): Buffer {
    const digest = Buffer.from(this.#hasher.digest('binary'));
    this.#hasher.init();
    return digest;
  }
}

class ShaHasher implements Hasher {
  #hash = createHash('sha256');

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  digest(): Buffer {
    const digest = this.#hash.digest();
    this.#hash = createHash('sha256');
    return digest;
  }
}

/** Each has memory of its own, which is kept for the next. */
const free: IHasher[] = [];

/** Lends a hasher to what `use` does, which may last. */
export async function withHasher<T>(kind: HashKind, use: (hasher: Hasher) => Promise<T>): Promise<T> {
  if (kind === 'sha256') return use(new ShaHasher());
  const hasher = free.pop() ?? (await (await import('hash-wasm')).createXXHash128());
  try {
    return await use(new XxHasher(hasher));
  } finally {
    free.push(hasher);
  }
}

/** For what cannot wait; nothing else borrows it. */
let kept: IHasher | undefined;

/** Makes {@link withHasherNow} possible. */
export async function prepareHashing(): Promise<void> {
  kept ??= await (await import('hash-wasm')).createXXHash128();
}

/** Like {@link withHasher}, at once. @throws DAG_INTERNAL before {@link prepareHashing}. */
export function withHasherNow<T>(kind: HashKind, use: (hasher: Hasher) => T): T {
  if (kind === 'sha256') return use(new ShaHasher());
  if (kept === undefined) throw new DagError('DAG_INTERNAL', { message: 'Hashing was not prepared.' });
  return use(new XxHasher(kept));
}
