import type { Machine, MakeMachine } from '../../../src/stream/machine.js';
import { factoryOf } from '../../../src/stream/stateful.js';
import type { Flow } from '../../../src/stream/transform.js';

/** Gathers chunks into arrays; what is left at the end comes as a shorter one. */
class Batching implements Machine {
  readonly emits = true;
  readonly gathers = true;
  readonly #size: number;
  #kept: unknown[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  step(chunk: unknown): unknown[][] {
    this.#kept.push(chunk);
    return this.#kept.length < this.#size ? [] : this.flush();
  }

  flush(): unknown[][] {
    const kept = this.#kept;
    this.#kept = [];
    return kept.length === 0 ? [] : [kept];
  }

  reset(): void {
    this.#kept = [];
  }

  close(): void {
    this.reset();
  }

  snapshot(): unknown {
    return [...this.#kept];
  }

  restore(state: unknown): void {
    this.#kept = [...(state as unknown[])]; // as snapshot() gave it
  }
}

/** A flow without a state. */
function stateless(step: (chunk: unknown) => unknown): Machine {
  const nothing = (): void => undefined;
  return { emits: true, step, reset: nothing, close: nothing, snapshot: () => null, restore: nothing };
}

/** A factory of flows, of the types that a test says. */
function flows<Args extends readonly unknown[], In, Out>(
  make: (...args: Args) => Machine,
  name: string,
): (...args: Args) => Flow<In, Out> {
  const factory = factoryOf(make as unknown as MakeMachine, { name }, flows);
  return factory as (...args: Args) => Flow<In, Out>; // factories are typed where they are defined
}

/** Arrays of `size` chunks. */
export const batches = flows<[size: number], number, number[]>((size) => new Batching(size), 'batches');

/** The chunks that a test holds for. */
export const keeping = flows<[holds: (chunk: number) => boolean], number, number>(
  (holds) => stateless((chunk) => (holds(chunk as number) ? [chunk] : [])), // numbers, by the type of the factory
  'keeping',
);

/** Any number of results for a chunk, from a generator of either kind. */
export const many = flows<[spread: (chunk: number) => Iterable<number> | AsyncIterable<number>], number, number>(
  (spread) => stateless((chunk) => spread(chunk as number)),
  'many',
); // numbers, by the type of the factory
