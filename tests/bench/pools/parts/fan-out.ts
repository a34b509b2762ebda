import { evennessOf, leastShare, timeOf } from '../summary.js';
import type { Part } from './part.js';
import { measureTrivial } from './trivial.js';

const leaves = 10_000;
const limit = 2;

/** Trivial leaves and one node that adds them up; peers add up on the main thread. */
export const fanOut: Part = {
  name: 'fan-out',
  run: (options) =>
    measureTrivial({
      ...options,
      title: 'fan-out and sum',
      request: { what: 'fan-out', count: options.sizes?.[0] ?? leaves },
      withJoblib: false,
      check: ({ of }) => {
        const own = of('lazydag');
        const time = own === undefined ? NaN : timeOf(own) * 1_000;
        const others = own === undefined ? NaN : 1 - evennessOf(own);
        return [
          { name: 'fan-out and sum: lazydag, µs per node', measured: time, limit },
          { name: 'fan-out and sum: share of all but one thread of lazydag', measured: others, limit: 1 - leastShare },
        ];
      },
    }),
};
