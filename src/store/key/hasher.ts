import { createHash, type Hash } from 'node:crypto';

/** Which hash keys are made with. */
export type HashName = 'xxh128' | 'sha256';

/** Hashes one sequence of bytes after the other: `begin`, then `add`, then `hex` or `binary`. */
export interface Hasher {
  readonly name: HashName;
  /** Bytes of a digest. */
  readonly size: number;
  begin(): void;
  /** Reads the bytes at once; they may be shared memory. */
  add(bytes: Uint8Array): void;
  hex(): string;
  /** A digest that belongs to the caller. */
  binary(): Uint8Array;
}

/** What of hash-wasm is used. */
interface WasmHasher {
  init(): unknown;
  update(bytes: Uint8Array): unknown;
  digest(type?: 'hex'): string;
  digest(type: 'binary'): Uint8Array;
}

class XxHasher implements Hasher {
  readonly name = 'xxh128';
  readonly size = 16;
  readonly #wasm: WasmHasher;

  constructor(wasm: WasmHasher) {
    this.#wasm = wasm;
  }

  begin(): void {
    this.#wasm.init();
  }

  add(bytes: Uint8Array): void {
    this.#wasm.update(bytes);
  }

  hex(): string {
    return this.#wasm.digest();
  }

  binary(): Uint8Array {
    return this.#wasm.digest('binary');
  }
}

class ShaHasher implements Hasher {
  readonly name = 'sha256';
  readonly size = 32;
  #hash: Hash = createHash('sha256');

  begin(): void {
    this.#hash = createHash('sha256');
  }

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  hex(): string {
    return this.#hash.digest('hex');
  }

  binary(): Uint8Array {
    return this.#hash.digest();
  }
}

/** Loads the hashes; from then on they are synchronous. About 3 ms. */
export async function loadHashers(): Promise<Readonly<Record<HashName, Hasher>>> {
  const { createXXHash128 } = await import('hash-wasm');
  return { xxh128: new XxHasher(await createXXHash128()), sha256: new ShaHasher() };
}

/** The digest of one sequence of bytes, as text. */
export function hexOf(hasher: Hasher, bytes: Uint8Array): string {
  hasher.begin();
  hasher.add(bytes);
  return hasher.hex();
}

const encoder = new TextEncoder();

/** The digest of a text, as text; lone surrogates are not told apart. */
export function hexOfText(hasher: Hasher, text: string): string {
  return hexOf(hasher, encoder.encode(text));
}
