import { timeOf } from '../summary.js';
import type { Part } from './part.js';
import { measureTrivial, shareCheck } from './trivial.js';

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
        const measured = own === undefined ? NaN : timeOf(own) * 1_000;
        return [{ name: 'fan-out: lazydag, µs per node', measured, limit }, shareCheck('fan-out', own)];
      },
    }),
};
