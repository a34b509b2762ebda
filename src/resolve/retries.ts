import { DagError, describeThrown } from '../errors.js';
import { displayName } from '../graph/dependencies.js';
import { type Future, setState, WAITING } from '../graph/future.js';
import { describeOption } from '../graph/options.js';
import type { Completion } from './completion.js';
import { codedFailure, type Failure } from './failure.js';
import type { Run } from './run.js';
import type { TaskTable } from './task-table.js';

/** The longest time that a timer can be set to: about 25 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Failures that another attempt would only repeat. */
const FINAL: ReadonlySet<string> = new Set(['DAG_DONATE', 'DAG_OUTPUTS', 'DAG_ASYNC_NODE']);

/** What failed. */
export interface FailedAttempt {
  readonly task: number;
  readonly future: Future;
  readonly run: Run;
  readonly failure: Failure;
  /** No other attempt is made, whatever the node allows. */
  readonly final?: boolean | undefined;
}

/** Calls whose attempts failed, and that are tried again or not. */
export class Retries {
  readonly #table: TaskTable;
  readonly #completion: Completion;
  readonly #wake: (run: Run) => void;
  /** Attempts that failed so far, of calls that are tried again. */
  readonly #failures = new Map<Future, number>();
  /** Waits before another attempt. */
  readonly #delays = new Map<number, NodeJS.Timeout>();

  constructor(table: TaskTable, completion: Completion, wake: (run: Run) => void) {
    this.#table = table;
    this.#completion = completion;
    this.#wake = wake;
  }

  /** How many calls wait for another attempt. */
  get waiting(): number {
    return this.#delays.size;
  }

  /** The first call that waits for another attempt. */
  firstWaiting(): Future | undefined {
    for (const task of this.#delays.keys()) return this.#table.futureOf(task);
    return undefined;
  }

  /** Which attempt of the call the next one is, from 1. */
  attemptOf(future: Future): number {
    return this.#failures.size === 0 ? 1 : (this.#failures.get(future) ?? 0) + 1;
  }

  /** Forgets the attempts of a call that has its value, or is not tried again: a later run counts anew. */
  forget(future: Future): void {
    if (this.#failures.size > 0) this.#failures.delete(future);
  }

  /** The call is not wanted any more. */
  stop(task: number, future: Future): void {
    this.forget(future);
    clearTimeout(this.#delays.get(task));
    this.#delays.delete(task);
  }

  /** An attempt failed: tries again if the node allows it, else the call fails. */
  failed({ task, future, run, failure, final }: FailedAttempt): void {
    const { retries = 0 } = future._spec.options;
    const failures = this.attemptOf(future);
    if (failures > retries || final === true || FINAL.has(failure.code)) {
      this.forget(future);
      this.#completion.fail(task, failure);
      return;
    }
    this.#failures.set(future, failures);
    run.observer?.retried(future, failures, failure.hasCause ? failure.cause : new DagError(failure.code, failure));
    let delay: number;
    try {
      delay = delayOf(future, failures);
    } catch (error) {
      this.forget(future);
      this.#completion.fail(task, codedFailure(error as DagError)); // delayOf throws nothing else
      return;
    }
    setState(future, WAITING);
    if (delay === 0 || run.sync) {
      this.#table.scheduler.requeue(task);
      this.#wake(run);
      return;
    }
    this.#delays.set(
      task,
      setTimeout(() => {
        this.#delays.delete(task);
        this.#table.scheduler.requeue(task);
        this.#wake(run);
      }, delay),
    );
  }
}

/**
 * Milliseconds to wait after the failure of attempt number `failures`.
 *
 * @throws DAG_OPTION when the node's own function throws, or gives something else.
 */
function delayOf(future: Future, failures: number): number {
  const { retryDelay = 0 } = future._spec.options;
  if (typeof retryDelay === 'number') return Math.min(retryDelay, LONGEST_TIMER);
  let given: unknown;
  try {
    given = retryDelay(failures);
  } catch (cause) {
    throw new DagError('DAG_OPTION', {
      message: `\`retryDelay\` of ${displayName(future)} must give milliseconds of at least 0, but failed: ${describeThrown(cause)}.`,
      cause,
    });
  }
  if (typeof given === 'number' && given >= 0) return Math.min(given, LONGEST_TIMER);
  throw new DagError('DAG_OPTION', {
    message: `\`retryDelay\` of ${displayName(future)} must give milliseconds of at least 0, got ${describeOption(given)}.`,
  });
}
