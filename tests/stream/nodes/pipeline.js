// Nodes of the tests of pipelines: threads import this module as it is.
import { setImmediate as turn } from 'node:timers/promises';
import { isMainThread, threadId } from 'node:worker_threads';
import { alloc, node } from 'lazydag';

export const fill = node(
  (/** @type {number} */ x) => {
    const array = alloc(Float64Array, 5000);
    array.fill(x);
    return array;
  },
  { name: 'fill', executor: 'pool', replicas: 4 },
);

export const halve = node(
  async (/** @type {Float64Array} */ array) => {
    await turn();
    return array.map((x) => x / 2);
  },
  { name: 'halve', executor: 'pool', replicas: 4 },
);

export const total = node(
  (/** @type {Float64Array} */ array) => {
    let sum = 0;
    for (const x of array) sum += x;
    return sum;
  },
  { name: 'total', executor: 'pool', replicas: 2 },
);

export const whichThread = node((/** @type {number} */ _) => threadId, {
  name: 'whichThread',
  executor: 'pool',
  replicas: 4,
});

export const failsAt = node(
  (/** @type {number} */ x, /** @type {number} */ bad) => {
    if (x === bad) throw new RangeError(`no ${x}`);
    return x;
  },
  { name: 'failsAt', executor: 'pool', replicas: 4 },
);

/** Ends its thread. */
export const exitsAt = node(
  (/** @type {number} */ x, /** @type {number} */ bad) => {
    if (isMainThread) throw new Error('this would end the tests');
    if (x === bad) process.exit(3);
    return x;
  },
  { name: 'exitsAt', executor: 'pool', replicas: 2 },
);
