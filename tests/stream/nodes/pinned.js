// Transforms of the tests of states on threads: threads import this module as it is, with the build.
import { appendFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { isMainThread, threadId } from 'node:worker_threads';
import { alloc, node } from '../../../dist/index.js';
import { compose, keyBy, stateful } from '../../../dist/stream/index.js';

/** Adds up; 'bad' throws and 'die' ends the thread. */
export const sum = stateful(
  {
    init: () => ({ sum: 0 }),
    step: (/** @type {{ sum: number }} */ state, /** @type {number | string} */ x) => {
      if (x === 'die' && !isMainThread) process.exit(3);
      if (typeof x === 'string') throw new RangeError(`no ${x}`);
      return (state.sum += x);
    },
  },
  { name: 'sum', executor: 'pool' },
);

/** Writes into a file when it ends on a thread. */
export const closing = stateful(
  /** @returns {Generator<number, void, number>} */
  function* closing(/** @type {string} */ file) {
    try {
      let result = 0;
      for (;;) {
        const x = yield result;
        if (x < 0) throw new RangeError('negative');
        result = x;
      }
    } finally {
      if (!isMainThread) appendFileSync(file, 'closed\n');
    }
  },
  { name: 'closing', executor: 'pool' },
);

/** Adds up, and reads the sum before it waits. */
export const slowSum = stateful(
  {
    init: () => ({ sum: 0 }),
    step: async (/** @type {{ sum: number }} */ state, /** @type {number} */ x) => {
      const before = state.sum;
      await turn();
      if (x < 0) throw new RangeError('negative');
      state.sum = before + x;
      return state.sum;
    },
  },
  { name: 'slowSum', executor: 'pool' },
);

/** Counts for each key, a letter; big ones throw. */
const count = stateful(
  {
    init: () => ({ count: 0 }),
    step: (/** @type {{ count: number }} */ state, /** @type {string} */ key) => {
      if (key !== key.toLowerCase()) throw new RangeError(`big ${key}`);
      state.count += 1;
      return `${key}${state.count}`;
    },
  },
  { name: 'count' },
);
export const counts = () =>
  keyBy((/** @type {string} */ key) => key.toLowerCase(), count()).with({ executor: 'pool', name: 'counts' });

/** The thread that it is on. */
const where = stateful({ init: () => ({}), step: () => threadId }, { name: 'where' });
export const wheres = () =>
  keyBy((/** @type {number} */ key) => key, where()).with({ executor: 'pool', name: 'wheres' });

/** Cannot be put back. */
export const stubborn = stateful(
  {
    init: () => ({ sum: 0 }),
    step: (/** @type {{ sum: number }} */ state, /** @type {number} */ x) => (state.sum += x),
    restore: () => {
      throw new RangeError('never again');
    },
  },
  { name: 'stubborn', executor: 'pool' },
);

/** Is made of transforms in an object, and of what only looks like a parcel. */
export const holds = stateful(
  {
    init: (/** @type {{ parts: ((x: number) => number)[], factory: string, inner: unknown[] }} */ options) => ({
      options,
    }),
    step: (
      /** @type {{ options: { parts: ((x: number) => number)[], factory: string, inner: unknown[] } }} */ { options },
      /** @type {number} */ x,
    ) => [...options.parts.map((part) => part(x)), options.factory, options.inner.length],
    snapshot: () => null,
  },
  { name: 'holds', executor: 'pool' },
);

/** Takes 5 ms. */
export const slow = stateful(
  {
    init: () => ({}),
    step: (_, /** @type {number} */ x) => {
      const end = performance.now() + 5;
      while (performance.now() < end);
      return x;
    },
  },
  { name: 'slow', executor: 'pool' },
);

export const both = () => compose(sum(), sum()).with({ executor: 'pool', name: 'both' });

/** Short, until it is to take long. */
export const varying = node(
  (/** @type {number} */ milliseconds) => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
    return threadId;
  },
  { name: 'varying', replicas: 2 },
);

/** 2,048 elements that are the chunk. */
export const shades = stateful(
  { init: () => ({}), step: (_, /** @type {number} */ x) => alloc(Float64Array, 2048).fill(x) },
  { name: 'shades', executor: 'pool' },
);

export const total = stateful(
  { init: () => ({}), step: (_, /** @type {Float64Array} */ array) => array.reduce((sum, x) => sum + x, 0) },
  { name: 'total', executor: 'pool', borrows: true },
);
