import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { tableFromIPC } from 'apache-arrow';
import { resolve } from 'lazydag';
import { analyse, DELAY_EDGES, DISTANCE_EDGES, FRACTIONS, LATE, type Report } from '../../examples/flights/analysis.js';
import { FLIGHTS } from '../../examples/flights/columns.js';
import { reportText, veryLateText } from '../../examples/flights/report.js';
import { RunLog } from '../../examples/flights/run-log.js';
import { blocks } from '../../src/memory/blocks.js';
import { root, scratch } from '../support/paths.js';

const run = promisify(execFile);

interface Flight {
  readonly delay: number;
  readonly distance: number;
  readonly time: number;
}

/** The same questions, answered by plain loops over rows. */
const table = tableFromIPC(readFileSync(FLIGHTS));
const numbers = (name: string): number[] => Array.from(table.getChild(name)?.toArray() as ArrayLike<number>);
const [delays, distances, times] = [numbers('delay'), numbers('distance'), numbers('time')];
const flights: Flight[] = delays.map((delay, row) => ({
  delay,
  distance: distances[row] ?? NaN,
  time: times[row] ?? NaN,
}));

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

function quantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = fraction * (sorted.length - 1);
  const [below = NaN, above = below] = [sorted[Math.floor(at)], sorted[Math.floor(at) + 1]];
  return below * (1 - (at % 1)) + above * (at % 1);
}

function pearson(x: readonly number[], y: readonly number[]): number {
  const [centreX, centreY] = [mean(x), mean(y)];
  const covariance = mean(x.map((value, row) => (value - centreX) * ((y[row] ?? NaN) - centreY)));
  const variance = (values: readonly number[], centre: number): number =>
    mean(values.map((value) => (value - centre) ** 2));
  return covariance / Math.sqrt(variance(x, centreX) * variance(y, centreY));
}

/** Ranks by walking over runs of equal values. */
function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] ?? NaN) - (values[b] ?? NaN));
  const result = new Array<number>(values.length);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end] ?? -1] === values[order[start] ?? -1]) end += 1;
    for (let at = start; at < end; at += 1) result[order[at] ?? -1] = (start + 1 + end) / 2;
  }
  return result;
}

const sinceFive = times.map((time) => (time < 5 ? time + 19 : time - 5));
const bandOf = (distance: number): number => DISTANCE_EDGES.findLastIndex((edge) => distance >= edge) + 1;

function expectClose(got: readonly number[] | undefined, expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length);
  expected.forEach((value, index) => expect(got?.[index]).toBeCloseTo(value, 9));
}

let report: Report;
let veryLate: readonly number[];
let mostHeld = 0;
const log = new RunLog();
const second = new RunLog();

beforeAll(async () => {
  const analysis = analyse(FLIGHTS);
  report = await resolve(analysis.report, {
    onEvent: (event) => {
      log.follow(event);
      mostHeld = Math.max(mostHeld, blocks.stats.liveBytes);
    },
  });
  veryLate = await analysis.veryLate.resolve({ onEvent: second.follow });
});

describe('the flights agree with plain loops', () => {
  test('over all flights', () => {
    const centre = mean(delays);
    const deviation = Math.sqrt(sum(delays.map((delay) => (delay - centre) ** 2)) / (delays.length - 1));
    expect(report.summary.count).toBe(200_000);
    expect(report.summary.mean).toBeCloseTo(centre, 9);
    expect(report.summary.deviation).toBeCloseTo(deviation, 9);
    expect([report.summary.smallest, report.summary.largest]).toEqual([-86, 1444]);
    expectClose(
      report.quantiles,
      FRACTIONS.map((fraction) => quantile(delays, fraction)),
    );
  });

  test('in the classes of the histogram', () => {
    const bounds = [-Infinity, ...DELAY_EDGES, Infinity];
    const counts = bounds.slice(1).map((end, index) => {
      const start = bounds[index] ?? NaN;
      return delays.filter((delay) => delay >= start && delay < end).length;
    });
    expect(report.histogram).toEqual(counts);
    expect(sum(report.histogram)).toBe(200_000);
  });

  test.each([
    ['hour', () => report.hourly, ({ time }: Flight) => Math.floor(time), 24],
    ['band of distance', () => report.banded, ({ distance }: Flight) => bandOf(distance), DISTANCE_EDGES.length + 1],
  ])('by %s', (_, described, groupOf, groups) => {
    const { counts, late, quantiles } = described();
    expect(quantiles).toHaveLength(groups);
    for (let group = 0; group < groups; group += 1) {
      const own = flights.filter((flight) => groupOf(flight) === group).map(({ delay }) => delay);
      expect(counts[group]).toBe(own.length);
      expect(late[group]).toBeCloseTo(own.filter((delay) => delay > LATE).length / own.length, 12);
      expectClose(
        quantiles[group],
        FRACTIONS.map((fraction) => quantile(own, fraction)),
      );
    }
  });

  test('in the question asked later', () => {
    for (let hour = 0; hour < 24; hour += 1) {
      const own = flights.filter(({ time }) => Math.floor(time) === hour);
      expect(veryLate[hour]).toBeCloseTo(own.filter(({ delay }) => delay > 60).length / own.length, 12);
    }
  });

  test('in correlations', () => {
    const { distance, distanceRanks, time, timeRanks } = report.correlations;
    expect(distance).toBeCloseTo(pearson(delays, distances), 9);
    expect(time).toBeCloseTo(pearson(delays, sinceFive), 6); // hours are kept in 32 bits, which wrap differently here
    expect(distanceRanks).toBeCloseTo(pearson(ranks(delays), ranks(distances)), 9);
    expect(timeRanks).toBeCloseTo(pearson(ranks(delays), ranks(sinceFive)), 6);
  });

  test('in the regression, by partial covariances', () => {
    const miles = distances.map((distance) => distance / 1000);
    const covariance = (x: readonly number[], y: readonly number[]): number => {
      const [centreX, centreY] = [mean(x), mean(y)];
      return mean(x.map((value, row) => (value - centreX) * ((y[row] ?? NaN) - centreY)));
    };
    const [mm, hh, mh] = [covariance(miles, miles), covariance(sinceFive, sinceFive), covariance(miles, sinceFive)];
    const [md, hd] = [covariance(miles, delays), covariance(sinceFive, delays)];
    const determinant = mm * hh - mh * mh;
    const slopes = [(hh * md - mh * hd) / determinant, (mm * hd - mh * md) / determinant] as const;
    const intercept = mean(delays) - slopes[0] * mean(miles) - slopes[1] * mean(sinceFive);
    const residuals = flights.map(
      ({ delay }, row) => delay - intercept - slopes[0] * (miles[row] ?? NaN) - slopes[1] * (sinceFive[row] ?? NaN),
    );
    const left = sum(residuals.map((residual) => residual ** 2));
    const variance = left / (residuals.length - 3);

    const { coefficients, quality } = report.regression;
    expectClose(coefficients, [intercept, ...slopes]);
    expect(quality.residualError).toBeCloseTo(Math.sqrt(variance), 9);
    expect(quality.r2).toBeCloseTo(1 - left / (covariance(delays, delays) * delays.length), 9);
    const errors = [hh, mm].map((other) => Math.sqrt((variance * other) / determinant / delays.length));
    expectClose(quality.standardErrors.slice(1), errors);
    expectClose(
      report.regression.residuals,
      [0.05, 0.25, 0.5, 0.75, 0.95].map((fraction) => quantile(residuals, fraction)),
    );
  });

  test('in outliers', () => {
    const [lower, upper] = [quantile(delays, 0.25), quantile(delays, 0.75)];
    const [low, high] = [lower - 1.5 * (upper - lower), upper + 1.5 * (upper - lower)];
    expect(report.outliers.low).toBe(low);
    expect(report.outliers.high).toBe(high);
    expect(report.outliers.counts).toEqual({
      below: delays.filter((delay) => delay < low).length,
      above: delays.filter((delay) => delay > high).length,
    });
    expect(report.worst).toEqual([...flights].sort((a, b) => b.delay - a.delay).slice(0, 5));
  });
});

describe('what ran', () => {
  test('each column was read once, and the second question computed only what it needed', () => {
    expect(log.nodes.get('read')?.ran).toBe(1);
    expect(log.nodes.get('decode')?.ran).toBe(1);
    expect([...second.nodes].filter(([, { ran }]) => ran > 0).map(([name]) => name.split('.')[0])).toEqual([
      'hourOf',
      'groupRows',
      'groupRows',
      'groupRows',
      'gather',
      'shareAbove',
    ]);
    expect(second.nodes.get('load.delay')?.cached).toBe(1);
  });

  test('there are at least 12 different nodes', () => {
    expect([...log.nodes.keys()].filter((name) => !name.includes('.')).length).toBeGreaterThanOrEqual(12);
  });

  test('the columns are what is left, and the events tell no less than the memory that was held', () => {
    expect(log.heldBytes).toBe(3 * 8 * 200_000);
    expect(mostHeld).toBeGreaterThan(log.heldBytes);
    expect(mostHeld).toBeLessThanOrEqual(log.peakBytes * 1.25); // blocks are up to an eighth larger than what they hold
  });
});

test('a process of its own prints the same report, and draws the graph', async () => {
  // Tests run in a context of their own, one after the other, on the sources: this is what a user gets.
  const svg = join(scratch, 'flights-test.svg');
  rmSync(svg, { force: true });
  const program = `
    import { main } from ${JSON.stringify(pathToFileURL(join(root, 'examples', 'flights.ts')).href)};
    await main({ svg: ${JSON.stringify(svg)} });
  `;
  const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
    cwd: root,
  });
  expect(stdout.slice(0, stdout.indexOf('\n\nWhat ran for it'))).toBe(reportText(report));
  expect(stdout).toContain(veryLateText(veryLate));
  const picture = readFileSync(svg, 'utf8');
  for (const name of ['regression', 'quantilesByGroup', 'decode']) expect(picture).toContain(name);
}, 60_000);

test('on threads the report is the same, and tells where bodies ran', async () => {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', 'examples/flights.ts', '--threads', '2'], {
    cwd: root,
  });
  expect(stdout.slice(0, stdout.indexOf('\n\nWhat ran for it'))).toBe(reportText(report));
  expect(stdout).toContain(veryLateText(veryLate));
  expect(stdout).toMatch(/bodies ran: .*\d on thread [12]/);
}, 60_000);
