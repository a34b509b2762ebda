import type { Future } from '../../graph/future.js';
import type { Store, StoredEntry, StoreLock } from '../../graph/store.js';
import type { CallEntries } from './call-entries.js';
import type { StoreHost } from './store-host.js';

/** Milliseconds between two looks at what somebody else computes: at first, and at most. */
const FIRST_LOOK = 4;
const LAST_LOOK = 100;

/** Somebody else computes a call; it is put back when it may start. */
export const WAITS = Symbol('waits');

/** What {@link Rights} are made of. */
export interface RightsParts {
  readonly sync: boolean;
  readonly host: StoreHost;
  readonly store: Store;
  readonly entries: CallEntries;
  /** Calls of this thread that hold locks of the store, by key. */
  readonly computing: Map<string, Future>;
}

/** A call that this run computes, or that it waits for. */
interface Claimed {
  readonly task: number;
  /** The right to compute it; none where it is computed without. */
  lock?: StoreLock;
  /** Another look at what somebody else computes. */
  timer?: NodeJS.Timeout;
  waited?: boolean;
  /** When its body began. */
  startedAt?: number;
}

/** Takes the rights to compute calls, of which only one run at a time has each, and waits for those that others have. */
export class Rights {
  readonly #parts: RightsParts;
  readonly #claimed = new Map<Future, Claimed>();

  constructor(parts: RightsParts) {
    this.#parts = parts;
  }

  /**
   * Before a body runs. Gives the entry where the value has been stored since the run looked; undefined where the body is
   * to run; {@link WAITS} where somebody else has the right, in which case it looks again and again.
   */
  take(task: number, future: Future): StoredEntry | typeof WAITS | undefined {
    const { entries, host } = this.#parts;
    const claimed = this.#claimed.get(future) ?? { task };
    // Somebody has computed it while this call waited: no lock is needed to read it, and many may wait.
    const since = claimed.waited === true ? entries.since(future) : undefined;
    if (since === undefined && claimed.lock === undefined && !this.#claim(future, claimed)) return WAITS;
    claimed.startedAt = host.now();
    this.#claimed.set(future, claimed);
    // Or since the run looked.
    const entry = since ?? entries.since(future);
    if (entry !== undefined) this.#giveUp(future);
    return entry;
  }

  /** A call has its value: gives the right to it, which is to be released, and when its body began, if it was claimed. */
  ended(future: Future): Pick<Claimed, 'lock' | 'startedAt'> | undefined {
    const claimed = this.#claimed.get(future);
    if (claimed !== undefined) this.#claimed.delete(future);
    return claimed;
  }

  /** A call will have no value in this run. */
  left(future: Future): void {
    const claimed = this.#claimed.get(future);
    if (claimed === undefined) return;
    clearTimeout(claimed.timer);
    this.#parts.host.pending.delete(future);
    this.#giveUp(future);
  }

  /** Gives false where the call has to wait. */
  #claim(future: Future, claimed: Claimed): boolean {
    const key = this.#parts.entries.keyOf(future);
    const lock = this.#tryLock(key, future);
    if (lock !== undefined) claimed.lock = lock;
    else if (!this.#parts.sync && this.#canWait(key, future)) {
      this.#claimed.set(future, claimed);
      this.#lookLater(future, claimed, FIRST_LOOK);
      return false;
    }
    return true;
  }

  #tryLock(key: string, future: Future): StoreLock | undefined {
    const { store, computing } = this.#parts;
    const lock = store.tryLock(key);
    if (lock === undefined) return undefined;
    computing.set(key, future);
    return {
      release: () => {
        if (computing.get(key) === future) computing.delete(key);
        lock.release();
      },
    };
  }

  /** Who waits for this very call cannot be waited for: it is the same call, but for what does not count. */
  #canWait(key: string, future: Future): boolean {
    const { computing, host } = this.#parts;
    const holder = computing.get(key);
    return holder === undefined || !host.dependsOn(holder, future);
  }

  #lookLater(future: Future, claimed: Claimed, delay: number): void {
    const { pending } = this.#parts.host;
    pending.add(future);
    claimed.waited = true;
    claimed.timer = setTimeout(() => {
      pending.delete(future);
      delete claimed.timer;
      this.#look(future, claimed, Math.min(delay * 2, LAST_LOOK));
    }, delay);
  }

  #look(future: Future, claimed: Claimed, delay: number): void {
    const { entries, host } = this.#parts;
    try {
      if (!entries.has(future)) {
        const lock = this.#tryLock(entries.keyOf(future), future);
        if (lock === undefined) {
          this.#lookLater(future, claimed, delay);
          return;
        }
        claimed.lock = lock;
      }
    } catch {
      // It will be told why when it is started.
    }
    host.requeue(claimed.task);
  }

  #giveUp(future: Future): void {
    this.#claimed.get(future)?.lock?.release();
    this.#claimed.delete(future);
  }
}
