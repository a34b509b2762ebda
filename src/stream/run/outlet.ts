/** What a consumer is given: a result, the end, or an error. */
type Outcome<Out> = IteratorResult<Out, undefined> | Failed;

class Failed {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
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
  readonly #last: () => void;
  /** The lowest number that is not settled. */
  #next = 0;
  /** What came before its turn; undefined where there is no result, or it was handed on already. */
  readonly #early = new Map<number, Outcome<Out> | undefined>();
  #earlyResults = 0;
  #ready: Outcome<Out>[] = [];
  /** How many at the front of these were taken. */
  #gone = 0;
  #waiters: Waiter<Out>[] = [];
  #ended = false;

  /** Results that the consumer got. */
  taken = 0;

  /** @param last is told when the consumer gets an error, or sees the end. */
  constructor(ordered: boolean, last: () => void) {
    this.#ordered = ordered;
    this.#last = last;
  }

  /** Results that nobody has taken. */
  get size(): number {
    return this.#ready.length - this.#gone + this.#earlyResults;
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
    else {
      this.taken += 1;
      waiter.fulfil(outcome);
    }
  }

  #reject(waiter: Waiter<Out>, { error }: Failed): void {
    waiter.reject(error);
    this.#fail();
  }

  /** The consumer got an error: nothing comes after it. */
  #fail(): void {
    this.close();
    this.#last();
  }

  /** The next result, as a promise. */
  take(): Promise<IteratorResult<Out, undefined>> {
    const outcome = this.#ready[this.#gone];
    if (outcome === undefined) {
      if (this.#ended) {
        this.#last();
        return Promise.resolve(END);
      }
      return new Promise((fulfil, reject) => {
        this.#waiters.push({ fulfil, reject });
      });
    }
    this.#ready[this.#gone] = END; // what was taken is not held here
    this.#gone += 1;
    if (this.#gone === this.#ready.length) {
      this.#ready = [];
      this.#gone = 0;
    } else if (this.#gone === TAKEN) {
      this.#ready.splice(0, TAKEN);
      this.#gone = 0;
    }
    if (!(outcome instanceof Failed)) {
      this.taken += 1;
      return Promise.resolve(outcome);
    }
    this.#fail();
    return Promise.reject(outcome.error as Error); // whatever was thrown
  }

  /** Results that are ready and that nobody has taken, for a snapshot. */
  get pending(): Out[] {
    return this.#ready
      .slice(this.#gone)
      .flatMap((one) => (one instanceof Failed || one.done === true ? [] : [one.value]));
  }

  /** Nothing more comes; what is there can still be taken. */
  end(): void {
    this.#ended = true;
    const waiters = this.#waiters.splice(0);
    for (const { fulfil } of waiters) fulfil(END);
    if (waiters.length > 0) this.#last();
  }

  /** Ends it at once: what is there is dropped. */
  close(): void {
    this.#ready = [];
    this.#gone = 0;
    this.#early.clear();
    this.#earlyResults = 0;
    this.end();
  }

  /** Ends it at once: whoever waits gets the error, what is there is dropped. */
  abort(error: unknown): void {
    if (this.#ended && this.size === 0) return;
    this.#ready = [];
    this.#gone = 0;
    this.#early.clear();
    this.#earlyResults = 0;
    if (this.#waiters.length === 0) this.#ready.push(new Failed(error));
    this.#ended = true;
    for (const { reject } of this.#waiters.splice(0)) reject(error);
  }
}
