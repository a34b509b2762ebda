/** What a consumer is given: a result, the end, or an error. */
type Outcome<Out> = IteratorResult<Out, undefined> | Failed;

class Failed {
  readonly error: Error;

  constructor(error: unknown) {
    this.error = error as Error; // whatever was thrown
  }
}

/** A consumer that waits for a result. */
interface Waiter<Out> {
  readonly fulfil: (result: IteratorResult<Out, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

const END = { done: true, value: undefined } as const;
/** Results taken from the front before the room in front of them is given back. */
const TAKEN = 64;

/**
 * Where the results of a pipeline wait for the consumer: in the order of their numbers, or as they come. An error waits until
 * all numbers before it are settled, in either case.
 */
export class Outlet<Out> {
  readonly #ordered: boolean;
  readonly #failed: () => void;
  /** The lowest number that is not settled. */
  #next = 0;
  /** What came before its turn; undefined where there is no result, or it was handed on already. */
  readonly #early = new Map<number, Outcome<Out> | undefined>();
  #earlyResults = 0;
  #ready: Outcome<Out>[] = [];
  #taken = 0;
  #waiters: Waiter<Out>[] = [];
  #ended = false;

  /** @param failed is told when the consumer gets an error. */
  constructor(ordered: boolean, failed: () => void) {
    this.#ordered = ordered;
    this.#failed = failed;
  }

  /** Results that nobody has taken. */
  get size(): number {
    return this.#ready.length - this.#taken + this.#earlyResults;
  }

  /** Consumers that wait. */
  get waiting(): number {
    return this.#waiters.length;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The result with a number. */
  put(number: number, value: Out): void {
    const outcome = { done: false, value } as const;
    if (number === this.#next && this.#early.size === 0) {
      this.#next += 1;
      this.#hand(outcome);
    } else if (this.#ordered) {
      this.#earlyResults += 1;
      this.#settle(number, outcome);
    } else {
      this.#hand(outcome);
      this.#settle(number, undefined);
    }
  }

  /** There is no result with a number. */
  pass(number: number): void {
    if (number === this.#next && this.#early.size === 0) this.#next += 1;
    else this.#settle(number, undefined);
  }

  /** In place of the result with a number the consumer gets an error. */
  fail(number: number, error: unknown): void {
    this.#earlyResults += 1;
    this.#settle(number, new Failed(error));
  }

  #settle(number: number, outcome: Outcome<Out> | undefined): void {
    this.#early.set(number, outcome);
    while (this.#early.has(this.#next)) {
      const next = this.#early.get(this.#next);
      this.#early.delete(this.#next);
      this.#next += 1;
      if (next === undefined) continue;
      this.#earlyResults -= 1;
      this.#hand(next);
    }
  }

  /** Puts a result before all others, whatever its number. */
  prepend(value: Out): void {
    this.#hand({ done: false, value });
  }

  /** What the consumer gets after all that is there: an error. */
  failAfter(error: unknown): void {
    this.#hand(new Failed(error));
  }

  #hand(outcome: Outcome<Out>): void {
    if (this.#ended) return;
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#ready.push(outcome);
    else if (outcome instanceof Failed) this.#reject(waiter, outcome);
    else waiter.fulfil(outcome);
  }

  #reject(waiter: Waiter<Out>, { error }: Failed): void {
    waiter.reject(error);
    this.#failed();
  }

  /** The next result, as a promise. */
  take(): Promise<IteratorResult<Out, undefined>> {
    const outcome = this.#ready[this.#taken];
    if (outcome === undefined) {
      if (this.#ended) return Promise.resolve(END);
      return new Promise((fulfil, reject) => {
        this.#waiters.push({ fulfil, reject });
      });
    }
    this.#ready[this.#taken] = END; // what was taken is not held here
    this.#taken += 1;
    if (this.#taken === this.#ready.length) {
      this.#ready = [];
      this.#taken = 0;
    } else if (this.#taken === TAKEN) {
      this.#ready.splice(0, TAKEN);
      this.#taken = 0;
    }
    if (!(outcome instanceof Failed)) return Promise.resolve(outcome);
    this.#failed();
    return Promise.reject(outcome.error);
  }

  /** Results that are ready and that nobody has taken, for a snapshot. */
  get pending(): Out[] {
    return this.#ready
      .slice(this.#taken)
      .flatMap((one) => (one instanceof Failed || one.done === true ? [] : [one.value]));
  }

  /** Nothing more comes; what is there can still be taken. */
  end(): void {
    this.#ended = true;
    for (const { fulfil } of this.#waiters.splice(0)) fulfil(END);
  }

  /** Ends it at once: what is there is dropped. */
  close(): void {
    this.#ready = [];
    this.#taken = 0;
    this.#early.clear();
    this.#earlyResults = 0;
    this.end();
  }

  /** Ends it at once: whoever waits gets the error, what is there is dropped. */
  abort(error: unknown): void {
    if (this.#ended) return;
    this.#ready = [];
    this.#taken = 0;
    this.#early.clear();
    this.#earlyResults = 0;
    if (this.#waiters.length === 0) this.#ready.push(new Failed(error));
    this.#ended = true;
    for (const { reject } of this.#waiters.splice(0)) reject(error);
  }
}
