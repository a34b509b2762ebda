import { Bell } from '../channel/bell.js';
import { Rhythm } from './rhythm.js';

/**
 * Longest that the event loop of a thread stands still while the thread is blocked, again and again perhaps, in ms: timers
 * that keep no thread alive come later by as much, and so does what a body leaves to many microtasks or to `nextTick`.
 */
const SLICE = 50;

/** The same on the thread of the caller, who has other things to do. */
const SHARED_SLICE = 4;

/** What a thread has besides what its components do: nothing, where only these keep its event loop busy. */
const OWN_RESOURCES: ReadonlySet<string> = new Set(['MessagePort', 'PipeWrap', 'TTYWrap']);

/**
 * How a context waits until something of it can go on. While nothing needs the event loop the thread is blocked, which
 * wakes up in a third of the time; else it sleeps in the event loop. In both cases it takes no time of a core.
 */
export class Rest {
  readonly #bell: Bell;
  readonly #blocks: boolean;
  #woken = false;
  #wake: (() => void) | undefined;
  /** A promise of the engine for the next ring; it outlives the wait that has asked for it. */
  #listening = false;
  #turnedAt = 0;
  readonly #rhythm = new Rhythm();
  /** When it was about to rest, in ms. */
  #now = 0;
  /** Something was done since the rest before. */
  #wasNeeded = false;

  /** @param blocks whether the thread belongs to the context, which may block it. */
  constructor({ bell, blocks }: { readonly bell: SharedArrayBuffer; readonly blocks: boolean }) {
    this.#bell = new Bell(bell);
    this.#blocks = blocks;
  }

  /** Whether it waits in the event loop, until it is woken. */
  get sleeping(): boolean {
    return this.#wake !== undefined && !this.#woken;
  }

  /** Something of this thread can go on. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Something is on its way to another thread, and leaves only when the event loop goes round. */
  expedite(): void {
    this.#turnedAt = -Infinity;
  }

  /** Lets what the firings before have begun have its turn. To be awaited before {@link block}. */
  settle(): Promise<void> | undefined {
    // To go round takes twenty times as long as to look, and is not done for each value.
    this.#now = performance.now();
    if (this.#now - this.#turnedAt < (this.#blocks ? SLICE : SHARED_SLICE)) return undefined;
    return turn().then(() => {
      this.#turnedAt = this.#now = performance.now();
    });
  }

  /**
   * Blocks the thread until `act` says that it has done something, or `wake` is called, for some time at most. It gives
   * no promise, as each takes as long as a small firing.
   *
   * @param busy whether something goes on in the event loop.
   * @returns false when the event loop is needed, so that {@link sleep} has to be called instead.
   */
  block(act: () => boolean, busy: () => boolean): boolean {
    if (!this.#blocks || busy() || needsEventLoop()) return false;
    if (this.#wasNeeded) this.#rhythm.beat(this.#now);
    const pause = Math.min(SLICE, this.#rhythm.pauseFrom(this.#now));
    this.#wasNeeded = this.#bell.untilSync(() => this.#woken || act(), pause);
    this.#woken = false;
    return true;
  }

  /** Waits in the event loop until `act` says that it has done something, or `wake` is called. */
  async sleep(act: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#woken) resolve();
      else this.#listen(act);
    });
    this.#wake = undefined;
    this.#woken = false;
  }

  #listen(act: () => boolean): void {
    if (this.#listening) {
      // The word says that somebody sleeps unless it has been rung; then the promise is on its way.
      if (act()) this.#wake?.();
      return;
    }
    const ring = this.#bell.nextRing(act);
    if (ring === undefined) {
      this.#wake?.();
      return;
    }
    this.#listening = true;
    void ring.then(() => {
      this.#listening = false;
      this.#wake?.();
    });
  }
}

/** Settles when the event loop has gone round: what was waiting for it has had its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function needsEventLoop(): boolean {
  return process.getActiveResourcesInfo().some((resource) => !OWN_RESOURCES.has(resource));
}
