// Nodes that keep something on their thread from call to call.
import { isMainThread, threadId } from 'node:worker_threads';
import { alloc, node } from 'lazydag';

/** Calls so far, by the key that they were made with. @type {Map<unknown, number>} */
const counts = new Map();

/** @param {unknown} key */
function next(key) {
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return count;
}

/** @typedef {{ thread: number, count: number, at: number }} Counted */

/** Which thread it ran on, the how manyth with its key it was there, and what it was given. */
export const counted = node(
  /** @type {(key: unknown, at: number) => Counted} */ (
    (key, at) => ({ thread: isMainThread ? -1 : threadId, count: next(key), at })
  ),
  { name: 'counted', executor: 'pool' },
);
/** The same, taking a while. */
export const countedSlowly = node(
  /** @type {(key: unknown, at: number, milliseconds: number) => Counted} */ (
    (key, at, milliseconds) => {
      const until = performance.now() + milliseconds;
      while (performance.now() < until);
      return { thread: isMainThread ? -1 : threadId, count: next(key), at };
    }
  ),
  { name: 'countedSlowly', executor: 'pool' },
);
/** The same; ends its thread where it is told to. */
export const countedUntil = node(
  /** @type {(key: unknown, at: number, ends: boolean) => Counted} */ (
    (key, at, ends) => {
      if (ends && !isMainThread) process.exit(3);
      return { thread: isMainThread ? -1 : threadId, count: next(key), at };
    }
  ),
  { name: 'countedUntil', executor: 'pool' },
);
/** The sum over all that it was given with a key, in shared memory. @type {Map<unknown, Float64Array>} */
const sums = new Map();
export const summed = node(
  /** @type {(key: unknown, x: Float64Array) => Float64Array} */ (
    (key, x) => {
      const sum = sums.get(key) ?? new Float64Array(x.length);
      sums.set(key, sum);
      const y = alloc(Float64Array, x.length);
      for (let index = 0; index < x.length; index += 1) y[index] = sum[index] += x[index];
      return y;
    }
  ),
  { name: 'summed', executor: 'pool' },
);

/** Says that it has begun, and never ends. */
export const loopsFrom = node(
  /** @type {(flag: Int32Array) => number} */ (
    (flag) => {
      flag[0] = 1;
      if (isMainThread) throw new Error('this would never end');
      for (;;);
    }
  ),
  { name: 'loopsFrom', executor: 'pool' },
);
