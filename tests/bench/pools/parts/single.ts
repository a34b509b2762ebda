import { timesOf } from '../summary.js';
import type { Part } from './part.js';
import { measureTrivial } from './trivial.js';

/** So many that a turn sees a few hundred. */
const tasks = 200;

/** Trivial tasks, each awaited before the next is sent. */
export const single: Part = {
  name: 'single',
  run: (options) =>
    measureTrivial({
      ...options,
      // Short turns, and the machine's mood counts most here.
      effort: { ...options.effort, rounds: 3 * options.effort.rounds },
      title: 'trivial tasks one at a time',
      request: { what: 'single', count: options.sizes?.[0] ?? tasks },
      notes: [
        'a thread on the core of its caller answers several times as fast as one on a sleeping core: see the spread',
      ],
      withJoblib: true,
      check: ({ best, of }) => [
        { name: 'one at a time: time of lazydag over the best peer', measured: timesOf(of('lazydag'), best), limit: 1 },
      ],
    }),
};
