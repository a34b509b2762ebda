import type { Emission } from './emission.js';
import { beginIterator } from './iterator.js';
import type { Line } from './line.js';
import type { Stage } from './stage.js';
import type { Token } from './token.js';

/** What the results of flows go to. */
export interface EmissionHost {
  readonly lines: readonly Line[];
  /** Whether another token may begin in a line. */
  hasRoom(line: Line): boolean;
  /** One result of a flow goes on by itself. */
  goesOn(line: Line, emission: Emission, value: unknown): void;
  /** All results of a chunk have gone on. */
  finished(stage: Stage, token: Token, value: undefined): void;
  failed(stage: Stage, token: Token, thrown: unknown): void;
  /** What was left in a flow could not be had. */
  failedLeft(stage: Stage, thrown: unknown): void;
  /** What was left in a flow has gone on, as far as it could be had. */
  endedLeft(): void;
  waits(): void;
  drain(): void;
  readonly over: boolean;
  /** An item failed for good: what is left does not come out. */
  readonly stopping: boolean;
}

/** Lets what flows give go on one by one, as there is room, and what is left in them at the end. */
export class Emissions {
  readonly #host: EmissionHost;
  #flushing = false;

  constructor(host: EmissionHost) {
    this.#host = host;
  }

  /** Gives what a flow gave to the line behind it; `token` is undefined for what is left at the end. */
  begin(stage: Stage, token: Token | undefined, results: unknown): void {
    const { begins } = stage.step;
    const line = begins === undefined ? undefined : this.#host.lines[begins.index];
    if (line === undefined) return;
    const begun = beginIterator(results);
    if (begun === undefined) {
      if (token !== undefined) this.#host.failed(stage, token, new TypeError(`${stage.name} must give an iterable`));
      return;
    }
    if (token !== undefined) line.flushed = false;
    line.emission = { stage, token, results: begun, asking: false };
    this.#feed(line);
  }

  /** Goes on where room was missing. */
  resume(): void {
    for (const line of this.#host.lines) if (line.emission !== undefined) this.#feed(line);
  }

  #feed(line: Line): void {
    const { emission } = line;
    if (emission === undefined || emission.asking) return;
    emission.asking = true;
    while (this.#host.hasRoom(line)) {
      if (this.#host.over) return;
      let result: IteratorResult<unknown> | Promise<IteratorResult<unknown>>;
      try {
        result = emission.results.next();
      } catch (thrown) {
        this.#end(line, { thrown });
        return;
      }
      if (result instanceof Promise) {
        this.#feedLater(line, emission, result);
        return;
      }
      if (result.done === true) {
        this.#end(line, undefined);
        return;
      }
      this.#host.goesOn(line, emission, result.value);
    }
    emission.asking = false;
  }

  #feedLater(line: Line, emission: Emission, asked: Promise<IteratorResult<unknown>>): void {
    this.#host.waits();
    asked.then(
      ({ done, value }) => {
        if (this.#host.over) return;
        if (done === true) this.#end(line, undefined);
        else {
          this.#host.goesOn(line, emission, value);
          emission.asking = false;
          this.#feed(line);
        }
        this.#host.drain();
      },
      (thrown: unknown) => {
        if (this.#host.over) return;
        this.#end(line, { thrown });
        this.#host.drain();
      },
    );
  }

  #end(line: Line, failure: { readonly thrown: unknown } | undefined): void {
    const { emission } = line;
    line.emission = undefined;
    if (emission === undefined) return;
    const { stage, token } = emission;
    if (token === undefined) {
      if (failure !== undefined) this.#host.failedLeft(stage, failure.thrown);
      this.#host.endedLeft();
    } else if (failure === undefined) this.#host.finished(stage, token, undefined);
    else this.#host.failed(stage, token, failure.thrown);
  }

  /** Lets out what is left in flows, one line after the other; gives whether all of it has come to its end. */
  flush(): boolean {
    if (this.#flushing || this.#host.over) return false;
    this.#flushing = true;
    try {
      return this.#host.lines.every((line) => {
        if (line.rate.above !== undefined && !line.flushed) {
          line.flushed = true;
          this.#flushInto(line);
        }
        return line.live === 0 && line.emission === undefined;
      });
    } finally {
      this.#flushing = false;
    }
  }

  #flushInto({ fed: stage }: Line): void {
    if (stage === undefined || this.#host.stopping) return;
    try {
      const left = stage.machine?.flush?.();
      if (left !== undefined) this.begin(stage, undefined, left instanceof Promise ? laterIn(left) : left);
    } catch (thrown) {
      this.#host.failedLeft(stage, thrown);
    }
  }

  /** Lets go of what flows have still to give. */
  close(): void {
    for (const { emission } of this.#host.lines) {
      try {
        Promise.resolve(emission?.results.return?.()).catch(() => undefined);
      } catch {
        // An iterator that throws when it is let go has ended all the same, and nobody waits for it.
      }
    }
  }
}

/** What a promise of many gives, one after the other. */
async function* laterIn(promised: Promise<Iterable<unknown>>): AsyncGenerator<unknown, void> {
  yield* await promised;
}
