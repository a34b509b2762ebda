import { DagError } from '../../errors.js';
import { isThenable } from '../../executor/thenable.js';
import type { NodeFunction } from '../../graph/node.js';
import { describePart, functionOption, isAsyncFunction } from '../function-body.js';
import type { Machine } from '../machine.js';
import { factoryOf } from '../stateful.js';
import { recipeOf, type AsyncFlow, type Flow, type Transform } from '../transform.js';
import { KeyedMachine } from './keyed-machine.js';

/** Gives a transform one state per key. */
export interface Keying<In> {
  <Out>(flow: AsyncFlow<In, Out>): AsyncFlow<In, Out>;
  <Out>(flow: Flow<In, Out>): Flow<In, Out>;
  <Out>(transform: Transform<In, Out>): Transform<In, Out>;
}

/** Tells the key of a chunk: a function, or a node whose body is used. */
export type KeyOf<In> = ((chunk: In) => unknown) | NodeFunction<[In]>;

/** Makes transforms with one state per key, at once or with the transform given later. */
export interface KeyBy {
  <In, Out>(key: KeyOf<In>, flow: AsyncFlow<In, Out>): AsyncFlow<In, Out>;
  <In, Out>(key: KeyOf<In>, flow: Flow<In, Out>): Flow<In, Out>;
  <In, Out>(key: KeyOf<In>, transform: Transform<In, Out>): Transform<In, Out>;
  <In>(key: KeyOf<In>): Keying<In>;
}

const keyed = factoryOf(keyedMachine, { name: 'keyBy', module: import.meta.url }, factoryOf);

/**
 * A transform with one state per key: `keyBy((e: Event) => e.user)(counter())`. Each state is made afresh, like the
 * transform that was given, when its key comes up first, and stays until `reset()` or `close()`. Keys are the same when
 * a Map takes them for the same. `snapshot()` gives `[key, state]` pairs; `with({ replicas })` lets a pipeline work on
 * several keys at once.
 *
 * @throws DAG_OPTION when `key` is no function or node, or is asynchronous, or when the other is no transform.
 */
export const keyBy = ((...args: readonly unknown[]): unknown => {
  if (args.length > 1) return keyed(...args);
  const key = keyFunction(args[0]);
  return (transform: unknown) => keyed(key, transform);
}) as KeyBy; // `keyed` gives what it was given, by keys

function keyedMachine(key: unknown, transform: unknown): Machine {
  const keyOf = keyFunction(key);
  const recipe = recipeOf(transform);
  if (recipe !== undefined) return new KeyedMachine({ keyOf, recipe });
  throw new DagError('DAG_OPTION', {
    message: `keyBy(key)(transform) expects a transform or a flow, got ${describePart(transform)}.`,
    remedy: 'Call the factory of the transform: keyBy(key)(counter()).',
  });
}

function keyFunction(key: unknown): (chunk: unknown) => unknown {
  const keyOf = functionOption(key, { subject: 'keyBy(key)', expected: 'a function of a chunk' });
  if (isAsyncFunction(keyOf)) throw notAtOnce('an async function');
  return (chunk) => {
    const found = keyOf(chunk);
    if (!isThenable(found)) return found;
    Promise.resolve(found).catch(() => undefined);
    throw notAtOnce('one that gave a promise');
  };
}

function notAtOnce(got: string): DagError {
  return new DagError('DAG_OPTION', {
    message: `keyBy(key) expects a function that gives the key at once, got ${got}.`,
    remedy: 'Put the waiting before it: compose(async (chunk) => …, keyBy(key)(transform)).',
  });
}
