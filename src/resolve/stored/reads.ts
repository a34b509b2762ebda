import { Future } from '../../graph/future.js';
import type { StoredEntry } from '../../graph/store.js';
import type { Puts } from './puts.js';
import type { StoreHost } from './store-host.js';

/** Values that are read at the same time: the next must not fill the memory before something has used the first. */
const READ_AT_ONCE = 2;

/** What {@link Reads} are made of. */
export interface ReadsParts {
  readonly sync: boolean;
  readonly host: StoreHost;
  /** Says that a result cannot be read. */
  readonly puts: Pick<Puts, 'unread'>;
}

/** Reads values of calls that were found, a few at a time, when the calls are started. */
export class Reads {
  readonly #sync: boolean;
  readonly #host: StoreHost;
  readonly #puts: Pick<Puts, 'unread'>;
  /** Entries that were found, of calls that have not started. */
  readonly #found = new Map<Future, StoredEntry>();
  /** Calls that wait until others have been read. */
  readonly #queue: { readonly task: number; readonly future: Future }[] = [];
  /** Calls that have started, whose values are read in place of their bodies; each time by another object. */
  readonly #started = new Map<Future, object>();
  #reading = 0;

  constructor({ sync, host, puts }: ReadsParts) {
    this.#sync = sync;
    this.#host = host;
    this.#puts = puts;
  }

  /** Keeps the entry of a call until that is started. */
  keep(future: Future, entry: StoredEntry): void {
    this.#found.set(future, entry);
  }

  /** The entry that was kept for a call. */
  kept(future: Future): StoredEntry | undefined {
    return this.#found.get(future);
  }

  /** Reads the value of a call, or lets it wait for its turn: it is put back when that has come. */
  start(task: number, future: Future, entry: StoredEntry): void {
    if (this.#reading >= READ_AT_ONCE) {
      this.#found.set(future, entry);
      this.#queue.push({ task, future });
      return;
    }
    this.#found.delete(future);
    this.#host.begin(task, future);
    const start = {};
    this.#started.set(future, start);
    if (this.#sync) this.#readNow(task, future, entry);
    else this.#read(task, future, { entry, start });
  }

  /** A call has its value: gives whether it was read. */
  ended(future: Future): boolean {
    return this.#started.delete(future);
  }

  /** A call will have no value in this run. */
  left(future: Future): void {
    this.#found.delete(future);
    if (this.#started.delete(future)) this.#host.pending.delete(future);
  }

  #readNow(task: number, future: Future, entry: StoredEntry): void {
    let value: unknown;
    try {
      value = entry.readSync(future);
      this.#host.loaded(future, entry);
    } catch (error) {
      value = this.#instead(future, error);
    }
    this.#host.end(task, future, value);
  }

  #read(task: number, future: Future, { entry, start }: { readonly entry: StoredEntry; readonly start: object }): void {
    this.#reading += 1;
    this.#host.pending.add(future);
    const end = (result: () => unknown): boolean => {
      this.#reading -= 1;
      this.#readNext();
      if (this.#started.get(future) !== start) return false;
      this.#host.pending.delete(future);
      this.#host.end(task, future, result());
      return true;
    };
    readFrom(entry, future).then(
      (value) => {
        const used = end(() => {
          this.#host.loaded(future, entry);
          return value;
        });
        if (!used) this.#host.drop(future, value);
      },
      (error: unknown) => {
        end(() => this.#instead(future, error));
      },
    );
  }

  /** Lets the next call be read that is still wanted. */
  #readNext(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (!this.#found.has(next.future)) continue;
      this.#host.requeue(next.task);
      return;
    }
  }

  /** The same call, to be computed after all: what was found cannot be read. */
  #instead(future: Future, error: unknown): Future {
    this.#puts.unread(future, error);
    this.#started.delete(future);
    const { _spec: spec, _args: args, _receiver: receiver, _graph: graph, _parent: parent } = future;
    return new Future(spec, args, receiver, graph, parent);
  }
}

/** Reads a value; what fails at once fails the promise, too. */
async function readFrom(entry: StoredEntry, future: Future): Promise<unknown> {
  return await entry.read(future);
}
