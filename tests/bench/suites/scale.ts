import type { ContenderName } from '../contenders/names.js';
import type { ShapeName } from '../shapes/shape.js';
import { measureOverhead } from './overhead.js';
import type { Suite } from './suite.js';

const contenders: readonly ContenderName[] = ['sketch', 'lazydag', 'promise'];
const shapes: readonly ShapeName[] = ['chain', 'fan-in', 'recursion'];

/** The same at a million and at ten million nodes, in fresh processes with the default heap. */
export const scale: Suite = {
  name: 'scale',
  description: 'chain, fan-in and recursion of 1,000,000 and 10,000,000 nodes, default heap',
  contenders,
  run: (options) =>
    measureOverhead({
      suite: 'scale',
      graphs: (options.shapes ?? shapes).map((shape) => ({
        shape,
        sizes: options.sizes ?? (shape === 'recursion' ? [1_000_000] : [1_000_000, 10_000_000]),
      })),
      contenders: options.contenders ?? contenders,
      effort: {
        rounds: options.rounds ?? 5,
        turn: options.turn ?? 20,
        budget: 60,
        limit: options.limit ?? 120,
        apart: true,
        python: options.python,
      },
      progress: options.progress,
    }),
};
