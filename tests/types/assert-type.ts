/** Whether two types are the same type, not only assignable to each other. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Fails to compile unless its type argument is `true`: `assertType<Equal<typeof x, number>>()`. */
export function assertType<_Condition extends true>(): void {
  // All that matters happens in the type argument.
}
