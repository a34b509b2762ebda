import { alloc, node, type Future } from 'lazydag';
import { quantiles, sort } from './statistics.js';

const style = { color: '#e4f3e0' };

/** The hour of day, from 0 to 23. */
export const hourOf = node(
  (time: Float64Array) => {
    const hours = alloc(Uint8Array, time.length);
    for (const [index, hour] of time.entries()) hours[index] = Math.floor(hour);
    return hours;
  },
  { name: 'hourOf', style },
);

/** How many of the ascending edges an element has reached. */
export const bandOf = node(
  (column: Float64Array, edges: readonly number[]) => {
    const bands = alloc(Uint8Array, column.length);
    for (const [index, value] of column.entries()) bands[index] = edges.filter((edge) => value >= edge).length;
    return bands;
  },
  { name: 'bandOf', style },
);

/** The rows in the order of their groups, and where each group starts: group `g` is `rows[starts[g]]` up to `starts[g + 1]`. */
export const groupRows = node(
  (groupOf: Uint8Array, groups: number) => {
    const starts = new Uint32Array(groups + 1);
    for (const group of groupOf) starts[group + 1] = (starts[group + 1] ?? 0) + 1;
    for (let group = 0; group < groups; group += 1) starts[group + 1] = (starts[group + 1] ?? 0) + (starts[group] ?? 0);
    const next = starts.slice();
    const rows = alloc(Uint32Array, groupOf.length);
    for (const [row, group] of groupOf.entries()) {
      const position = next[group] ?? 0;
      rows[position] = row;
      next[group] = position + 1;
    }
    return { rows, starts };
  },
  { name: 'groupRows', outputs: ['rows', 'starts'], style },
);

/** A column in the order of `rows`. */
export const gather = node(
  (column: Float64Array, rows: Uint32Array) => {
    const gathered = alloc(Float64Array, rows.length);
    for (const [index, row] of rows.entries()) gathered[index] = column[row] ?? Number.NaN;
    return gathered;
  },
  { name: 'gather', style },
);

/** The elements of each group, as views of a gathered column. */
function split(gathered: Float64Array, starts: Uint32Array): Float64Array[] {
  return Array.from(starts.subarray(1), (end, group) => gathered.subarray(starts[group], end));
}

export const countByGroup = node(
  (starts: Uint32Array) => Array.from(starts.subarray(1), (end, group) => end - (starts[group] ?? 0)),
  {
    name: 'countByGroup',
    style,
  },
);

/** The quantiles of each group. How many groups there are is known only when the body runs, so it makes their calls. */
export const quantilesByGroup = node(
  (gathered: Float64Array, starts: Uint32Array, fractions: readonly number[]): Future<number[]>[] =>
    split(gathered, starts).map((group) => quantiles(sort(group), fractions)),
  { name: 'quantilesByGroup', style },
);

/** The share of each group's elements that lie above `limit`, from 0 to 1. */
export const shareAbove = node(
  (gathered: Float64Array, starts: Uint32Array, limit: number) =>
    split(gathered, starts).map(
      (group) => group.reduce((count, value) => (value > limit ? count + 1 : count), 0) / group.length,
    ),
  { name: 'shareAbove', style },
);
