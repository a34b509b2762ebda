import { countTask } from './tally.js';

/** A body that costs nothing. */
export function increment(x: number): number {
  countTask();
  return x + 1;
}

/** Adds up what the bodies of a fan-out gave. */
export function total(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** What `spin` is called with. */
export interface SpinRequest {
  readonly iterations: number;
  readonly seed: number;
}

/** Arithmetic that no compiler can leave out, and no clock: every contender does the same work. */
export function spin({ iterations, seed }: SpinRequest): number {
  countTask();
  let x = seed | 0;
  for (let i = 0; i < iterations; i++) x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0;
  return x;
}

/** Touches an array, so that it is not enough to hand its address around. */
export function touch(values: Float64Array): Float64Array {
  countTask();
  values[0] = (values[0] ?? 0) + 1;
  return values;
}

/** Writes x + 1 for every x of `from` into `to`. */
export function addOne<Values extends Float64Array>(from: Float64Array, to: Values): Values {
  for (let i = 0; i < from.length; i++) to[i] = (from[i] ?? 0) + 1;
  return to;
}
