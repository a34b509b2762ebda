import { timesOf } from '../summary.js';
import type { Part } from './part.js';
import { measureTrivial, shareCheck } from './trivial.js';

const tasks = 10_000;

/** Trivial tasks, all in flight together. */
export const burst: Part = {
  name: 'burst',
  run: (options) =>
    measureTrivial({
      ...options,
      title: 'trivial tasks in flight together',
      request: { what: 'burst', count: options.sizes?.[0] ?? tasks },
      notes: ['× cpu: the same ratio of processor time of all threads', 'least share: of the second busiest thread'],
      withJoblib: true,
      check: ({ best, of }) => [
        {
          name: 'in flight: time of lazydag over piscina',
          measured: timesOf(of('lazydag'), of('piscina')),
          limit: 1 / 20,
        },
        { name: 'in flight: time of lazydag over the best peer', measured: timesOf(of('lazydag'), best), limit: 1 / 8 },
        shareCheck('in flight', of('lazydag')),
      ],
    }),
};
