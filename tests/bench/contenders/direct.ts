import { increment, join, total } from '../shapes/operations.js';
import { contender } from './contender.js';
import type { Contender } from './contender.js';

/** Plain function calls: eager, no graph. Gives the expected value of every shape and the floor of its cost. */
export function direct(): Contender {
  const down = (depth: number): number => (depth === 0 ? 0 : down(depth - 1));
  const operations = {
    inc: increment,
    join,
    sum: total,
    share: (value: number) => value,
    down,
  };
  return contender<number>(() => ({ operations, evaluate: (value) => value }));
}
