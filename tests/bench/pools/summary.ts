import { median, quantile, spread } from '../report/statistics.js';
import { digits, times } from '../report/table.js';
import type { PoolSeries } from './interleave.js';
import { isPeerPool } from './names.js';
import type { PartName } from './parts/part.js';
import type { PoolTurn } from './protocol.js';

/** Below this share of the tasks a thread has not really taken part. */
export const leastShare = 0.3;

/** Milliseconds of one operation in the middle turn. */
export function timeOf({ turns }: PoolSeries): number {
  return median(turns.map((turn) => turn.perOperation));
}

/** Milliseconds of processor time, of all threads, of one operation in the middle turn. */
export function cpuOf({ turns }: PoolSeries): number {
  return median(turns.map(cpuOfTurn));
}

/** How many times as long `series` took as `reference`: median of the ratios of neighbouring turns; NaN when one has none. */
export function timesOf(series: PoolSeries | undefined, reference: PoolSeries | undefined): number {
  return ratio(series, reference, (turn) => turn.perOperation);
}

/** The same ratio of processor time, which other processes on the machine do not change. */
export function cpuTimesOf(series: PoolSeries | undefined, reference: PoolSeries | undefined): number {
  return ratio(series, reference, cpuOfTurn);
}

/**
 * How many times as long `series` took as `reference` in the quieter turns, by lower quartiles: for work of a fixed
 * length, to which other processes on the machine can only add.
 */
export function quietTimesOf(series: PoolSeries | undefined, reference: PoolSeries | undefined): number {
  return quietTimeOf(series) / quietTimeOf(reference);
}

function quietTimeOf(series: PoolSeries | undefined): number {
  return quantile(series?.turns.map((turn) => turn.perOperation) ?? [], 0.25);
}

/** The peer whose operations take the least time; undefined when none could be measured. */
export function bestPeer(all: readonly PoolSeries[]): PoolSeries | undefined {
  return all
    .filter(({ pool, turns }) => isPeerPool(pool) && turns.length > 0)
    .reduce<PoolSeries | undefined>(
      (best, series) => (best === undefined || timeOf(series) < timeOf(best) ? series : best),
      undefined,
    );
}

/** Share of the tasks that the second busiest worker thread did: a half when two share them evenly. */
export function evennessOf({ turns }: PoolSeries): number {
  let main = 0;
  const sums: number[] = [];
  for (const { tally } of turns) {
    main += tally.main;
    for (const [worker, tasks] of tally.workers.entries()) sums[worker] = (sums[worker] ?? 0) + tasks;
  }
  const all = sums.reduce((sum, tasks) => sum + tasks, main);
  const [, second = 0] = sums.sort((a, b) => b - a);
  return all === 0 ? NaN : second / all;
}

/** A share as the tables show it. */
export function percent(share: number): string {
  return Number.isNaN(share) ? '-' : `${(share * 100).toFixed(0)} %`;
}

/** One contender's raw figures and medians, for the JSON file. */
export function recordOf(part: PartName, series: PoolSeries): object {
  return { part, perOperation: timeOf(series), cpu: cpuOf(series), evenness: evennessOf(series), ...series };
}

/** Columns of a table of times, between the contender's name and the last one for remarks. */
export const timeColumns = ['µs', '× best peer', '× cpu', 'cpu µs', 'spread', 'least share'] as const;

/** The cells under {@link timeColumns}. */
export function timeCells(series: PoolSeries, best: PoolSeries | undefined): readonly string[] {
  return [
    digits(timeOf(series) * 1_000),
    times(timesOf(series, best)),
    times(cpuTimesOf(series, best)),
    digits(cpuOf(series) * 1_000),
    percent(spread(series.turns.map((turn) => turn.perOperation))),
    percent(evennessOf(series)),
  ];
}

function cpuOfTurn(turn: PoolTurn): number {
  return turn.cpu / turn.operations;
}

function ratio(
  series: PoolSeries | undefined,
  reference: PoolSeries | undefined,
  figure: (turn: PoolTurn) => number,
): number {
  if (series === undefined || reference === undefined) return NaN;
  const neighbours = series.turns.flatMap((turn, round) => {
    const other = reference.turns[round];
    return other === undefined ? [] : [figure(turn) / figure(other)];
  });
  return median(neighbours);
}
