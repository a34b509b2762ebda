import { total } from './bodies.js';
import type { HandOn, PayloadMode, Pool } from './pool.js';

/** A body that workers of a peer offer. `move` is `touch` whose result is transferred instead of cloned. */
export type TaskName = 'increment' | 'spin' | 'touch' | 'move';

/** What a pool that calls one function on some worker needs to say. */
export interface CallPool {
  /** Calls a task; `transfer` lists what changes hands instead of being cloned. */
  call(task: TaskName, argument: unknown, transfer?: readonly ArrayBufferLike[]): Promise<unknown>;
  /** Which way arrays can be transferred. */
  readonly transfers: 'both' | 'in' | 'none';
}

/** Makes the measurements' vocabulary out of single calls: what a user of that pool would write. */
export function poolOfCalls({ call, transfers }: CallPool): Pool {
  // Tasks are named together with the type of what they give.
  const number = (task: 'increment' | 'spin', argument: unknown): Promise<number> =>
    call(task, argument) as Promise<number>;
  const burst = async (count: number): Promise<number> =>
    total(await Promise.all(Array.from({ length: count }, (_, x) => number('increment', x))));
  return {
    burst,
    single: (x) => number('increment', x),
    fanOut: burst,
    spins: async ({ count, iterations }) =>
      total(await Promise.all(Array.from({ length: count }, (_, seed) => number('spin', { iterations, seed })))),
    payloads: {
      clone: (bytes) => handOn(call, bytes, 'clone'),
      ...(transfers === 'both' && { transfer: (bytes: number) => handOn(call, bytes, 'transfer') }),
      ...(transfers === 'in' && { 'transfer in': (bytes: number) => handOn(call, bytes, 'transfer in') }),
    },
  };
}

/** Sends an array there and back again and again, each time what came back the last time. */
export function handOn(call: CallPool['call'], bytes: number, mode: PayloadMode): HandOn {
  const length = bytes / Float64Array.BYTES_PER_ELEMENT;
  let values = mode === 'shared' ? new Float64Array(new SharedArrayBuffer(bytes)) : new Float64Array(length).fill(0);
  let touched = 0;
  return async (calls) => {
    for (let made = 0; made < calls; made++) {
      const task = mode === 'transfer' ? 'move' : 'touch';
      const transfer = mode === 'transfer' || mode === 'transfer in' ? [values.buffer] : undefined;
      values = (await call(task, values, transfer)) as typeof values; // `touch` and `move` give their argument back
      touched += 1;
    }
    if (values.length !== length || values[0] !== touched) {
      throw new Error(`wrong array: ${values.length} numbers, the first ${String(values[0])}, expected ${touched}`);
    }
  };
}
