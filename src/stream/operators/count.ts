import { DagError } from '../../errors.js';
import { describeOption } from '../../graph/options.js';

/** A number that an operator was given, checked. @throws DAG_OPTION unless it is a whole number of at least 1. */
export function countOption(value: unknown, subject: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number; // isSafeInteger: a number
  throw new DagError('DAG_OPTION', {
    message: `${subject} must be a whole number of at least 1, got ${describeOption(value)}.`,
  });
}
