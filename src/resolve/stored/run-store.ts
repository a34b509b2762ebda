import { DONE, Future, ON_DISK, setState } from '../../graph/future.js';
import type { StoredEntry, StoreLock } from '../../graph/store.js';
import type { Lookup } from './lookup.js';
import type { Origin } from './node-sets.js';
import { hasOutputs, outputsEntry } from './outputs-entry.js';
import type { Puts } from './puts.js';

/** What the store of a run asks of the rest of the resolver. */
export interface RunStoreHost {
  now(): number;
  /** Calls of all runs that are being read, or that somebody else computes. */
  readonly pending: Set<Future>;
  /** A call has its value from the store. */
  loaded(future: Future, entry: StoredEntry): void;
  /** A task begins, though no body runs. */
  begin(task: number, future: Future): void;
  /** What was there instead of a body gave this: the value, or a Future of it. */
  end(task: number, future: Future, result: unknown): void;
  /** Whether one call waits for another. */
  dependsOn(holder: Future, future: Future): boolean;
  /** A value of a call came too late: its memory goes back. */
  drop(future: Future, value: unknown): void;
  /** The store failed for a task. */
  fail(task: number, error: unknown): void;
  /** A task that could not start may start now. */
  requeue(task: number): void;
}

/** What a {@link RunStore} is made of. */
export interface RunStoreParts {
  readonly sync: boolean;
  readonly host: RunStoreHost;
  readonly computing: Map<string, Future>;
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
  waited?: boolean;
  /** When its body began. */
  startedAt?: number;
}

/** Milliseconds between two looks at what somebody else computes: at first, and at most. */
const FIRST_LOOK = 4;
const LAST_LOOK = 100;
/** A body of so many milliseconds does not keep others waiting, as long as none waits longer than this. */
const QUICK = 1;
const LATE = 20;
/** Values that are read at the same time: the next must not fill the memory before something has used the first. */
const READ_AT_ONCE = 2;

/** What one run takes from its store, and gives to it. */
export class RunStore {
  readonly #lookup: Lookup;
  readonly #puts: Puts;
  readonly #host: RunStoreHost;
  readonly #sync: boolean;
  /** Calls of this thread that hold locks of the store, by key. */
  readonly #computing: Map<string, Future>;
  /** Calls whose entries cannot be read here. */
  #unreadable: WeakSet<Future> | undefined = undefined;
  /** Calls with several outputs that have these from the store; and what others took, in ms. */
  #restored: WeakSet<Future> | undefined = undefined;
  #costs: WeakMap<Future, number> | undefined = undefined;
  /** Entries that were found, of calls that have not started. */
  readonly #found = new Map<Future, StoredEntry>();
  /** Calls that are being read, waited for, or computed. */
  readonly #calls = new Map<Future, StoredCall>();
  /** Calls that wait until others have been read. */
  readonly #queue: { readonly task: number; readonly future: Future }[] = [];
  #reading = 0;

  constructor(lookup: Lookup, puts: Puts, { sync, host, computing }: RunStoreParts) {
    this.#lookup = lookup;
    this.#puts = puts;
    this.#sync = sync;
    this.#host = host;
    this.#computing = computing;
  }

  /** Calls `idle` when all that was given to the store is there; gives false where it is already. */
  whenKept(idle: () => void): boolean {
    return this.#puts.whenIdle(idle);
  }

  /** Calls `put` when the value of a call is there; gives false where it is not on its way. */
  whenPut(future: Future, put: () => void): boolean {
    return this.#puts.whenPut(future, put);
  }

  /** A call has its value that was there before the run: the store gets it if it lacks it. */
  met(future: Future, nodes: readonly Origin[] | undefined): void {
    const { outputs, immediate } = future._spec;
    if (outputs !== undefined || (immediate && this.#restored?.has(wholeOf(future)) === true)) return;
    if (this.#lookup.peek(future) === undefined) this.#puts.put(future, { cost: 0, nodes, lock: undefined });
  }

  /**
   * Whether the body of a call would keep the thread, while values are on their way to the store that have need of it: they
   * would be lost if the process was killed in that body. Calls `then` when they are there.
   */
  comesFirst(future: Future, then: () => void): boolean {
    if (this.#sync || this.#puts.since === undefined) return false;
    const { cost } = future._spec.identity;
    const quick = cost.count > 0 && cost.mean < QUICK && this.#host.now() - this.#puts.since < LATE;
    return !quick && this.#puts.whenIdle(then);
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
      future._value = entry.readSync(future);
    } catch (error) {
      (this.#unreadable ??= new WeakSet<Future>()).add(future);
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
        value = entry.readSync(future);
        this.#host.loaded(future, entry);
      } catch (error) {
        value = this.#instead(future, error);
      }
      this.#host.end(task, future, value);
      return true;
    }
    this.#reading += 1;
    this.#host.pending.add(future);
    const end = (result: () => unknown): boolean => {
      this.#reading -= 1;
      this.#readNext();
      if (this.#calls.get(future) !== call) return false;
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
    // Somebody has computed it while this call waited: no lock is needed to read it, and many may wait.
    const since = call.waited === true ? this.#foundSince(future) : undefined;
    if (since === undefined && call.lock === undefined) {
      const key = this.#lookup.keys.keyOf(future);
      const lock = this.#tryLock(key, future);
      if (lock === undefined && !this.#sync && this.#canWait(key, future)) {
        this.#calls.set(future, call);
        this.#lookLater(future, call, FIRST_LOOK);
        return true;
      }
      if (lock !== undefined) call.lock = lock;
    }
    call.startedAt = this.#host.now();
    this.#calls.set(future, call);
    // Or since the run looked.
    const entry = since ?? this.#foundSince(future);
    if (entry !== undefined) {
      this.#unlock(future);
      return this.#read(task, future, entry);
    }
    return false;
  }

  #tryLock(key: string, future: Future): StoreLock | undefined {
    const lock = this.#lookup.store.tryLock(key);
    if (lock === undefined) return undefined;
    this.#computing.set(key, future);
    return {
      release: () => {
        if (this.#computing.get(key) === future) this.#computing.delete(key);
        lock.release();
      },
    };
  }

  /** Who waits for this very call cannot be waited for: it is the same call, but for what does not count. */
  #canWait(key: string, future: Future): boolean {
    const holder = this.#computing.get(key);
    return holder === undefined || !this.#host.dependsOn(holder, future);
  }

  /** What the store has of a call by now; of several outputs all, as one. */
  #foundSince(future: Future): StoredEntry | undefined {
    if (this.#unreadable?.has(future) === true) return undefined;
    const { outputs } = future._spec;
    return outputs === undefined ? this.#lookup.findSince(future) : outputsEntry(future, outputs, this.#lookup);
  }

  /** Whether {@link #foundSince} would give something. */
  #isThere(future: Future): boolean {
    if (this.#unreadable?.has(future) === true) return false;
    return future._spec.outputs === undefined
      ? this.#lookup.peek(future) !== undefined
      : hasOutputs(future, this.#lookup);
  }

  #lookLater(future: Future, call: StoredCall, delay: number): void {
    this.#host.pending.add(future);
    call.waited = true;
    call.timer = setTimeout(() => {
      this.#host.pending.delete(future);
      delete call.timer;
      this.#look(future, call, Math.min(delay * 2, LAST_LOOK));
    }, delay);
  }

  #look(future: Future, call: StoredCall, delay: number): void {
    try {
      if (!this.#isThere(future)) {
        const lock = this.#tryLock(this.#lookup.keys.keyOf(future), future);
        if (lock === undefined) {
          this.#lookLater(future, call, delay);
          return;
        }
        call.lock = lock;
      }
    } catch {
      // It will be told why when it is started.
    }
    this.#host.requeue(call.task);
  }

  #unlock(future: Future): void {
    const call = this.#calls.get(future);
    call?.lock?.release();
    this.#calls.delete(future);
  }

  /** A call has its value: gives it to the store, unless it came from there, which the result tells. */
  finished(future: Future, nodes: readonly Origin[] | undefined): boolean {
    const call = this.#calls.get(future);
    this.#calls.delete(future);
    const { outputs, immediate } = future._spec;
    if (call?.entry !== undefined) {
      if (outputs !== undefined) (this.#restored ??= new WeakSet<Future>()).add(future);
      return true;
    }
    const whole = immediate ? wholeOf(future) : undefined;
    if (whole !== undefined && this.#restored?.has(whole) === true) return true;
    const { lock, startedAt } = call ?? {};
    const own = startedAt === undefined ? undefined : this.#host.now() - startedAt;
    if (outputs !== undefined) {
      (this.#costs ??= new WeakMap<Future, number>()).set(future, own ?? 0);
      // The outputs of a call are kept each by itself, once they are taken; then others may look for them.
      if (lock !== undefined) this.#releaseLater(lock);
      return false;
    }
    const cost = own ?? (whole === undefined ? undefined : this.#costs?.get(whole)) ?? 0;
    this.#puts.put(future, { cost, nodes, lock });
    return false;
  }

  #releaseLater(lock: StoreLock): void {
    setImmediate(() => {
      this.#puts.afterwards(lock);
    });
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

/** The call that a part is taken of. */
function wholeOf(part: Future): Future {
  return part._args[0] as Future; // as parts are made
}

/** Reads a value; what fails at once fails the promise, too. */
async function readFrom(entry: StoredEntry, future: Future): Promise<unknown> {
  return await entry.read(future);
}
