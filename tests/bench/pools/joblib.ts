import { runPython } from '../python/run-python.js';
import type { PoolEffort } from './interleave.js';

/** What joblib is asked; it has no fan-out, and its bodies of plain computation are another language's. */
export type JoblibRequest =
  | { readonly what: 'burst' | 'single' | 'fan-out'; readonly count: number }
  | { readonly what: 'payload'; readonly bytes: number }
  | { readonly what: 'start' };

interface JoblibTimes {
  /** Milliseconds per operation, one per turn. */
  readonly times: readonly number[];
  /** Share of the tasks that the second busiest process did; null when nobody counted. */
  readonly share: number | null;
}

/** Figures of joblib: processes in two languages cannot take turns, so that it has no ratios. NaN where there is none. */
export interface JoblibFigures {
  readonly label: 'joblib';
  readonly request: JoblibRequest;
  /** Milliseconds of one operation, one per turn. */
  readonly times: readonly number[];
  /** Share of the tasks that the second busiest process did. */
  readonly evenness: number;
  /** Why there are no times. */
  readonly note: string;
}

/** Measures joblib, or says why not. */
export async function joblib(
  request: JoblibRequest,
  { python, effort: { rounds, turn, limit } }: { readonly python: string | undefined; readonly effort: PoolEffort },
): Promise<JoblibFigures> {
  const outcome = await runPython<JoblibTimes>('joblib_times.py', { ...request, rounds, turn }, { python, limit });
  const { times, share } = outcome.ok ? outcome.value : { times: [], share: null };
  return { label: 'joblib', request, times, evenness: share ?? NaN, note: outcome.ok ? '' : outcome.reason };
}
