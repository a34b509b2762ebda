import { DagError } from '../errors.js';
import type { OutputsOption } from './types.js';

/** Where a body runs; `'auto'` leaves the choice to the run's executor. */
export type Placement = 'inline' | 'pool' | 'remote' | 'auto';

/** How a call is drawn by `lazydag/view`. */
export interface NodeStyle {
  /** Text of the box. Default: the node's name. */
  readonly label?: string;
  /** Graphviz shape. Default `'box'`. */
  readonly shape?: string;
  /** Fill colour: a Graphviz colour name or `#rrggbb`. */
  readonly color?: string;
  /** Calls of equal rank are drawn side by side; lower ranks come first. */
  readonly rank?: number;
  /** Points. Default 12. */
  readonly fontsize?: number;
}

/** An estimate: a number, or a function of the call's arguments (Futures among them as Futures). */
export type Estimate = number | ((...args: never[]) => number);

/** What may be set for one call site by `.with(options)` as well as for a whole node. */
export interface CallOptions {
  /** Keep the result in memory after the run; `'disk'`: in the run's store too. Default false. */
  readonly persist?: boolean | 'disk';
  /** Identical calls within one Graph are one Future. No effect outside a Graph, nor with `effect`. Default false. */
  readonly memo?: boolean;
  /** Where the body runs. Default `'auto'`. */
  readonly executor?: Placement;
  /** Estimated run time in milliseconds. Default: the mean of the runs seen so far. */
  readonly cost?: Estimate;
  /** Estimated bytes of the result. Default: the mean of the results seen so far. */
  readonly bytes?: Estimate;
  /** At most so many calls of this node run at once. Default: no limit; minimum 1. */
  readonly concurrency?: number;
  /** Which of several equally urgent calls runs first: the higher. Default 0. */
  readonly priority?: number;
  /** How often a failed call is tried again. Default 0. */
  readonly retries?: number;
  /** Milliseconds to wait before an attempt; a function gets the number of the failed attempt, from 1. Default 0. */
  readonly retryDelay?: number | ((attempt: number) => number);
  /** Milliseconds that one attempt may take. Default: no limit. */
  readonly timeout?: number;
  /** Positions of arguments whose buffers the body may overwrite. Default none. */
  readonly donate?: readonly number[];
  /** The call runs when its parent's body ran, even if nobody uses its Future. Default false. */
  readonly effect?: boolean;
  /** How the call is drawn. */
  readonly style?: NodeStyle;
  /** Adds to what identifies a stored result; gets the call's arguments. For stores; a run without one ignores it. */
  readonly key?: (...args: never[]) => unknown;
  /** Parameters that do not identify a stored result, by name. For stores; a run without one ignores it. */
  readonly ignore?: readonly string[];
  /** What of the source identifies a stored result. For stores; a run without one ignores it. */
  readonly source?: 'function' | 'module' | 'imports' | 'none';
  /** Clones of the node in a pipeline. For streams; a single run ignores it. */
  readonly replicas?: number;
}

/** Options of a node. */
export interface NodeOptions<Outputs extends OutputsOption = OutputsOption> extends CallOptions {
  /** Name within the module. Default: the function's name, else `file:line:column` of its definition. */
  readonly name?: string;
  /** Part of the node's identity; change it when the meaning of the results changes. */
  readonly version?: string;
  /** URL of the defining module (`import.meta.url`). Default: where `node()` was called. */
  readonly module?: string;
  /** The call returns a tuple (a number) or a record (names) with a Future per output. */
  readonly outputs?: Outputs;
  /** Check arguments and edges against `design:paramtypes` and `design:returntype` when a call is made. Default false. */
  readonly checked?: boolean;
}

const NODE_ONLY = new Set(['name', 'version', 'module', 'outputs', 'checked']);
const SOURCES: readonly string[] = ['function', 'module', 'imports', 'none'];
const PLACEMENTS: readonly string[] = ['inline', 'pool', 'remote', 'auto'];

interface Rule {
  readonly expected: string;
  readonly allows: (value: unknown) => boolean;
}

const isCount =
  (minimum: number) =>
  (value: unknown): boolean =>
    typeof value === 'number' && Number.isInteger(value) && value >= minimum;
const isDuration = (value: unknown): boolean => typeof value === 'number' && value >= 0;
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isFinite = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isEstimate = (value: unknown): boolean =>
  typeof value === 'function' || (isFinite(value) && (value as number) >= 0); // isFinite has seen that it is a number

const flag: Rule = { expected: 'true or false', allows: isFlag };
const text: Rule = { expected: 'a text that is not empty', allows: isText };
const estimate: Rule = { expected: 'a number of at least 0, or a function of the arguments', allows: isEstimate };

const RULES: { readonly [Name in keyof Required<NodeOptions>]: Rule } = {
  name: text,
  version: text,
  module: text,
  outputs: {
    expected: 'a whole number of at least 1, or an array of distinct names',
    allows: (value) =>
      isCount(1)(value) ||
      (Array.isArray(value) && value.length > 0 && value.every(isText) && new Set(value).size === value.length),
  },
  checked: flag,
  persist: { expected: "true, false or 'disk'", allows: (value) => isFlag(value) || value === 'disk' },
  memo: flag,
  executor: {
    expected: "'inline', 'pool', 'remote' or 'auto'",
    allows: (value) => typeof value === 'string' && PLACEMENTS.includes(value),
  },
  cost: estimate,
  bytes: estimate,
  concurrency: {
    expected: 'a whole number of at least 1, or Infinity',
    allows: (value) => isCount(1)(value) || value === Infinity,
  },
  priority: { expected: 'a finite number', allows: isFinite },
  retries: {
    expected: 'a whole number of at least 0, or Infinity',
    allows: (value) => isCount(0)(value) || value === Infinity,
  },
  retryDelay: {
    expected: 'milliseconds of at least 0, or a function of the attempt',
    allows: (value) => isDuration(value) || typeof value === 'function',
  },
  timeout: { expected: 'milliseconds of at least 0', allows: isDuration },
  donate: {
    expected: 'an array of argument positions',
    allows: (value) => Array.isArray(value) && value.every(isCount(0)),
  },
  effect: flag,
  key: { expected: 'a function of the arguments', allows: (value) => typeof value === 'function' },
  ignore: { expected: 'an array of parameter names', allows: (value) => Array.isArray(value) && value.every(isText) },
  source: {
    expected: "'function', 'module', 'imports' or 'none'",
    allows: (value) => typeof value === 'string' && SOURCES.includes(value),
  },
  replicas: { expected: 'a whole number of at least 1', allows: isCount(1) },
  style: { expected: 'an object', allows: (value) => typeof value === 'object' && value !== null },
};

/** What {@link checkOptions} is told besides the options. */
export interface OptionCheck {
  /** Whom the options are for, as errors call it. */
  readonly subject: string;
  /** True for `.with()`, which takes no options of a node's identity. */
  readonly callOnly: boolean;
}

/**
 * Refuses unknown options and values that are not allowed.
 *
 * @throws DAG_OPTION naming the option, what was expected and what was got.
 */
export function checkOptions(options: unknown, { subject, callOnly }: OptionCheck): void {
  checkIsOptions(options, subject);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(RULES, name)) {
      throw new DagError('DAG_OPTION', {
        message: `${subject} has no option \`${name}\`.`,
        remedy: `Its options are ${Object.keys(RULES)
          .filter((known) => !callOnly || !NODE_ONLY.has(known))
          .join(', ')}.`,
      });
    }
    if (callOnly && NODE_ONLY.has(name)) {
      throw new DagError('DAG_OPTION', {
        message: `${subject}: \`${name}\` cannot be changed for one call site.`,
        remedy: 'Give it to node() where the node is defined.',
      });
    }
    const rule = RULES[name as keyof NodeOptions]; // hasOwn above has seen that it is one of them
    if (value !== undefined && !rule.allows(value)) {
      throw new DagError('DAG_OPTION', {
        message: `${subject}: \`${name}\` must be ${rule.expected}, got ${describeOption(value)}.`,
      });
    }
  }
}

/**
 * Refuses what cannot be options at all.
 *
 * @throws DAG_OPTION
 */
export function checkIsOptions(
  options: unknown,
  subject: string,
): asserts options is Readonly<Record<string, unknown>> {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw new DagError('DAG_OPTION', {
    message: `${subject} takes its options in an object, got ${describeOption(options)}.`,
  });
}

/** An option's value in short. */
export function describeOption(value: unknown): string {
  if (Array.isArray(value))
    return `[${value.map((element) => (Array.isArray(element) ? 'an array' : describeOption(element))).join(', ')}]`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'function') return 'a function';
  return String(value);
}
