import type { Check } from '../../report/result.js';
import { median, spread } from '../../report/statistics.js';
import { digits } from '../../report/table.js';
import { interleave } from '../interleave.js';
import type { PoolSeries } from '../interleave.js';
import { joblib } from '../joblib.js';
import type { JoblibFigures } from '../joblib.js';
import type { PoolRequest } from '../protocol.js';
import { bestPeer, evennessOf, leastShare, percent, timeCells, timeColumns, timeOf } from '../summary.js';
import type { PartOptions, PartResult } from './part.js';

/** A part whose tasks do nothing, so that only the pools are measured. */
export interface TrivialPart extends PartOptions {
  readonly title: string;
  readonly request: Extract<PoolRequest, { readonly count: number; readonly what: 'burst' | 'single' | 'fan-out' }>;
  readonly notes?: readonly string[];
  /** Whether joblib can do it too. */
  readonly withJoblib: boolean;
  check(series: TrivialSeries): readonly Check[];
}

/** The series that limits are about. */
export interface TrivialSeries {
  readonly all: readonly PoolSeries[];
  readonly best: PoolSeries | undefined;
  of(pool: PoolSeries['pool']): PoolSeries | undefined;
}

/** Measures one request on every pool. */
export async function measureTrivial(part: TrivialPart): Promise<PartResult> {
  const { request, pools, effort, python, title, notes = [] } = part;
  part.progress(request.what);
  const entrants = pools.filter((pool) => pool !== 'serial').map((pool) => ({ label: pool, pool, request }));
  const all = await interleave(entrants, effort);
  const best = bestPeer(all);
  const other = part.withJoblib ? await joblib(request, { python, effort }) : undefined;
  const series: TrivialSeries = { all, best, of: (pool) => all.find((one) => one.pool === pool) };
  const count = request.count.toLocaleString('en-US');
  return {
    tables: [
      {
        title: `${title}, ${count} tasks, median of ${effort.rounds} turns`,
        columns: ['contender', 'tasks/s', ...timeColumns, ''],
        rows: [
          ...all.map((one) => [
            one.label,
            digits(Math.round(1_000 / timeOf(one))),
            ...timeCells(one, best),
            one.failure ?? (request.what !== 'single' && evennessOf(one) < leastShare ? 'uneven' : ''),
          ]),
          ...(other === undefined ? [] : [joblibRow(other)]),
        ],
        notes: [`best peer: ${best?.label ?? 'none'}`, ...notes],
      },
    ],
    // Nothing is demanded of a pool that was not asked to take part.
    checks: pools.includes('lazydag') ? part.check(series) : [],
    records: [...all, ...(other === undefined ? [] : [other])].map((record) => ({
      part: request.what,
      ...record,
    })),
  };
}

/** Its cells under the columns of the others. */
function joblibRow({ label, times, evenness, note }: JoblibFigures): readonly string[] {
  const time = median(times);
  const rate = digits(Math.round(1_000 / time));
  return [label, rate, digits(time * 1_000), '-', '-', '-', percent(spread(times)), percent(evenness), note];
}
