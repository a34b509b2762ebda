// Nodes of the tests of memory that pipelines share with threads: threads import this module as it is.
import { alloc, node } from 'lazydag';

export const fill = node(
  (/** @type {number} */ x) => {
    const array = alloc(Float64Array, 4096);
    array.fill(x);
    return array;
  },
  { name: 'fill', executor: 'pool', replicas: 4 },
);

export const plus = node(
  (/** @type {Float64Array} */ one, /** @type {Float64Array} */ other) => {
    const sum = alloc(Float64Array, 4096);
    for (let place = 0; place < sum.length; place += 1) sum[place] = (one[place] ?? 0) + (other[place] ?? 0);
    return sum;
  },
  { name: 'plus', executor: 'pool' },
);

/** First elements of two arrays. */
export const heads = node((/** @type {Float64Array} */ one, /** @type {Float64Array} */ other) => [one[0], other[0]], {
  name: 'heads',
  executor: 'pool',
});

export const mean = node((/** @type {Float64Array} */ array) => array.reduce((sum, x) => sum + x, 0) / array.length, {
  name: 'mean',
  executor: 'pool',
  replicas: 2,
});
