// The nodes of lazydag's contender: at the top level of a module of their own, where workers find them.
import { alloc, node } from '../../../../dist/index.js';
import * as bodies from '../bodies.js';

/** x + 1. */
export const increment = node(bodies.increment, { name: 'increment' });

/** The sum of a fan-out. */
export const total = node(bodies.total, { name: 'total' });

/** Arithmetic for some time. */
export const spin = node(bodies.spin, { name: 'spin' });

/** An array in shared memory. */
export const zeros = node((length: number): Float64Array => alloc(Float64Array, length).fill(0), { name: 'zeros' });

/** Hands its input on, seen through a view of its own. */
export const view = node((values: Float64Array) => values.subarray(0), { name: 'view' });

/** A step into fresh memory. */
export const step = node((values: Float64Array) => bodies.addOne(values, alloc(Float64Array, values.length)), {
  name: 'step',
});

/** A step in place. */
export const stepInPlace = node((values: Float64Array) => bodies.addOne(values, values), {
  name: 'stepInPlace',
  donate: [0],
});
