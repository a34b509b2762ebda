import { checkByRules, type RuleCheck } from '../../graph/option-rules.js';
import { checkIsOptions } from '../../graph/options.js';

/** Refuses what are no options, or not those of `rules`. @throws DAG_OPTION */
export function checkOptionsOf<Options extends object>(options: Options, check: RuleCheck<Options>): void {
  const given: unknown = options;
  checkIsOptions(given, check.subject);
  checkByRules(options, check);
}

/** Rule for a time that may be none. */
export const milliseconds = {
  expected: 'milliseconds of at least 0',
  allows: (value: unknown): boolean => typeof value === 'number' && value >= 0 && value < Infinity,
};

/** Rule for any number. */
export const finite = {
  expected: 'a finite number',
  allows: (value: unknown): boolean => Number.isFinite(value),
};

/** Rule for a number above 0. */
export const positive = {
  expected: 'a finite number above 0',
  allows: (value: unknown): boolean => Number.isFinite(value) && Number(value) > 0,
};

/** Rule for a function or a node. */
export const callable = {
  expected: 'a function or a node',
  allows: (value: unknown): boolean => typeof value === 'function',
};
