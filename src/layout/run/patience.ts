import { checkByRules, type OptionRules } from '../../graph/option-rules.js';
import { checkIsOptions } from '../../graph/options.js';
import { within } from './within.js';

/** How a layout ends. */
export interface StopOptions {
  /** Whether what was emitted is still worked on. Default true; otherwise components end after their present firing. */
  readonly drain?: boolean;
  /**
   * Milliseconds that draining and firings that go on may take together, and then each `stop` of a component: who takes
   * longer is not waited for, and threads that do not answer are ended. Default 5,000; Infinity waits for ever.
   */
  readonly timeout?: number;
}

const rules: OptionRules<StopOptions> = {
  drain: { expected: 'true or false', allows: (value) => typeof value === 'boolean' },
  timeout: {
    expected: 'milliseconds of at least 0, or Infinity',
    allows: (value) => typeof value === 'number' && value >= 0,
  },
};

/** What a `stop()` asks for. @throws DAG_OPTION */
export function stopOptions(options: StopOptions): Required<StopOptions> {
  const given: unknown = options;
  checkIsOptions(given, 'stop()');
  checkByRules(options, { subject: 'stop()', rules });
  const { drain = true, timeout = TIMEOUT } = options;
  return { drain, timeout };
}

/** Milliseconds, where nobody says how many. */
const TIMEOUT = 5000;

/** Most milliseconds that a firing has after draining took all the time. */
const LAST = 200;

/** How long the end of a layout may take; it may be told otherwise while it goes on. */
export class Patience {
  #timeout: number;
  /** A `stop()` has said how long. */
  #timed: boolean;
  #draining: boolean;
  #deadline: number;
  /** When it was told last. */
  #toldAt = performance.now();
  #hurry!: () => void;
  /** Settles when it is not to drain any longer. */
  readonly #hurried: Promise<void>;
  #tell!: () => void;
  /** Settles when it is told otherwise. */
  #told!: Promise<void>;

  /** @param options of the `stop()` that the end begins by; without `timeout` where it begins by something else. */
  constructor({ drain = true, timeout }: StopOptions) {
    this.#timeout = timeout ?? TIMEOUT;
    this.#timed = timeout !== undefined;
    this.#draining = drain;
    this.#deadline = this.#toldAt + this.#timeout;
    this.#hurried = new Promise((resolve) => {
      this.#hurry = resolve;
    });
    if (!drain) this.#hurry();
    this.#listen();
  }

  /** Whether what was emitted is still worked on. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Milliseconds that each `stop` of a component may take. */
  get timeout(): number {
    return this.#timeout;
  }

  /** Another `stop`: the first that says how long is heeded, and later ones only make the end come sooner. */
  hurry({ drain = true, timeout }: StopOptions): void {
    const now = performance.now();
    const first = timeout !== undefined && !this.#timed;
    if (!first && drain) return;
    const most = timeout ?? TIMEOUT;
    this.#timed ||= first;
    this.#timeout = first ? most : Math.min(this.#timeout, most);
    this.#deadline = first ? now + most : Math.min(this.#deadline, now + most);
    this.#toldAt = now;
    if (!drain) {
      this.#draining = false;
      this.#hurry();
    }
    const tell = this.#tell;
    this.#listen();
    tell();
  }

  /** Waits for the end of draining; false when that takes too long. */
  async drained(promise: Promise<unknown>): Promise<boolean> {
    const inTime = await this.#before(() => this.#deadline, Promise.race([promise, this.#hurried]));
    this.#draining = false;
    return inTime;
  }

  /** Waits for firings that go on; false when they take too long. */
  fired(promise: Promise<unknown>): Promise<boolean> {
    const from = performance.now();
    return this.#before(() => Math.max(this.#deadline, from + Math.min(this.#timeout, LAST)), promise);
  }

  /** Waits for something that has all the time for itself; false when it takes too long. @throws what it rejects with */
  stopped(promise: Promise<unknown>): Promise<boolean> {
    const from = performance.now();
    return this.#before(() => Math.max(from, this.#toldAt) + this.#timeout, promise);
  }

  #listen(): void {
    this.#told = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  /** Whether something settles before a time that may change. */
  async #before(limit: () => number, promise: Promise<unknown>): Promise<boolean> {
    let settled = false;
    const settles = promise.then(() => {
      settled = true;
    });
    const isSettled = (): boolean => settled;
    do await within(limit() - performance.now(), Promise.race([settles, this.#told]));
    while (!isSettled() && performance.now() < limit());
    return isSettled();
  }
}
