/** Returned by a body: it emits nothing this time. */
export const skip: unique symbol = Symbol.for('lazydag.layout.skip');

/** Returned by a body: the component has come to its end, and emits nothing more. */
export const done: unique symbol = Symbol.for('lazydag.layout.done');

/** Several values that one firing emits. */
export class Emissions {
  constructor(readonly values: readonly unknown[]) {}
}

/** Returned by a body: it emits each of the values, in this order; none at all when there are none. */
export function emitAll<Value>(values: Iterable<Value>): Emissions {
  return new Emissions([...values]);
}

/**
 * Returned by a body of the library that has waited: its value is asked for and emitted only if nothing newer has come for
 * the component meanwhile.
 */
export class Provisional {
  constructor(readonly give: () => unknown) {}
}
