import { fileURLToPath } from 'node:url';
import { DagError } from '../../errors.js';
import type { KeyBook, RunKeys } from '../key-book.js';
import { loadHashers, type HashKind, type Hasher } from '../hashing.js';
import type { ParseImports } from './imports.js';
import { KeptKeys } from './kept-keys.js';
import { LocalKeys } from './local-keys.js';
import { NodeSources } from './node-sources.js';
import { Packages, type Package } from './packages.js';

/** What is loaded on the first use. */
interface Loaded {
  readonly hashers: Readonly<Record<HashKind, Hasher>>;
  readonly parse: ParseImports;
}

/** Makes keys from the files and packages of this machine. */
class LocalKeyBook implements KeyBook {
  readonly #packages = new Packages();
  readonly #sources = new Map<HashKind, NodeSources>();
  readonly #kept = new KeptKeys();
  #opening: Promise<void> | undefined;
  #loaded: Loaded | undefined;

  open(): Promise<void> {
    this.#opening ??= this.#load().catch((error: unknown) => {
      this.#opening = undefined; // so that the next attempt is one
      throw error;
    });
    return this.#opening;
  }

  get isOpen(): boolean {
    return this.#loaded !== undefined;
  }

  begin(hash: HashKind): RunKeys {
    if (this.#loaded === undefined)
      throw new DagError('DAG_INTERNAL', { message: 'Keys were asked for before what makes them was loaded.' });
    const { hashers, parse } = this.#loaded;
    const hasher = hashers[hash];
    let sources = this.#sources.get(hash);
    if (sources === undefined) {
      sources = new NodeSources({ hasher, parse, packages: this.#packages, library: this.#library() });
      this.#sources.set(hash, sources);
    }
    return new LocalKeys(hasher, sources, this.#kept);
  }

  async #load(): Promise<void> {
    const [hashers, { init, parse }] = await Promise.all([loadHashers(), import('es-module-lexer')]);
    await init();
    this.#loaded = { hashers, parse };
  }

  /** The package that this file belongs to; of a bundle, none that it knows. */
  #library(): Package | undefined {
    if (!URL.canParse(import.meta.url)) return undefined; // a bundler that writes CommonJS leaves no URL
    const owner = this.#packages.ownerOf(fileURLToPath(import.meta.url));
    return owner?.name === 'lazydag' ? owner : undefined;
  }
}

/** The one book of this process: what it has read of sources holds for all runs. */
export const localKeyBook: KeyBook = new LocalKeyBook();

/**
 * Loads what makes keys, once in a process. Runs and `explain()` do it themselves, and so do the stores of
 * `lazydag/store` when they are opened; `resolveSync()` and `plan()` cannot wait for it. A store of your own makes them
 * possible with `await openKeys()` in its `open()`.
 */
export function openKeys(): Promise<void> {
  return localKeyBook.open();
}
