import { isThenable } from '../../executor/thenable.js';
import type { NodeFunction } from '../../graph/node.js';
import { functionOption, isAsyncFunction } from '../function-body.js';
import { FunctionMachine } from '../function-machine.js';
import type { Machine } from '../machine.js';
import { factoryOf } from '../stateful.js';
import type { AsyncFlow, Flow } from '../transform.js';

/** Makes filters; a type guard narrows what comes out. */
export interface Filter {
  <In, Out extends In>(predicate: (chunk: In) => chunk is Out): Flow<In, Out>;
  <In>(predicate: (chunk: In) => boolean): Flow<In, In>;
  <In>(predicate: (chunk: In) => Promise<boolean>): AsyncFlow<In, In>;
  /* eslint-disable @typescript-eslint/unified-signatures -- a union would leave the parameters of arrow functions without a type */
  <In>(predicate: NodeFunction<[In], boolean>): Flow<In, In>;
  <In>(predicate: NodeFunction<[In], Promise<boolean>>): AsyncFlow<In, In>;
  /* eslint-enable @typescript-eslint/unified-signatures */
}

/**
 * Lets those chunks pass for which a function or node gives something true. A promise of that is
 * awaited; in a `compose()` the function must be `async` for this.
 *
 * @throws DAG_OPTION unless `predicate` is a function or a node.
 */
export const filter = factoryOf(filtered, { name: 'filter', module: import.meta.url }, factoryOf) as unknown as Filter; // what `filtered` makes

function filtered(predicate: unknown): Machine {
  const passes = functionOption(predicate, { subject: 'filter(predicate)', expected: 'a function of a chunk' });
  if (isAsyncFunction(passes)) {
    const step = async (chunk: unknown): Promise<unknown[]> => ((await passes(chunk)) ? [chunk] : []);
    return new FunctionMachine(step, { emits: true, asynchronous: true });
  }
  const step = (chunk: unknown): unknown => {
    const passed = passes(chunk);
    if (isThenable(passed)) return Promise.resolve(passed).then((isTrue) => (isTrue ? [chunk] : []));
    return passed ? [chunk] : [];
  };
  return new FunctionMachine(step, { emits: true });
}
