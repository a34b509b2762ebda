import { DONE, type Future, ON_DISK, setState } from '../../graph/future.js';
import type { StoreLock } from '../../graph/store.js';
import { CallEntries } from './call-entries.js';
import type { Lookup } from './lookup.js';
import type { Origin } from './node-sets.js';
import type { Puts } from './puts.js';
import { Reads } from './reads.js';
import { Rights, WAITS } from './rights.js';
import type { StoreHost } from './store-host.js';

/** What a {@link RunStore} is made of. */
export interface RunStoreParts {
  readonly sync: boolean;
  readonly host: StoreHost;
  /** Calls of this thread that hold locks of the store, by key. */
  readonly computing: Map<string, Future>;
}

/** A body of so many milliseconds does not keep others waiting, as long as none waits longer than this. */
const QUICK = 1;
const LATE = 20;

/** What one run takes from its store, and gives to it. */
export class RunStore {
  readonly #lookup: Lookup;
  readonly #puts: Puts;
  readonly #host: StoreHost;
  readonly #sync: boolean;
  /** Calls of this thread that hold locks of the store, by key. */
  readonly #computing: Map<string, Future>;
  // Made when they are first needed: where all is found at once, none is.
  #entries: CallEntries | undefined = undefined;
  #reads: Reads | undefined = undefined;
  #rights: Rights | undefined = undefined;
  /** Calls with several outputs that have these from the store; and what others took, in ms. */
  #restored: WeakSet<Future> | undefined = undefined;
  #costs: WeakMap<Future, number> | undefined = undefined;

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
      this.#neededReads.keep(future, entry);
      return 'found';
    }
    try {
      future._value = entry.readSync(future);
    } catch (error) {
      this.#neededEntries.unreadable(future);
      this.#puts.unread(future, error);
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
      const entry = this.#reads?.kept(future) ?? this.#neededRights.take(task, future);
      if (entry === undefined) return false;
      if (entry !== WAITS) this.#neededReads.start(task, future, entry);
    } catch (error) {
      this.#host.fail(task, error);
    }
    return true;
  }

  /** A call has its value: gives it to the store, unless it came from there, which the result tells. */
  finished(future: Future, nodes: readonly Origin[] | undefined): boolean {
    const { outputs, immediate } = future._spec;
    if (this.#reads?.ended(future) === true) {
      if (outputs !== undefined) (this.#restored ??= new WeakSet<Future>()).add(future);
      return true;
    }
    const { lock, startedAt } = this.#rights?.ended(future) ?? {};
    const whole = immediate ? wholeOf(future) : undefined;
    if (whole !== undefined && this.#restored?.has(whole) === true) return true;
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
    this.#reads?.left(future);
    this.#rights?.left(future);
  }

  get #neededEntries(): CallEntries {
    return (this.#entries ??= new CallEntries(this.#lookup));
  }

  get #neededReads(): Reads {
    return (this.#reads ??= new Reads({ sync: this.#sync, host: this.#host, puts: this.#puts }));
  }

  get #neededRights(): Rights {
    return (this.#rights ??= new Rights({
      sync: this.#sync,
      host: this.#host,
      store: this.#lookup.store,
      entries: this.#neededEntries,
      computing: this.#computing,
    }));
  }
}

/** The call that a part is taken of. */
function wholeOf(part: Future): Future {
  return part._args[0] as Future; // as parts are made
}
