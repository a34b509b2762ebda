import { DagError } from '../errors.js';
import { closeAll, composition } from './composition.js';
import type { Compose } from './compose-types.js';
import { bodyOfFunction, describePart, isAsyncFunction } from './function-body.js';
import { FunctionMachine } from './function-machine.js';
import type { Machine } from './machine.js';
import { factoryOf } from './stateful.js';
import { machineOf, recipeOf } from './transform.js';

/**
 * Transforms, flows, functions and nodes in a row as one transform: what each gives goes into the next. It is a flow
 * where some part is one. Each transform among the parts serves as a pattern: the composition makes another like it, and
 * the one that was given keeps its state. Nodes are called at once, by their body. Promises are awaited between the parts
 * when some part is an asynchronous transform or an `async` function; a chunk then waits until the one before is through.
 *
 * `snapshot()` gives an array with the state of each part, null for functions. A call costs one call per part.
 *
 * @throws DAG_OPTION without parts, or for a part that is none of these.
 */
export const compose = factoryOf(
  composed,
  { name: 'compose', module: import.meta.url },
  factoryOf,
) as unknown as Compose; // its overloads say what the parts must be

function composed(...parts: readonly unknown[]): Machine {
  if (parts.length === 0) {
    throw new DagError('DAG_OPTION', { message: 'compose() expects at least one part, got none.' });
  }
  const machines: Machine[] = [];
  try {
    for (const [index, part] of parts.entries()) machines.push(machineOfPart(part, index));
  } catch (error) {
    closeAll(machines);
    throw error;
  }
  return composition(machines);
}

function machineOfPart(part: unknown, index: number): Machine {
  const recipe = recipeOf(part);
  if (recipe !== undefined) return machineOf(recipe);
  const fn = bodyOfFunction(part);
  if (fn !== undefined) return new FunctionMachine(fn, { asynchronous: isAsyncFunction(fn) });
  throw new DagError('DAG_OPTION', {
    message: `compose(): part ${(index + 1).toString()} must be a transform, a flow, a function or a node, got ${describePart(part)}.`,
    remedy: 'Call the factories of transforms: compose(counter(), …).',
  });
}
