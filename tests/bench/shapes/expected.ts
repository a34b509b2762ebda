import { increment, join, total } from './operations.js';
import type { Operations } from './operations.js';
import type { Shape } from './shape.js';

const byValue: Operations<number> = {
  inc: increment,
  join,
  sum: total,
  share: (value) => value,
  // Whatever the depth, the innermost call returns 0 and every other returns that.
  down: () => 0,
};

/** The value every contender must arrive at. */
export function expectedValue(shape: Shape, size: number): number {
  return shape.build(byValue, size) ?? NaN;
}
