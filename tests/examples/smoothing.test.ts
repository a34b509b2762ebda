import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { fir, MONTH, smooth, smoother, taps, together, unevenly } from '../../examples/smoothing.js';
import { root } from '../support/paths.js';

/** What scipy.signal.lfilter gives; the file says how it was called. */
interface Reference {
  readonly count: number;
  readonly sum: number;
  readonly taps: readonly number[];
  readonly first: readonly number[];
  readonly monthly: readonly number[];
}

const reference = JSON.parse(readFileSync(join(root, 'tests/examples/smoothing-reference.json'), 'utf8')) as Reference; // written by the calls in it
const prices = join(createRequire(import.meta.url).resolve('vega-datasets'), '../../data/sp500-2000.csv');

/** The largest difference between two lists, relative to the second. */
function apart(values: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(values).toHaveLength(expected.length);
  return Array.from(values).reduce((most, value, at) => {
    const wanted = expected[at] ?? Number.NaN;
    return Math.max(most, Math.abs(value - wanted) / Math.abs(wanted));
  }, 0);
}

test('the smooth prices are those of scipy.signal.lfilter, at once, in chunks and in a pipeline', async () => {
  const { signal, whole, chunks, pieces } = await smooth(prices);
  expect(apart(taps, reference.taps)).toBeLessThan(1e-12);
  for (const way of [whole, together(chunks), together(pieces)]) {
    expect(apart(way.values, reference.monthly)).toBeLessThan(1e-12);
    expect(way.count).toBe(reference.monthly.length);
    expect(way).toEqual(whole);
  }
  expect(signal).toHaveLength(reference.count);
});

test('the filter gives every value of scipy.signal.lfilter, from the zeros before the signal on', async () => {
  const { signal } = await smooth(prices);
  const every = fir(taps)(signal);
  expect(apart(every.subarray(0, reference.first.length), reference.first)).toBeLessThan(1e-12);
  expect(
    apart(
      every.filter((_, at) => at % MONTH === 0),
      reference.monthly,
    ),
  ).toBeLessThan(1e-12);
  expect(apart([every.reduce((sum, value) => sum + value, 0)], [reference.sum])).toBeLessThan(1e-12);
});

test('chunks of one value, and of none, are filtered as any others', () => {
  const signal = Float64Array.from({ length: 100 }, (_, at) => at % 7);
  const one = smoother();
  const inOnes = Array.from(signal, (value) => [one(new Float64Array()), one(Float64Array.of(value))]).flat();
  const uneven = smoother();
  expect(together(inOnes)).toEqual(smoother()(signal));
  expect(together(Array.from(unevenly(signal), (chunk) => uneven(chunk)))).toEqual(smoother()(signal));
});
