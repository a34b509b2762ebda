import { DagError } from '../../errors.js';
import { describeOption } from '../../graph/options.js';
import type { Verdict } from './failures.js';
import type { ItemError } from './item-error.js';
import type { ErrorPolicy } from './run-options.js';

/** What becomes of an item that failed. @throws DAG_OPTION when `onError` gives anything else; what it throws. */
export function verdictOn(
  error: ItemError,
  { onError = 'stop', pipeline }: { readonly onError: ErrorPolicy | undefined; readonly pipeline: string },
): Verdict {
  if (typeof onError !== 'function') return onError;
  const verdict: unknown = onError(error, error.item) ?? 'skip';
  if (verdict === 'stop' || verdict === 'skip') return verdict;
  throw new DagError('DAG_OPTION', {
    message: `onError of ${pipeline} must give 'stop', 'skip' or undefined, got ${describeOption(verdict)}.`,
    cause: error,
  });
}
