import { defaultContenders } from '../contenders/names.js';
import { shapes } from '../shapes/index.js';
import { shapeNames } from '../shapes/shape.js';
import { measureOverhead } from './overhead.js';
import type { Suite } from './suite.js';

/** Overhead per node: every shape at its own sizes, against every contender. */
export const core: Suite = {
  name: 'core',
  description: 'overhead per node on every shape, against the sketch and the peers',
  contenders: defaultContenders,
  run: (options) =>
    measureOverhead({
      suite: 'core',
      graphs: (options.shapes ?? shapeNames).map((shape) => ({
        shape,
        sizes: options.sizes ?? shapes[shape].sizes,
      })),
      contenders: options.contenders ?? defaultContenders,
      effort: {
        rounds: options.rounds ?? 15,
        turn: options.turn ?? 20,
        budget: 1.5,
        limit: options.limit ?? 4,
        apart: options.apart ?? false,
        python: options.python,
      },
      progress: options.progress,
    }),
};
