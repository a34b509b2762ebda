import type { NodeFunction } from '../../graph/node.js';
import { functionOption, isAsyncFunction } from '../function-body.js';
import { FunctionMachine } from '../function-machine.js';
import type { Machine } from '../machine.js';
import { factoryOf } from '../stateful.js';
import type { AsyncFlow, Flow } from '../transform.js';

/** Makes flows of functions that give any number of results. */
export interface FlatMap {
  <In, Out>(fn: (chunk: In) => Iterable<Out>): Flow<In, Out>;
  <In, Out>(fn: (chunk: In) => Promise<Iterable<Out>> | AsyncGenerator<Out>): AsyncFlow<In, Out>;
  /* eslint-disable @typescript-eslint/unified-signatures -- a union would leave the parameters of arrow functions without a type */
  <In, Out>(fn: NodeFunction<[In], Iterable<Out>>): Flow<In, Out>;
  <In, Out>(fn: NodeFunction<[In], Promise<Iterable<Out>>>): AsyncFlow<In, Out>;
  /* eslint-enable @typescript-eslint/unified-signatures */
}

/**
 * Gives the results of a function or node one by one, for each chunk. A pipeline reads a generator as it goes on. `async`
 * functions are awaited; what an asynchronous generator gives is collected first.
 *
 * @throws DAG_OPTION unless `fn` is a function or a node.
 */
export const flatMap = factoryOf(
  flatMapped,
  { name: 'flatMap', module: import.meta.url },
  factoryOf,
) as unknown as FlatMap; // what `flatMapped` makes

function flatMapped(fn: unknown): Machine {
  const give = functionOption(fn, { subject: 'flatMap(fn)', expected: 'a function that gives an iterable' });
  if (give.constructor.name === 'AsyncGeneratorFunction') {
    const step = (chunk: unknown): Promise<unknown[]> => collected(give(chunk) as AsyncIterable<unknown>); // as such functions do
    return new FunctionMachine(step, { emits: true, asynchronous: true });
  }
  if (isAsyncFunction(give)) return new FunctionMachine(give, { emits: true, asynchronous: true });
  const step = (chunk: unknown): unknown => {
    const results = give(chunk);
    return isAsyncIterable(results) ? collected(results) : results;
  };
  return new FunctionMachine(step, { emits: true });
}

function isAsyncIterable(results: unknown): results is AsyncIterable<unknown> {
  return (
    typeof results === 'object' && results !== null && Symbol.asyncIterator in results && !(Symbol.iterator in results)
  );
}

async function collected(results: AsyncIterable<unknown>): Promise<unknown[]> {
  const list: unknown[] = [];
  for await (const result of results) list.push(result);
  return list;
}
