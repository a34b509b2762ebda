import type { DagError } from '../errors.js';
import type { Future } from '../graph/future.js';
import { abortedError, maxCallsError, runTimeoutError } from './failure.js';
import type { Run } from './run.js';
import { DEFAULT_MAX_CALLS } from './run-options.js';

/** Who ends runs. */
export interface RunEnder {
  /** Ends a run that cannot go on. */
  fail(run: Run, error: unknown): void;
  /** Aborts a run from outside. */
  abort(run: Run, reason: unknown): void;
}

/** Watches signal and timeout of a run; gives false when the run is over before it began. */
export function watchLimits(run: Run, ender: RunEnder): boolean {
  const { signal, timeout } = run.options;
  if (signal?.aborted === true) {
    ender.fail(run, abortedError(signal.reason));
    return false;
  }
  if (signal !== undefined) {
    const abort = (): void => {
      ender.abort(run, signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    run.onEnd(() => {
      signal.removeEventListener('abort', abort);
    });
  }
  if (timeout !== undefined && timeout < 2 ** 31) {
    const timer = setTimeout(() => {
      ender.fail(run, runTimeoutError(timeout));
    }, timeout);
    run.onEnd(() => {
      clearTimeout(timer);
    });
  }
  return true;
}

/** The error of a run that has taken too long, if it has; timers do not tell while bodies run one after the other. */
export function timeError({ options, startedAt }: Run, now: number): DagError | undefined {
  const { timeout } = options;
  return timeout !== undefined && now - startedAt > timeout ? runTimeoutError(timeout) : undefined;
}

/** The error of a run whose bodies made more calls than it allows, if they did; `last` is one of those made last. */
export function callsError({ calls, options }: Run, last: Future): DagError | undefined {
  const maxCalls = options.maxCalls ?? DEFAULT_MAX_CALLS;
  return calls.count > maxCalls ? maxCallsError(maxCalls, last) : undefined;
}
