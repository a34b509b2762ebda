// Nodes of the tests of stores on a pool: threads import this module as it is, with the build.
import { alloc, node } from '../../../../dist/index.js';

/** 1 MiB of a number. */
export const field = node((/** @type {number} */ x) => alloc(Float64Array, 131_072).fill(x), {
  name: 'field',
  persist: 'disk',
});

export const mean = node(
  (/** @type {Float64Array} */ one, /** @type {Float64Array} */ other) =>
    (one.reduce((sum, x) => sum + x, 0) + other.reduce((sum, x) => sum + x, 0)) / (one.length + other.length),
  { name: 'mean', persist: 'disk' },
);
