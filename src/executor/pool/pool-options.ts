import type { ResourceLimits } from 'node:worker_threads';
import { checkByRules, choiceRule, type OptionRule } from '../../graph/option-rules.js';
import { checkIsOptions } from '../../graph/options.js';
import { os } from './node-modules.js';

/** Options of a {@link WorkerPool}. */
export interface WorkerPoolOptions {
  /** Threads at most; they start when there is work for them. Default: the parallelism available to the process. */
  readonly threads?: number;
  /**
   * Which calls run on the pool, of nodes that leave it open. `'auto'`, the default: those whose bodies take long enough
   * to be worth sending, as measured, and can be sent. `'pool'`: all of them; one that cannot be sent fails.
   */
  readonly placement?: 'auto' | 'pool';
  /** Milliseconds after which a thread without work is ended. Default 30,000; Infinity: never. */
  readonly idleTimeout?: number;
  /** Milliseconds that an aborted body has to come to its end before its thread is ended. Default 500. */
  readonly abortGrace?: number;
  /** Bytes of shared memory above which no further call is sent while others run. Default: no limit. */
  readonly maxBytes?: number;
  /** Limits of each thread's heap and stack, as `node:worker_threads` takes them. */
  readonly resourceLimits?: ResourceLimits;
  /** Environment of the threads. Default: a copy of the process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Options of Node.js for the threads. Default: those of the process, so that loaders such as tsx work there, too. */
  readonly execArgv?: readonly string[];
}

/** What each thread is started with. */
export interface ThreadOptions {
  readonly resourceLimits?: ResourceLimits;
  readonly env?: NodeJS.ProcessEnv;
  readonly execArgv?: string[];
}

/** Most threads of one pool. */
const MOST_THREADS = 1024;

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const duration: OptionRule = {
  expected: 'milliseconds of at least 0, or Infinity',
  allows: (value) => typeof value === 'number' && value >= 0,
};

const RULES: { readonly [Name in keyof Required<WorkerPoolOptions>]: OptionRule } = {
  threads: {
    expected: `a whole number of 1 to ${MOST_THREADS.toString()}`,
    allows: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_THREADS, // isInteger: a number
  },
  placement: choiceRule('auto', 'pool'),
  idleTimeout: duration,
  abortGrace: duration,
  maxBytes: { expected: 'bytes of at least 0', allows: (value) => typeof value === 'number' && value >= 0 },
  resourceLimits: { expected: 'an object', allows: isObject },
  env: { expected: 'an object', allows: isObject },
  execArgv: {
    expected: 'an array of strings',
    allows: (value) => Array.isArray(value) && value.every((argument) => typeof argument === 'string'),
  },
};

/** Options with their defaults filled in. */
export interface PoolSettings {
  readonly threads: number;
  readonly forced: boolean;
  readonly idleTimeout: number;
  readonly abortGrace: number;
  readonly maxBytes: number;
  readonly thread: ThreadOptions;
}

/** Options of Node.js that say what kind of text `--eval` is given: threads are given files, and refuse them. */
const OF_EVAL = /^--input-type\b/;

/** What threads get where the pool does not say; undefined for all that the process was given, which is the rule. */
function inheritedOptions(): readonly string[] | undefined {
  const { execArgv } = process;
  return execArgv.some((option) => OF_EVAL.test(option))
    ? execArgv.filter((option, at) => !OF_EVAL.test(option) && execArgv[at - 1] !== '--input-type')
    : undefined;
}

/** @throws DAG_OPTION */
export function poolSettings(options: WorkerPoolOptions): PoolSettings {
  const given: unknown = options;
  checkIsOptions(given, 'new WorkerPool()');
  checkByRules(options, { subject: 'new WorkerPool()', rules: RULES });
  const { resourceLimits, env } = options;
  const execArgv = options.execArgv ?? inheritedOptions();
  return {
    threads: options.threads ?? os().availableParallelism(),
    forced: options.placement === 'pool',
    idleTimeout: options.idleTimeout ?? 30_000,
    abortGrace: options.abortGrace ?? 500,
    maxBytes: options.maxBytes ?? Infinity,
    thread: {
      ...(resourceLimits === undefined ? {} : { resourceLimits }),
      ...(env === undefined ? {} : { env }),
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    },
  };
}
