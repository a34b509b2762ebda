import { DagError } from '../errors.js';
import { isVerbose } from '../graph/graph.js';
import { checkIsOptions, describeOption } from '../graph/options.js';
import { isExecutor } from '../graph/executor.js';
import type { ResolveOptions } from '../graph/run-options.js';
import { isStore } from '../graph/store.js';

/** Calls that the bodies of one run may make unless it says otherwise. */
export const DEFAULT_MAX_CALLS = 5_000_000;

interface Rule {
  readonly expected: string;
  readonly allows: (value: unknown) => boolean;
}

const isCount = (value: unknown): boolean =>
  value === Infinity || (typeof value === 'number' && Number.isInteger(value) && value >= 1);
const flag: Rule = { expected: 'true or false', allows: (value) => typeof value === 'boolean' };
const callback: Rule = { expected: 'a function', allows: (value) => typeof value === 'function' };
const count: Rule = { expected: 'a whole number of at least 1, or Infinity', allows: isCount };

const RULES: { readonly [Name in keyof Required<ResolveOptions>]: Rule } = {
  executor: {
    expected: "'inline' or an executor",
    allows: (value) => value === 'inline' || isExecutor(value),
  },
  store: { expected: 'a store, such as a DiskStore', allows: isStore },
  signal: { expected: 'an AbortSignal', allows: (value) => value instanceof AbortSignal },
  timeout: { expected: 'milliseconds of at least 0', allows: (value) => typeof value === 'number' && value >= 0 },
  settle: flag,
  concurrency: count,
  maxBytes: { expected: 'bytes of at least 0', allows: (value) => typeof value === 'number' && value >= 0 },
  maxCalls: count,
  copy: flag,
  debug: flag,
  verbose: { expected: 'true, false or a logger with log(line)', allows: isVerbose },
  progress: callback,
  onEvent: callback,
};

/**
 * Refuses unknown options of a run and values that are not allowed.
 *
 * @throws DAG_OPTION
 */
export function checkResolveOptions(options: unknown): void {
  checkIsOptions(options, 'resolve()');
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(RULES, name)) {
      throw new DagError('DAG_OPTION', {
        message: `resolve() has no option \`${name}\`.`,
        remedy: `Its options are ${Object.keys(RULES).sort().join(', ')}.`,
      });
    }
    const rule = RULES[name as keyof ResolveOptions]; // hasOwn above has seen that it is one of them
    if (value !== undefined && !rule.allows(value)) {
      throw new DagError('DAG_OPTION', {
        message: `resolve(): \`${name}\` must be ${rule.expected}, got ${describeOption(value)}.`,
      });
    }
  }
}
