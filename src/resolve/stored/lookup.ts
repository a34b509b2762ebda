import { DagError } from '../../errors.js';
import type { Future } from '../../graph/future.js';
import type { FindOptions, Store, StoredEntry } from '../../graph/store.js';
import { keyBook, type KeyBook, type RunKeys } from '../../store/key-book.js';

const UNCOUNTED: FindOptions = { counted: false };

/** What a store holds of a graph's calls: keys and entries, without running anything. */
export class Lookup {
  readonly store: Store;
  readonly #book: KeyBook;
  #keys: RunKeys | undefined = undefined;

  /** Both are open. */
  constructor(store: Store, book: KeyBook) {
    this.store = store;
    this.#book = book;
  }

  /** Made when they are first asked for: in many runs with a store, nothing persists. */
  get keys(): RunKeys {
    return (this.#keys ??= this.#book.begin(this.store.hash ?? 'xxh128'));
  }

  /** The entry of a call, if it may stand for the result: what its body called is as it was. Counts in the store. */
  find(future: Future): StoredEntry | undefined {
    return this.#usable(this.store.find(this.keys.keyOf(future)));
  }

  /** Like {@link find}, for who only wants to know: does not count. */
  peek(future: Future): StoredEntry | undefined {
    return this.#usable(this.store.find(this.keys.keyOf(future), UNCOUNTED));
  }

  /** Like {@link find}, for a call that was missing: being missing still counts no second time. */
  findSince(future: Future): StoredEntry | undefined {
    return this.peek(future) === undefined ? undefined : this.find(future);
  }

  #usable(entry: StoredEntry | undefined): StoredEntry | undefined {
    if (entry === undefined || !entry.hasNodes) return entry;
    return entry.facts().nodes?.every((stamp) => this.keys.isCurrent(stamp)) === false ? undefined : entry;
  }
}

/**
 * How keys are made.
 *
 * @throws DAG_STORE_NOT_OPEN where nobody has imported `lazydag/store`.
 */
export function neededBook(): KeyBook {
  const book = keyBook();
  if (book !== undefined) return book;
  throw new DagError('DAG_STORE_NOT_OPEN', {
    message: 'A run with a store needs the keys of `lazydag/store`, which is not loaded.',
    remedy: "import 'lazydag/store' where the store is made.",
  });
}

/**
 * The lookup of what cannot wait.
 *
 * @throws DAG_STORE_NOT_OPEN
 */
export function lookupNow(store: Store, subject: string): Lookup {
  const book = neededBook();
  if (!store.isOpen) {
    throw new DagError('DAG_STORE_NOT_OPEN', {
      message: `${subject} cannot wait for its store to open.`,
      remedy: 'Open it before: `await store.open()`.',
    });
  }
  // A store of the user's own need not know of keys.
  if (!book.isOpen) {
    throw new DagError('DAG_STORE_NOT_OPEN', {
      message: `${subject} cannot wait for what makes keys to load, and this store has not loaded it when it was opened.`,
      remedy: 'Load it before: `await openKeys()` of `lazydag/store`, best in the `open()` of the store.',
    });
  }
  return new Lookup(store, book);
}

/**
 * Opens what a run with a store needs; undefined when it is open.
 *
 * @throws DAG_STORE_NOT_OPEN where a synchronous run would have to wait.
 */
export function opening(store: Store, sync: boolean): Promise<unknown> | undefined {
  if (sync) lookupNow(store, 'resolveSync()');
  const book = neededBook();
  return store.isOpen && book.isOpen ? undefined : Promise.all([book.open(), store.open()]);
}
