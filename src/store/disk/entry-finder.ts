import { WIRE_VERSION } from '../value/encode.js';
import { DAMAGED, type Environment } from './environment.js';
import { FoundEntry, type EntryHost } from './found-entry.js';
import type { RecordView } from './record.js';
import { takeOut } from './damaged-entry.js';

/** What an {@link EntryFinder} works with. */
export interface EntryFinderParts {
  readonly environment: Environment;
  readonly readOnly: boolean;
  /** Milliseconds since an entry was made, after which it does not count. */
  readonly maxAge: number;
  /** Throws when the store is closed. */
  readonly check: () => void;
  /** Another entry has turned out to be damaged. */
  readonly damaged: () => void;
}

/** Finds the entries of one store that are whole, of a format that is read here, and not too old. */
export class EntryFinder {
  readonly #parts: EntryFinderParts;
  readonly #environment: Environment;
  readonly #maxAge: number;
  readonly #host: EntryHost;

  constructor(parts: EntryFinderParts) {
    this.#parts = parts;
    this.#environment = parts.environment;
    this.#maxAge = parts.maxAge;
    this.#host = {
      environment: parts.environment,
      check: parts.check,
      drop: (key, createdAt) => {
        this.#drop(key, createdAt);
      },
    };
  }

  /** The entry of a key; its files, if it has any, stay until it is read or collected. */
  find(key: string): FoundEntry | undefined {
    const record = this.#usable(key);
    if (record === undefined) return undefined;
    const entry = new FoundEntry(this.#host, key, record);
    return record.fileCount > 0 && !entry.pin() ? undefined : entry;
  }

  has(key: string): boolean {
    return this.#maxAge === Infinity ? this.#environment.has(key) : this.#usable(key) !== undefined;
  }

  #usable(key: string): RecordView | undefined {
    const record = this.#environment.lookUp(key);
    if (record === undefined) return undefined;
    if (record === DAMAGED) {
      this.#drop(key);
      return undefined;
    }
    if (record.wire > WIRE_VERSION) return undefined;
    return this.#maxAge !== Infinity && Date.now() - record.createdAt > this.#maxAge ? undefined : record;
  }

  /** Takes a damaged entry out; with `createdAt`, only if it is still the same. */
  #drop(key: string, createdAt?: number): void {
    const { environment, readOnly, damaged } = this.#parts;
    damaged();
    if (readOnly) return;
    // Where that fails, it is found to be damaged again.
    takeOut(environment, { key, createdAt }).catch(() => undefined);
  }
}
