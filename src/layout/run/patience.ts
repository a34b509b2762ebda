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

/** @throws DAG_OPTION */
export function checkStopOptions(options: StopOptions): void {
  const given: unknown = options;
  checkIsOptions(given, 'stop()');
  checkByRules(options, { subject: 'stop()', rules });
}

/** Most milliseconds that a firing has after draining took all the time. */
const LAST = 200;

/** How long the end of a layout may take; it may be told to hurry while it goes on. */
export class Patience {
  #timeout: number;
  #draining: boolean;
  #deadline: number;
  #hurry!: () => void;
  /** Settles when it is not to drain any longer. */
  readonly #hurried: Promise<void>;

  constructor({ drain = true, timeout = 5000 }: StopOptions) {
    this.#timeout = timeout;
    this.#draining = drain;
    this.#deadline = performance.now() + timeout;
    this.#hurried = new Promise((resolve) => {
      this.#hurry = resolve;
    });
    if (!drain) this.#hurry();
  }

  /** Whether what was emitted is still worked on. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Milliseconds that each `stop` of a component may take. */
  get timeout(): number {
    return this.#timeout;
  }

  /** Milliseconds that are left for firings that go on. */
  get left(): number {
    return Math.max(this.#deadline - performance.now(), Math.min(this.#timeout, LAST));
  }

  /** Another `stop`: it may only make the end come sooner. */
  hurry({ drain = true, timeout = 5000 }: StopOptions): void {
    if (drain) return;
    this.#timeout = Math.min(this.#timeout, timeout);
    this.#deadline = Math.min(this.#deadline, performance.now() + timeout);
    this.#draining = false;
    this.#hurry();
  }

  /** Waits for the end of draining, as long as that may take. */
  async drained(promise: Promise<unknown>): Promise<void> {
    await within(this.#deadline - performance.now(), Promise.race([promise, this.#hurried]));
    this.#draining = false;
  }
}
