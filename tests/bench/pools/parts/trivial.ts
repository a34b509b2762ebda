import type { Check } from '../../report/result.js';
import { median, spread } from '../../report/statistics.js';
import { digits } from '../../report/table.js';
import { interleave } from '../interleave.js';
import type { PoolSeries } from '../interleave.js';
import { joblib } from '../joblib.js';
import type { JoblibFigures } from '../joblib.js';
import type { PoolRequest } from '../protocol.js';
import { bestPeer, evennessOf, leastShare, percent, recordOf, timeCells, timeColumns, timeOf } from '../summary.js';
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
  // One thread is no pool, and only many calls can be resolved together.
  const out = request.what === 'burst' ? ['serial'] : ['serial', 'lazydag-single'];
  const entrants = pools.filter((pool) => !out.includes(pool)).map((pool) => ({ label: pool, pool, request }));
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
    records: [
      ...all.map((one) => recordOf(request.what, one)),
      ...(other === undefined ? [] : [{ part: request.what, ...other }]),
    ],
  };
}

/** Demands that every thread took part. A limit is the most that passes, so it is the share of the others that has one. */
export function shareCheck(name: string, series: PoolSeries | undefined): Check {
  return {
    name: `${name}: share of the tasks that lazydag's second thread did not do`,
    measured: series === undefined ? NaN : 1 - evennessOf(series),
    limit: 1 - leastShare,
  };
}

/** Its cells under the columns of the others. */
function joblibRow({ label, times, evenness, note }: JoblibFigures): readonly string[] {
  const time = median(times);
  const rate = digits(Math.round(1_000 / time));
  return [label, rate, digits(time * 1_000), '-', '-', '-', percent(spread(times)), percent(evenness), note];
}
