import type { RunListener } from './events.js';
import type { Executor } from './executor.js';
import type { Logger } from './logger.js';
import type { Store } from './store.js';

/** How far a run has come. */
export interface Progress {
  /** Calls finished so far in this run. */
  readonly finished: number;
  /** Calls known to be needed so far; grows while bodies make calls. */
  readonly known: number;
}

/** Options of one run. */
export interface ResolveOptions {
  /** Where bodies run whose node leaves the choice to the run. Default `'inline'`: on the calling thread. */
  readonly executor?: 'inline' | Executor;
  /**
   * Where results of calls with `persist: 'disk'` are looked for, and kept. Default: the store of the first target's Graph,
   * or of the run whose body resolves; else none. The promise settles when all that is to be kept has been.
   */
  readonly store?: Store;
  /** Aborts the run: it rejects with DAG_ABORTED, whose cause is the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which the run rejects with DAG_RUN_TIMEOUT. Default: no limit. */
  readonly timeout?: number;
  /** Finish every target and give `PromiseSettledResult`s in place of values. Default false. */
  readonly settle?: boolean;
  /** At most so many bodies run at once. Default: no limit; minimum 1. */
  readonly concurrency?: number;
  /** Bytes of live values above which no further body starts while others run. Default: no limit. */
  readonly maxBytes?: number;
  /** Calls that bodies may make in this run. Default 5,000,000. */
  readonly maxCalls?: number;
  /** Results in ordinary ArrayBuffers instead of shared memory. Default false. */
  readonly copy?: boolean;
  /** Find bodies that write into their inputs, poison released memory, remember call sites. Slow. Default false. */
  readonly debug?: boolean;
  /** Tell what happens, line by line; `true` writes to the console. Default false. */
  readonly verbose?: boolean | Logger;
  /** Is called with the progress at most every 100 ms and at the end. */
  readonly progress?: (progress: Progress) => void;
  /** Is called with every event of the run. */
  readonly onEvent?: RunListener;
}
