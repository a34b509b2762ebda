/** Steps per doubling, so that a percentile is off by at most 9 %. */
const STEPS = 8;
/** The shortest time that is told from none, in ms. */
const SHORTEST = 2 ** -14;
/** Number of times that are told apart: from 61 ns to 18 hours. */
export const LATENCY_BUCKETS = 320;

/** Counts a time in ms. The counts are one thread's to write. */
export function countLatency(counts: Uint32Array, time: number): void {
  const step = Math.floor(Math.log2(Math.max(time, SHORTEST) / SHORTEST) * STEPS);
  const bucket = Math.min(step, LATENCY_BUCKETS - 1);
  counts[bucket] = (counts[bucket] ?? 0) + 1;
}

/** The time in ms below which this part of the counted times lie; undefined when none was counted. */
export function latencyPercentile(counts: Uint32Array, part: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let left = Math.ceil(total * part);
  const bucket = counts.findIndex((count) => (left -= count) <= 0);
  return SHORTEST * 2 ** ((bucket + 0.5) / STEPS);
}
