import type { ResourceLimits } from 'node:worker_threads';
import type { OptionRules } from '../../graph/option-rules.js';

/** Options of a context. */
export interface ContextOptions {
  /** Default: `context 1` and so on. */
  readonly name?: string;
  /** Its components run on the thread of the caller, and may be given functions. Default false: a thread of its own. */
  readonly inline?: boolean;
  /** Limits of the thread's heap and stack, as `node:worker_threads` takes them. */
  readonly resourceLimits?: ResourceLimits;
  /** Environment of the thread. Default: a copy of the process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Options of Node.js for the thread. Default: those of the process. */
  readonly execArgv?: readonly string[];
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Rules for {@link ContextOptions}. */
export const contextRules: OptionRules<ContextOptions> = {
  name: { expected: 'a text that is not empty', allows: (value) => typeof value === 'string' && value !== '' },
  inline: { expected: 'true or false', allows: (value) => typeof value === 'boolean' },
  resourceLimits: { expected: 'an object', allows: isObject },
  env: { expected: 'an object', allows: isObject },
  execArgv: { expected: 'an array of texts', allows: Array.isArray },
};

/** Where components run: a thread, or that of the caller. Made by `context()` of a layout. */
export class Context {
  constructor(
    readonly name: string,
    readonly options: ContextOptions,
  ) {}
}
