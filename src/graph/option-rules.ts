import { DagError } from '../errors.js';
import { describeOption } from './options.js';

/** What an option may be. */
export interface OptionRule {
  /** As errors say it, after "must be". */
  readonly expected: string;
  readonly allows: (value: unknown) => boolean;
}

/** A rule for each option of `Options`. */
export type OptionRules<Options> = { readonly [Name in keyof Required<Options>]: OptionRule };

/** What {@link checkByRules} checks options against. */
export interface RuleCheck<Options> {
  /** The function that was given the options, as errors call it. */
  readonly subject: string;
  readonly rules: OptionRules<Options>;
}

/** A whole number of at least `minimum`, or Infinity. */
export function countRule(minimum: number): OptionRule {
  return {
    expected: `a whole number of at least ${minimum.toString()}, or Infinity`,
    allows: (value) => value === Infinity || (Number.isInteger(value) && (value as number) >= minimum), // isInteger: a number
  };
}

/** One of several values. */
export function choiceRule(...choices: readonly string[]): OptionRule {
  const quoted = choices.map((choice) => `'${choice}'`);
  return {
    expected: `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}`,
    allows: (value) => typeof value === 'string' && choices.includes(value),
  };
}

/**
 * Refuses options without a rule and values that their rule does not allow; undefined stands for the default.
 *
 * @throws DAG_OPTION
 */
export function checkByRules<Options extends object>(options: Options, { subject, rules }: RuleCheck<Options>): void {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (!Object.hasOwn(rules, name)) {
      throw new DagError('DAG_OPTION', {
        message: `${subject} has no option \`${name}\`.`,
        remedy: `Its options are ${Object.keys(rules).sort().join(', ')}.`,
      });
    }
    const rule = rules[name as keyof Options]; // hasOwn above has seen that it is one of them
    if (value !== undefined && !rule.allows(value)) {
      throw new DagError('DAG_OPTION', {
        message: `${subject}: \`${name}\` must be ${rule.expected}, got ${describeOption(value)}.`,
      });
    }
  }
}
