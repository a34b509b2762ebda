import { DagError } from '../../errors.js';
import { scopes } from '../../graph/scope.js';
import type { Callers } from './callers.js';
import type { Intake } from './intake.js';
import type { Lifetime } from './lifetime.js';
import type { Outlet } from './outlet.js';
import type { ProgressTeller } from './progress.js';
import type { Runner } from './runner.js';
import type { Standstill } from './standstill.js';

/** What comes to its end with a run. */
export interface EndingParts {
  readonly pipeline: string;
  readonly life: Lifetime;
  readonly runner: Runner;
  readonly outlet: Outlet<unknown>;
  readonly intake: Intake | undefined;
  readonly callers: Callers;
  readonly standstill: Standstill;
}

/** Ends a run, once: by its consumer, by a signal, or behind an error. */
export class Ending {
  readonly #parts: EndingParts;
  /** Takes the listener from the signal. */
  #unwatch: (() => void) | undefined;
  #closing: Promise<void> = Promise.resolve();
  /** Those who wait for the end of what is under way. */
  readonly #waiting: (() => void)[] = [];
  /** Is told of the end. */
  progress: ProgressTeller | undefined;

  constructor(parts: EndingParts) {
    this.#parts = parts;
  }

  /** From now on the run has to be ended; a signal does that. */
  open(signal: AbortSignal | undefined): void {
    scopes.enter();
    if (signal === undefined) return;
    const abort = (): void => {
      const error = new DagError('DAG_ABORTED', {
        message: `The run of ${this.#parts.pipeline} was aborted.`,
        cause: signal.reason,
      });
      this.#parts.outlet.abort(error);
      this.shutQuietly(error);
    };
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    this.#unwatch = () => {
      signal.removeEventListener('abort', abort);
    };
  }

  /** After an error nothing is kept open for a snapshot; otherwise the run ends when its consumer sees the end. */
  see(): void {
    const { outlet, life, runner } = this.#parts;
    if (!outlet.ended) return;
    life.stop();
    this.#tellEnded();
    if (runner.stopping) this.shutQuietly();
  }

  /** Settles when no other result comes. */
  async ended(): Promise<void> {
    const { outlet, life } = this.#parts;
    if (outlet.ended || life.over) return;
    await new Promise<void>((told) => {
      this.#waiting.push(told);
    });
  }

  #tellEnded(): void {
    for (const told of this.#waiting.splice(0)) told();
  }

  /** Like {@link shut}, where nobody waits for it: what a source throws when it is let go is told to those who close. */
  shutQuietly(reason?: Error): void {
    this.shut(reason).catch(() => undefined);
  }

  /** Ends everything, once. Settles when the sources are closed. */
  async shut(reason?: Error): Promise<void> {
    const { life, runner, outlet, intake, callers, standstill } = this.#parts;
    if (life.over) {
      await this.#closing;
      return;
    }
    life.end();
    scopes.leave();
    this.#unwatch?.();
    const error = reason ?? life.error('It was closed');
    runner.close(error);
    callers.end(error);
    if (!outlet.ended) outlet.close();
    this.progress?.end(outlet.taken);
    standstill.end();
    this.#tellEnded();
    this.#closing = intake?.close() ?? Promise.resolve();
    await this.#closing;
  }
}
