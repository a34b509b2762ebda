import { DONE, Future, ON_DISK, setState } from '../../graph/future.js';
import type { StoredEntry, StoreLock } from '../../graph/store.js';
import type { Lookup } from './lookup.js';
import type { Origin } from './node-sets.js';
import type { Puts } from './puts.js';

/** What the store of a run asks of the rest of the resolver. */
export interface RunStoreHost {
  readonly now: () => number;
  /** Calls of all runs that are being read, or that somebody else computes. */
  readonly pending: Set<Future>;
  /** A call has its value from the store. */
  loaded(future: Future, entry: StoredEntry): void;
  /** A task begins, though no body runs. */
  begin(task: number, future: Future): void;
  /** What was there instead of a body gave this: the value, or a Future of it. */
  end(task: number, future: Future, result: unknown): void;
  /** The store failed for a task. */
  fail(task: number, error: unknown): void;
  /** A task that could not start may start now. */
  requeue(task: number): void;
}

/** How a call stands with the store of its run. */
interface StoredCall {
  readonly task: number;
  /** What is being read. */
  entry?: StoredEntry;
  /** The right to compute it. */
  lock?: StoreLock;
  /** Another look at what somebody else computes. */
  timer?: NodeJS.Timeout;
  /** When its body began. */
  startedAt?: number;
}

/** Milliseconds between two looks at what somebody else computes: at first, and at most. */
const FIRST_LOOK = 4;
const LAST_LOOK = 100;
/** Values that are read at the same time: the next must not fill the memory before something has used the first. */
const READ_AT_ONCE = 2;

/** What one run takes from its store, and gives to it. */
export class RunStore {
  readonly #lookup: Lookup;
  readonly #puts: Puts;
  readonly #host: RunStoreHost;
  readonly #sync: boolean;
  /** Entries that were found, of calls that have not started. */
  readonly #found = new Map<Future, StoredEntry>();
  /** Calls that are being read, waited for, or computed. */
  readonly #calls = new Map<Future, StoredCall>();
  /** Calls that wait until others have been read. */
  readonly #queue: { readonly task: number; readonly future: Future }[] = [];
  #reading = 0;

  constructor(lookup: Lookup, puts: Puts, { sync, host }: { readonly sync: boolean; readonly host: RunStoreHost }) {
    this.#lookup = lookup;
    this.#puts = puts;
    this.#sync = sync;
    this.#host = host;
  }

  /** Calls `idle` when all that was given to the store is there; gives false where it is already. */
  whenKept(idle: () => void): boolean {
    return this.#puts.whenIdle(idle);
  }

  /**
   * Looks up a call that has no value. What is at hand is its value from now on; what must be read is when the call is
   * started, and nothing is needed for that.
   */
  admit(future: Future): 'done' | 'found' | 'missing' {
    // The outputs of a call are kept each by itself.
    if (future._spec.outputs !== undefined) return 'missing';
    const entry = this.#lookup.find(future);
    if (entry === undefined) return 'missing';
    if (!entry.atHand) {
      this.#found.set(future, entry);
      return 'found';
    }
    try {
      future._value = entry.readSync();
    } catch (error) {
      this.#puts.warn(future, error);
      return 'missing';
    }
    setState(future, DONE);
    this.#host.loaded(future, entry);
    return 'done';
  }

  /**
   * Before a body runs: gives true where it does not, because its value is being read, or because somebody else computes
   * it. The task begins here, or is put back when it may start.
   */
  takes(task: number, future: Future): boolean {
    if ((future._flags & ON_DISK) === 0) return false;
    try {
      const entry = this.#found.get(future);
      return entry === undefined ? this.#lock(task, future) : this.#read(task, future, entry);
    } catch (error) {
      this.#host.fail(task, error);
      return true;
    }
  }

  /** Reads the value of a call, or lets it wait for its turn. */
  #read(task: number, future: Future, entry: StoredEntry): boolean {
    if (this.#reading >= READ_AT_ONCE) {
      this.#found.set(future, entry);
      this.#queue.push({ task, future });
      return true;
    }
    this.#found.delete(future);
    this.#host.begin(task, future);
    const call: StoredCall = { task, entry };
    this.#calls.set(future, call);
    if (this.#sync) {
      let value: unknown;
      try {
        value = entry.readSync();
      } catch (error) {
        value = this.#instead(future, error);
      }
      this.#host.end(task, future, value);
      return true;
    }
    this.#reading += 1;
    this.#host.pending.add(future);
    const end = (result: () => unknown): void => {
      this.#reading -= 1;
      this.#readNext();
      if (this.#calls.get(future) !== call) return;
      this.#host.pending.delete(future);
      this.#host.end(task, future, result());
    };
    Promise.resolve(entry.read()).then(
      (value) => {
        end(() => value);
      },
      (error: unknown) => {
        end(() => this.#instead(future, error));
      },
    );
    return true;
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
    this.#puts.warn(future, error);
    const call = this.#calls.get(future);
    if (call !== undefined) delete call.entry;
    const { _spec: spec, _args: args, _receiver: receiver, _graph: graph, _parent: parent } = future;
    return new Future(spec, args, receiver, graph, parent);
  }

  /** Takes the right to compute a call; where somebody else has it, looks again and again whether the value is there. */
  #lock(task: number, future: Future): boolean {
    const call = this.#calls.get(future) ?? { task };
    if (call.lock === undefined) {
      const lock = this.#lookup.store.tryLock(this.#lookup.keys.keyOf(future));
      if (lock === undefined && !this.#sync) {
        this.#calls.set(future, call);
        this.#lookLater(future, call, FIRST_LOOK);
        return true;
      }
      if (lock !== undefined) call.lock = lock;
    }
    call.startedAt = this.#host.now();
    this.#calls.set(future, call);
    // Somebody may have computed it since the run looked.
    const entry = future._spec.outputs === undefined ? this.#lookup.find(future) : undefined;
    if (entry !== undefined) {
      this.#unlock(future);
      return this.#read(task, future, entry);
    }
    return false;
  }

  #lookLater(future: Future, call: StoredCall, delay: number): void {
    this.#host.pending.add(future);
    call.timer = setTimeout(() => {
      this.#host.pending.delete(future);
      delete call.timer;
      this.#look(future, call, Math.min(delay * 2, LAST_LOOK));
    }, delay);
  }

  #look(future: Future, call: StoredCall, delay: number): void {
    const { store, keys } = this.#lookup;
    let lock: StoreLock | undefined;
    try {
      lock = store.tryLock(keys.keyOf(future));
    } catch {
      this.#host.requeue(call.task); // it will be told why when it is started
      return;
    }
    if (lock === undefined) {
      this.#lookLater(future, call, delay);
      return;
    }
    call.lock = lock;
    this.#host.requeue(call.task);
  }

  #unlock(future: Future): void {
    const call = this.#calls.get(future);
    call?.lock?.release();
    this.#calls.delete(future);
  }

  /** A call has its value: gives it to the store, unless it came from there, which the result tells. */
  finished(future: Future, nodes: readonly Origin[]): boolean {
    const call = this.#calls.get(future);
    this.#calls.delete(future);
    if (call?.entry !== undefined) {
      this.#host.loaded(future, call.entry);
      return true;
    }
    const { lock, startedAt } = call ?? {};
    // The outputs of a call are kept each by itself, and others may compute them once they are.
    if (future._spec.outputs !== undefined) {
      if (lock !== undefined) this.#puts.afterwards(lock);
      return false;
    }
    const cost = startedAt === undefined ? 0 : this.#host.now() - startedAt;
    this.#puts.put(future, { cost, nodes, lock });
    return false;
  }

  /** A call will have no value in this run. */
  left(future: Future): void {
    this.#found.delete(future);
    const call = this.#calls.get(future);
    if (call === undefined) return;
    clearTimeout(call.timer);
    this.#host.pending.delete(future);
    this.#unlock(future);
  }
}
