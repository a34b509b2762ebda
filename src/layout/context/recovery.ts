import { Backoff } from './backoff.js';
import type { Counters } from './counters.js';
import type { Instance } from './instance.js';
import type { BuildRequest, ContextEvent } from './messages.js';

/** What is needed to recover. */
export interface RecoveryParts {
  readonly request: BuildRequest;
  readonly instance: Instance;
  readonly counters: Counters;
  /** That of the component. */
  readonly signal: AbortSignal;
  readonly report: (event: ContextEvent) => void;
}

/** Failures of a component: tells of them, and makes the component anew where that is asked for. */
export class Recovery {
  readonly #parts: RecoveryParts;
  readonly #backoff = new Backoff();

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
  }

  /** Whether it was no failure: a body ended something because it was told to. */
  gaveUp(error: unknown): boolean {
    return this.#parts.signal.aborted && isAbortError(error);
  }

  /** Tells of a failure that it does not survive. */
  failed(error: unknown): void {
    this.#parts.report({ type: 'failed', component: this.#parts.request.component, error });
  }

  /** Tells of a failure that it survives. */
  survived(error: unknown, how: 'restart' | 'skip'): void {
    this.#parts.report({ type: 'survived', component: this.#parts.request.component, error, how });
  }

  /**
   * Makes the component anew, with the parameters that it had; after a failure at once it waits before that.
   *
   * @param isNeeded whether that is worth while, asked before and after the wait.
   * @throws what `stop`, the constructor and `start` throw
   */
  async renew(isNeeded: () => boolean): Promise<void> {
    const renewed = await this.#parts.instance.renew(async () => {
      if (!isNeeded()) return false;
      await this.#backoff.wait();
      return isNeeded();
    });
    if (renewed) this.#parts.counters.restarted();
  }

  /** Lets some time pass where it failed before, and has not succeeded since. */
  pause(): Promise<void> {
    return this.#backoff.wait();
  }

  /** A firing has succeeded. */
  reset(): void {
    this.#backoff.reset();
  }

  /** Waits no longer: the component is to end. */
  cancel(): void {
    this.#backoff.cancel();
  }
}

/** Whether a body gave up because its signal was aborted, as all do that hand it on to what they wait for. */
function isAbortError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
}
