import { increment, join, total } from '../shapes/operations.js';
import { node, run } from '../sketch.mjs';
import type { Sketch } from '../sketch.mjs';
import { contender } from './contender.js';
import type { Contender } from './contender.js';

/** The bare sketch: the least that a lazy graph with counted release can cost. It looks for nodes at the top level of arguments only. */
export function sketch(): Contender {
  const operations = {
    inc: node(increment),
    join: node(join),
    sum: spreading(node((...values: number[]) => total(values))),
    share: (value: Sketch) => value,
  };
  // Every body returns a number, which the sketch's untyped `run` cannot say.
  return contender<Sketch>(() => ({ operations, evaluate: (target) => run(target) as number }));
}

/** Turns a variadic builder into one over an array. */
function spreading(build: (...nodes: Sketch[]) => Sketch): (nodes: Sketch[]) => Sketch {
  return (nodes) => build(...nodes);
}
