import { node } from 'lazydag';

/** How far outside of the quartiles a value is unusual, in distances of these. */
const REACH = 1.5;

/** Below and above which a value is unusual. */
export const fences = node(
  ([lower = Number.NaN, upper = Number.NaN]: readonly number[]): [number, number] => {
    const reach = REACH * (upper - lower);
    return [lower - reach, upper + reach];
  },
  { name: 'fences', outputs: 2 },
);

/** How many elements lie outside of the fences. */
export const countOutside = node(
  (column: Float64Array, low: number, high: number) => ({
    below: column.reduce((count, value) => (value < low ? count + 1 : count), 0),
    above: column.reduce((count, value) => (value > high ? count + 1 : count), 0),
  }),
  { name: 'countOutside' },
);

/** The rows of the largest elements, the largest first. */
export const largest = node(
  (column: Float64Array, sorted: Float64Array, count: number) => {
    const limit = sorted[sorted.length - count] ?? -Infinity;
    const rows = Array.from(column.keys()).filter((row) => (column[row] ?? Number.NaN) >= limit);
    return rows.sort((a, b) => (column[b] ?? 0) - (column[a] ?? 0)).slice(0, count);
  },
  { name: 'largest' },
);

/** Rows of several columns, as objects. */
export const pick = node(
  (rows: readonly number[], columns: Readonly<Record<string, Float64Array>>) =>
    rows.map((row) =>
      Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column[row] ?? Number.NaN])),
    ),
  { name: 'pick' },
);
