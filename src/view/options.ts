import { DagError } from '../errors.js';
import type { GraphDetail } from '../graph/graph-attributes.js';
import { describeOption } from '../graph/options.js';

/** How a picture is drawn. */
export interface ViewOptions {
  /**
   * `'summary'`: every call, those made in bodies inside the call that made them. `'full'`: also the values between
   * them. `'static'`: the calls as they were built. Default `'summary'`.
   */
  readonly detail?: GraphDetail;
  /** Whether arrows lead down (`'TB'`) or to the right (`'LR'`). Default `'TB'`. */
  readonly direction?: 'TB' | 'LR';
  /** More nodes than these are DAG_OPTION: a larger picture takes long and shows little. Default 2,000; minimum 1. */
  readonly maxNodes?: number;
}

const DEFAULT_MAX_NODES = 2000;

const RULES: Readonly<Record<keyof ViewOptions, { expected: string; allows: (value: unknown) => boolean }>> = {
  detail: {
    expected: "'summary', 'full' or 'static'",
    allows: (value) => ['summary', 'full', 'static'].includes(value as string),
  },
  direction: { expected: "'TB' or 'LR'", allows: (value) => value === 'TB' || value === 'LR' },
  maxNodes: {
    expected: 'a whole number of at least 1, or Infinity',
    allows: (value) => value === Infinity || (Number.isInteger(value) && (value as number) >= 1),
  },
};

/** @throws DAG_OPTION; `subject` is the function that was given the options. */
export function checkViewOptions(options: ViewOptions, subject: string): Required<ViewOptions> {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (!Object.hasOwn(RULES, name)) {
      throw new DagError('DAG_OPTION', {
        message: `${subject}() has no option \`${name}\`.`,
        remedy: `Its options are ${Object.keys(RULES).join(', ')}.`,
      });
    }
    const rule = RULES[name as keyof ViewOptions]; // hasOwn above has seen that it is one of them
    if (value !== undefined && !rule.allows(value)) {
      throw new DagError('DAG_OPTION', {
        message: `${subject}(): \`${name}\` must be ${rule.expected}, got ${describeOption(value)}.`,
      });
    }
  }
  return {
    detail: options.detail ?? 'summary',
    direction: options.direction ?? 'TB',
    maxNodes: options.maxNodes ?? DEFAULT_MAX_NODES,
  };
}
