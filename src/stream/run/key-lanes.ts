/** Keeps the asynchronous steps of each key in order, while those of different keys go on side by side. */
export class KeyLanes {
  readonly #keyOf: (chunk: unknown) => unknown;
  /** The last step of each key that has not ended. */
  readonly #last = new Map<unknown, Promise<unknown>>();

  constructor(keyOf: (chunk: unknown) => unknown) {
    this.#keyOf = keyOf;
  }

  /** Makes a step when those of its key before it have ended. */
  step(chunk: unknown, make: () => unknown): unknown {
    const key = this.#keyOf(chunk);
    const before = this.#last.get(key);
    const made = before === undefined ? Promise.resolve(make()) : before.then(make);
    // What fails is told by the step itself, not by the one behind it.
    const ended = made.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(key, ended);
    void ended.then(() => {
      if (this.#last.get(key) === ended) this.#last.delete(key);
    });
    return made;
  }
}
