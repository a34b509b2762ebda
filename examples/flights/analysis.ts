import { Graph, type Future, type Resolved } from 'lazydag';
import type { Store } from 'lazydag/store';
import { load } from './columns.js';
import { bandOf, countByGroup, gather, groupRows, hourOf, quantilesByGroup, shareAbove } from './groups.js';
import { countOutside, fences, largest, pick } from './outliers.js';
import { regression } from './regression.js';
import { rescale } from './scale.js';
import { correlation, histogram, quantiles, ranks, sort, summary } from './statistics.js';

/** Minutes at which one class of delays ends and the next begins. */
export const DELAY_EDGES = [-30, -15, 0, 15, 30, 60, 120];
/** Miles at which one band of distances ends and the next begins. */
export const DISTANCE_EDGES = [250, 500, 750, 1000, 1500, 2000];
/** Shares of flights at which delays are told. */
export const FRACTIONS = [0.1, 0.5, 0.9, 0.99];
/** A flight counts as late when it is more than so many minutes behind. */
export const LATE = 15;
/** The hour at which the day of air traffic begins. */
export const FIRST_HOUR = 5;

const HOURS = 24;
const MILES = 1000;

/** Delays in the order of some grouping, and where each group starts. */
interface GroupedDelays {
  readonly delays: Future<Float64Array>;
  readonly starts: Future<Uint32Array>;
}

function describeGroups({ delays, starts }: GroupedDelays) {
  return {
    counts: countByGroup(starts),
    quantiles: quantilesByGroup(delays, starts, FRACTIONS),
    late: shareAbove(delays, starts, LATE),
  };
}

/**
 * Builds the analysis of the flights in `path`; nothing is read before it is resolved.
 *
 * @param store where the result of every call is kept, and looked for. Default: nowhere.
 */
export function analyse(path: string, store?: Store) {
  // `memo`: the same call made twice is one call, so each part below may ask for what it needs.
  const graph = new Graph({ name: 'flights', memo: true, ...(store && { store, persist: 'disk' }) });
  return graph.run(() => {
    const { delay, distance, time } = load(path);

    const sorted = sort(delay);
    const [low, high] = fences(quantiles(sorted, [0.25, 0.75]));

    const group = (groupOf: Future<Uint8Array>, groups: number): GroupedDelays => {
      const { rows, starts } = groupRows(groupOf, groups);
      return { delays: gather(delay, rows), starts };
    };
    const hourly = group(hourOf(time), HOURS);
    const banded = group(bandOf(distance, DISTANCE_EDGES), DISTANCE_EDGES.length + 1);

    const hours = rescale(time, { shift: -FIRST_HOUR, period: HOURS });
    const delayRanks = ranks(delay, sorted);
    const { coefficients, residuals, quality } = regression(delay, [rescale(distance, { factor: 1 / MILES }), hours]);

    const report = {
      summary: summary(delay),
      quantiles: quantiles(sorted, FRACTIONS),
      histogram: histogram(sorted, DELAY_EDGES),
      hourly: describeGroups(hourly),
      banded: describeGroups(banded),
      correlations: {
        distance: correlation(delay, distance),
        distanceRanks: correlation(delayRanks, ranks(distance, sort(distance))),
        time: correlation(delay, hours),
        timeRanks: correlation(delayRanks, ranks(hours, sort(hours))),
      },
      regression: { coefficients, quality, residuals: quantiles(sort(residuals), [0.05, 0.25, 0.5, 0.75, 0.95]) },
      outliers: { low, high, counts: countOutside(delay, low, high) },
      worst: pick(largest(delay, sorted, 5), { delay, distance, time }),
    };
    /** A question for later: the share of flights that are more than an hour late, by hour of departure. */
    const veryLate = shareAbove(hourly.delays, hourly.starts, 60);
    return { graph, report, veryLate };
  });
}

/** The values of the analysis. */
export type Report = Resolved<ReturnType<typeof analyse>['report']>;
