import { increment, join, total } from '../shapes/operations.js';
import { contender } from './contender.js';
import type { Contender } from './contender.js';

/** A plain `.then` chain: eager, holds every value, shares by nature. */
export function promise(): Contender {
  const down = (depth: number): Promise<number> =>
    depth === 0 ? Promise.resolve(0) : Promise.resolve().then(() => down(depth - 1));
  const operations = {
    inc: (x: Promise<number> | number) =>
      typeof x === 'number' ? Promise.resolve(x).then(increment) : x.then(increment),
    join: (left: Promise<number>, right: Promise<number>) => Promise.all([left, right]).then(([a, b]) => join(a, b)),
    sum: (values: Promise<number>[]) => Promise.all(values).then(total),
    share: (value: Promise<number>) => value,
    down,
  };
  return contender<Promise<number>>(() => ({ operations, evaluate: (target) => target }));
}
