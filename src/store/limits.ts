import type { OptionRules } from '../graph/option-rules.js';

/** What a store may hold. */
export interface StoreLimits {
  /**
   * Bytes of values, as stored, and of what is known of each: when there are more, what is worth least is taken out. What is
   * known of evicted results is not counted: of the last 10,000, and 4 MiB of it at most. Default unlimited.
   */
  readonly maxBytes?: number;
  /** Milliseconds since an entry was made, after which it is taken out. Default unlimited. */
  readonly maxAge?: number;
}

const atLeastZero = (given: unknown): boolean => typeof given === 'number' && given >= 0;

export const LIMIT_RULES: OptionRules<StoreLimits> = {
  maxBytes: { expected: 'bytes of at least 0', allows: atLeastZero },
  maxAge: { expected: 'milliseconds of at least 0, or Infinity', allows: atLeastZero },
};
