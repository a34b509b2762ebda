const AWAKE = 0;
const ASLEEP = 1;

/** Fewest and most looks before a thread goes to sleep, with and without blocking its event loop. */
const FEWEST_LOOKS = 4;
const MOST_LOOKS = { blocking: 2048, free: 128 };

/** What the library's types do not have yet; every supported version of Node.js does. */
interface AsyncAtomics {
  waitAsync(
    words: Int32Array,
    index: number,
    value: number,
  ): { readonly async: false } | { readonly async: true; readonly value: Promise<unknown> };
}

/** Longest time of a timer, in ms. */
const LONGEST = 2 ** 31 - 1;

/**
 * Wakes whoever waits for something in shared memory to change. It belongs to a thread: everything that this thread waits
 * for may ring the same bell, and each waiter looks for itself whether it was meant.
 *
 * Nothing is missed: a waiter first says that it sleeps, then looks once more, then sleeps only if nobody has rung since;
 * who changes something changes it first and then looks whether anybody sleeps. Ringing for nobody costs one load.
 */
export class Bell {
  readonly #word: Int32Array;
  #looks = { blocking: FEWEST_LOOKS, free: FEWEST_LOOKS };
  #waiting = 0;
  #alive: NodeJS.Timeout | undefined;

  /** @param memory from {@link allocate}, on this thread or another. */
  constructor(readonly memory: SharedArrayBuffer) {
    this.#word = new Int32Array(memory, 0, 1);
  }

  /** Memory for a bell: a cache line, so that neighbours do not disturb who looks at it. */
  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(64);
  }

  /** Wakes all who sleep. To be called after what they wait for has changed. */
  ring(): void {
    if (Atomics.load(this.#word, 0) !== ASLEEP) return;
    if (Atomics.compareExchange(this.#word, 0, ASLEEP, AWAKE) === ASLEEP) Atomics.notify(this.#word, 0);
  }

  /**
   * Waits until `ready` says true, which is asked a few times and then after each ring. The event loop stays free, and
   * the thread alive. Without a ring it waits for ever: whoever may give up rings its own bell.
   */
  async until(ready: () => boolean): Promise<void> {
    if (this.#look('free', ready)) return;
    while (!this.#sleepsUnless(ready)) {
      const sleep = (Atomics as unknown as AsyncAtomics).waitAsync(this.#word, 0, ASLEEP);
      if (sleep.async) await this.#keptAlive(sleep.value);
      if (ready()) return;
    }
  }

  /**
   * Settles at the next ring; undefined when `ready` says true now. Neither keeps the thread alive. A second one while
   * the first is pending settles with it.
   */
  nextRing(ready: () => boolean): Promise<unknown> | undefined {
    if (this.#sleepsUnless(ready)) return undefined;
    const sleep = (Atomics as unknown as AsyncAtomics).waitAsync(this.#word, 0, ASLEEP);
    return sleep.async ? sleep.value : undefined;
  }

  /**
   * Blocks the thread until `ready` says true, or for `timeout` ms, default for ever. For threads that have nothing else
   * to do: messages and timers wait.
   *
   * @returns whether it was ready in time.
   */
  untilSync(ready: () => boolean, timeout = Infinity): boolean {
    if (this.#look('blocking', ready)) return true;
    const end = performance.now() + timeout;
    while (!this.#sleepsUnless(ready)) {
      const left = end - performance.now();
      if (left <= 0) return false;
      Atomics.wait(this.#word, 0, ASLEEP, left);
      if (ready()) return true;
    }
    return true;
  }

  /** Looks more often the next time if it was worth it, less often if not. */
  #look(how: 'blocking' | 'free', ready: () => boolean): boolean {
    const looks = this.#looks[how];
    for (let look = 0; look < looks; look += 1) {
      if (!ready()) continue;
      if (look > 0) this.#looks[how] = Math.min(looks * 2, MOST_LOOKS[how]);
      return true;
    }
    this.#looks[how] = Math.max(looks >> 1, FEWEST_LOOKS);
    return false;
  }

  /** The word is never set back by who was ready at once: others of this thread may sleep at it. */
  #sleepsUnless(ready: () => boolean): boolean {
    Atomics.store(this.#word, 0, ASLEEP);
    return ready();
  }

  async #keptAlive(sleep: Promise<unknown>): Promise<void> {
    // A promise of `waitAsync` alone does not keep a thread alive.
    this.#alive ??= setInterval(() => undefined, LONGEST);
    if (this.#waiting++ === 0) this.#alive.ref();
    try {
      await sleep;
    } finally {
      if (--this.#waiting === 0) this.#alive.unref();
    }
  }
}
