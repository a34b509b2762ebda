import { Bell } from '../channel/bell.js';

/** Longest that a thread is blocked at a time, in ms: timers that keep no thread alive come later by as much. */
const SLICE = 50;

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

  /** @param blocks whether the thread belongs to the context, which may block it. */
  constructor({ bell, blocks }: { readonly bell: SharedArrayBuffer; readonly blocks: boolean }) {
    this.#bell = new Bell(bell);
    this.#blocks = blocks;
  }

  /** Something of this thread can go on. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /**
   * Waits until `ready` says true, or `wake` is called.
   *
   * @param busy whether something goes on in the event loop.
   */
  async until(ready: () => boolean, busy: () => boolean): Promise<void> {
    if (this.#blocks && !busy()) {
      // What the firings before have begun may need the event loop; and timers may be due.
      await turn();
      if (!busy() && !needsEventLoop()) {
        this.#bell.untilSync(() => this.#woken || ready(), SLICE);
        this.#woken = false;
        return;
      }
    }
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#woken) resolve();
      else this.#listen(ready);
    });
    this.#wake = undefined;
    this.#woken = false;
  }

  #listen(ready: () => boolean): void {
    if (this.#listening) {
      // The word says that somebody sleeps unless it has been rung; then the promise is on its way.
      if (ready()) this.#wake?.();
      return;
    }
    const ring = this.#bell.nextRing(ready);
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
