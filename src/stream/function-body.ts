import { DagError } from '../errors.js';
import { specOf } from '../graph/node.js';
import { describeOption } from '../graph/options.js';
import type { ChunkFunction } from './function-machine.js';
import { recipeOf } from './transform.js';

/** The function that chunks are given to, of a plain function or a node; undefined for anything else. */
export function bodyOfFunction(thing: unknown): ChunkFunction | undefined {
  if (typeof thing !== 'function' || recipeOf(thing) !== undefined) return undefined;
  if (specOf(thing) === undefined) return thing as ChunkFunction; // whether it takes a chunk shows when it gets one
  // The body of a node, as the node has it: bound to its instance. Factories of transforms have a spec only.
  const { body } = thing as { readonly body?: ChunkFunction };
  return body;
}

/** Whether a function gives promises, as far as can be seen before it is called. */
export function isAsyncFunction(fn: ChunkFunction): boolean {
  return fn.constructor.name === 'AsyncFunction';
}

/** What an operator was given where it takes a function, as errors say it. */
export interface FunctionOption {
  /** The operator. */
  readonly subject: string;
  /** What the function is for. */
  readonly expected: string;
}

/** The function that an operator was given. @throws DAG_OPTION */
export function functionOption(thing: unknown, { subject, expected }: FunctionOption): ChunkFunction {
  const fn = bodyOfFunction(thing);
  if (fn !== undefined) return fn;
  throw new DagError('DAG_OPTION', {
    message: `${subject} expects ${expected}, got ${describePart(thing)}.`,
    remedy: 'Give a plain function or a node.',
  });
}

/** What was given, in short; factories of transforms are not told from other functions by a look at them. */
export function describePart(thing: unknown): string {
  if (recipeOf(thing) !== undefined) return 'a transform';
  if (specOf(thing) !== undefined && bodyOfFunction(thing) === undefined) return 'a factory that was not called';
  return describeOption(thing);
}
