import { FunctionMachine } from '../function-machine.js';
import type { Machine } from '../machine.js';
import { factoryOf } from '../stateful.js';
import type { Flow } from '../transform.js';

/** Gives what stands in each chunk, one by one: arrays, Sets, generators and anything else that can be iterated. */
export const unbatch = factoryOf(unbatched, { name: 'unbatch', module: import.meta.url }, factoryOf) as <T>() => Flow<
  Iterable<T>,
  T
>; // what `unbatched` makes

function unbatched(): Machine {
  return new FunctionMachine((chunk) => chunk, { emits: true });
}
