import { Queue } from './queue.js';

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
  readonly #ready = new Queue<Outcome<Out>>();
  readonly #waiters = new Queue<Waiter<Out>>();
  #ended = false;

  /** The first error that the consumer gets, or got. */
  failure: { readonly error: unknown } | undefined = undefined;

  /** Results that the consumer got. */
  taken = 0;

  /** @param last is told when the consumer gets an error, or sees the end. */
  constructor(ordered: boolean, last: () => void) {
    this.#ordered = ordered;
    this.#last = last;
  }

  /** Results that nobody has taken. */
  get size(): number {
    return this.#ready.size + this.#earlyResults;
  }

  /** Consumers that wait. */
  get waiting(): number {
    return this.#waiters.size;
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
    this.#settle(number, this.#failed(error));
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
    this.#hand(this.#failed(error));
  }

  #failed(error: unknown): Failed {
    const failed = new Failed(error);
    this.failure ??= failed;
    return failed;
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
    const outcome = this.#ready.shift();
    if (outcome === undefined) {
      if (this.#ended) {
        this.#last();
        return Promise.resolve(END);
      }
      return new Promise((fulfil, reject) => {
        this.#waiters.push({ fulfil, reject });
      });
    }
    if (!(outcome instanceof Failed)) {
      this.taken += 1;
      return Promise.resolve(outcome);
    }
    this.#fail();
    return Promise.reject(outcome.error);
  }

  /** Results that are ready and that nobody has taken, for a snapshot. */
  get pending(): Out[] {
    return [...this.#ready].flatMap((one) => (one instanceof Failed || one.done === true ? [] : [one.value]));
  }

  /** Nothing more comes; what is there can still be taken. */
  end(): void {
    this.#ended = true;
    const waiters = this.#waiters.takeAll();
    for (const { fulfil } of waiters) fulfil(END);
    if (waiters.length > 0) this.#last();
  }

  /** Ends it at once: what is there is dropped. */
  close(): void {
    this.#ready.clear();
    this.#early.clear();
    this.#earlyResults = 0;
    this.end();
  }

  /** Ends it at once: whoever waits gets the error, what is there is dropped. */
  abort(error: unknown): void {
    if (this.#ended && this.size === 0) return;
    this.#ready.clear();
    this.#early.clear();
    this.#earlyResults = 0;
    const failed = this.#failed(error);
    if (this.#waiters.size === 0) this.#ready.push(failed);
    this.#ended = true;
    for (const { reject } of this.#waiters.takeAll()) reject(error);
  }
}
