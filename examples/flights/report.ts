import { DELAY_EDGES, DISTANCE_EDGES, FIRST_HOUR, FRACTIONS, LATE, type Report } from './analysis.js';
import type { RunLog } from './run-log.js';
import { bar, decimal, megabytes, percent, table } from '../support/text.js';

const BAR = 30;

/** The classes between ascending edges, the outer ones open. */
function classes(edges: readonly number[], first: string): string[] {
  return [
    `${first} ${decimal(edges[0] ?? 0)}`,
    ...edges.map((edge, index) => {
      const end = edges[index + 1];
      return end === undefined ? `${decimal(edge)} and more` : `${decimal(edge)} to ${decimal(end)}`;
    }),
  ];
}

function clock(hour: number): string {
  const minutes = Math.round((hour % 24) * 60);
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

function section(title: string, ...lines: string[]): string {
  return ['', title, ...lines].join('\n');
}

function groupTable(name: string, labels: readonly string[], groups: Report['hourly']): string {
  const row = (label: string, group: number): string[] => {
    const late = groups.late[group] ?? Number.NaN;
    const quantiles = groups.quantiles[group]?.map((value) => decimal(value)) ?? [];
    return [label, decimal(groups.counts[group] ?? 0), ...quantiles, percent(late), bar(late, BAR)];
  };
  return table(
    [name, 'flights', ...FRACTIONS.map((fraction) => `${String(fraction * 100)} %`), 'late', ''],
    labels.map(row),
  );
}

function distribution({ summary, histogram, quantiles }: Report): string {
  const most = Math.max(...histogram);
  const rows = classes(DELAY_EDGES, 'below').map((label, index) => {
    const count = histogram[index] ?? 0;
    return [label, decimal(count), percent(count / summary.count), bar(count / most, BAR)];
  });
  const told = FRACTIONS.map((fraction, index) => `${String(fraction * 100)} % ${decimal(quantiles[index] ?? 0)}`);
  return section(
    'Delay in minutes',
    table(['from … to', 'flights', 'share', ''], rows),
    `  mean ${decimal(summary.mean, 2)}, standard deviation ${decimal(summary.deviation, 2)}, ` +
      `from ${decimal(summary.smallest)} to ${decimal(summary.largest)}; not later than: ${told.join(', ')}`,
  );
}

function relations({ correlations, regression }: Report): string {
  const { coefficients, quality, residuals } = regression;
  const terms = ['intercept', 'per 1,000 miles', 'per hour'];
  const spread = residuals.map((value) => decimal(value, 1)).join(', ');
  return [
    section(
      'What delay goes with',
      table(
        ['correlation', 'Pearson', 'Spearman'],
        [
          ['with distance', decimal(correlations.distance, 4), decimal(correlations.distanceRanks, 4)],
          ['with time of day', decimal(correlations.time, 4), decimal(correlations.timeRanks, 4)],
        ],
      ),
    ),
    section(
      `Least squares of delay on distance and on hours since ${clock(FIRST_HOUR)}`,
      table(
        ['term', 'minutes', 'standard error'],
        terms.map((term, index) => [
          term,
          decimal(coefficients[index] ?? Number.NaN, 3),
          decimal(quality.standardErrors[index] ?? Number.NaN, 3),
        ]),
      ),
      `  explains ${percent(quality.r2)} of the variance; standard deviation of the residuals ${decimal(quality.residualError, 2)}`,
      `  residuals at 5, 25, 50, 75 and 95 %: ${spread}`,
    ),
  ].join('\n');
}

function outliers({ outliers: { low, high, counts }, worst, summary }: Report): string {
  const rows = worst.map(({ delay = 0, distance = 0, time = 0 }) => [decimal(delay), decimal(distance), clock(time)]);
  return section(
    'Unusual delays',
    `  outside of ${decimal(low)} to ${decimal(high)} minutes: ${decimal(counts.below)} earlier and ` +
      `${decimal(counts.above)} later, ${percent((counts.below + counts.above) / summary.count)} of all`,
    table(['the largest', 'miles', 'at'], rows),
  );
}

/** The analysis as text. */
export function reportText(report: Report): string {
  const hours = Array.from(report.hourly.counts.keys());
  // The day of air traffic begins in the morning; what departs after midnight belongs to the evening before.
  const byHour = (values: readonly number[]): number[] =>
    hours.map((hour) => values[(hour + FIRST_HOUR) % hours.length] ?? Number.NaN);
  const rotated = {
    counts: byHour(report.hourly.counts),
    late: byHour(report.hourly.late),
    quantiles: hours.map((hour) => report.hourly.quantiles[(hour + FIRST_HOUR) % hours.length] ?? []),
  };
  return [
    `${decimal(report.summary.count)} flights`,
    distribution(report),
    section(
      `Delay by hour of day; late is more than ${String(LATE)} minutes`,
      groupTable(
        'hour',
        hours.map((hour) => clock(hour + FIRST_HOUR)),
        rotated,
      ),
    ),
    section('Delay by distance', groupTable('miles', classes(DISTANCE_EDGES, 'below'), report.banded)),
    relations(report),
    outliers(report),
  ].join('\n');
}

/** The share of very late flights by hour, as text. */
export function veryLateText(shares: readonly number[]): string {
  const worst = [...shares.entries()].sort(([, a], [, b]) => b - a).slice(0, 3);
  return worst.map(([hour, share]) => `${clock(hour)} ${percent(share)}`).join(', ');
}

/** Where bodies ran, as text. */
function placesText(workers: RunLog['workers']): string {
  const places = [...workers].sort(([a], [b]) => a - b);
  return places
    .map(([worker, ran]) => `${decimal(ran)} on ${worker === 0 ? 'the calling thread' : `thread ${String(worker)}`}`)
    .join(', ');
}

/** What a run did, as text: a line per node. */
export function logText(log: RunLog): string {
  const calls = [...log.nodes].filter(([name]) => !name.includes('.')); // without the parts of what nodes return
  const rows = calls.map(([name, { ran, released, duration }]) => [
    name,
    decimal(ran),
    decimal(released),
    decimal(duration, 1),
  ]);
  const ran = calls.reduce((sum, [, count]) => sum + count.ran, 0);
  return [
    table(['node', 'calls', 'released', 'ms'], rows),
    `  ${decimal(ran)} calls of ${decimal(calls.length)} nodes; at most ${megabytes(log.peakBytes)} of values held at once, ` +
      `${megabytes(log.heldBytes)} still held`,
    `  bodies ran: ${placesText(log.workers)}`,
  ].join('\n');
}
