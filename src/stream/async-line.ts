import type { Machine } from './machine.js';

/** Parts in a row, of which some give promises: one chunk at a time, so that none overtakes another on its way. */
export class AsyncLine {
  readonly #parts: readonly Machine[];
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: readonly Machine[]) {
    this.#parts = parts;
  }

  /** The result of a chunk, where no part is a flow. */
  async one(chunk: unknown): Promise<unknown> {
    const [result] = await this.all(chunk);
    return result;
  }

  /** The results of a chunk. */
  all(chunk: unknown): Promise<unknown[]> {
    return this.#inTurn((results) => this.#through(chunk, 0, results));
  }

  /** What is left in the flows, each taken through the parts behind it. */
  flush(): Promise<unknown[]> {
    return this.#inTurn(async (results) => {
      for (const [at, part] of this.#parts.entries()) {
        for (const left of (await part.flush?.()) ?? []) await this.#through(left, at + 1, results);
      }
    });
  }

  #inTurn(act: (results: unknown[]) => Promise<void>): Promise<unknown[]> {
    const results: unknown[] = [];
    const now = this.#last.then(() => act(results)).then(() => results);
    this.#last = now.catch(() => undefined); // who waits for it hears of it
    return now;
  }

  async #through(chunk: unknown, from: number, results: unknown[]): Promise<void> {
    let current = chunk;
    for (let at = from; at < this.#parts.length; at += 1) {
      const part = this.#parts[at] as Machine; // below the length
      current = await part.step(current);
      if (part.emits === true) {
        for (const result of current as Iterable<unknown>) await this.#through(result, at + 1, results); // as flows give them
        return;
      }
    }
    results.push(current);
  }
}
