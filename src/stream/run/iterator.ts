/** An iterator of either kind. */
export type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

/** Begins to iterate over something, asynchronously where it can; undefined where it cannot be iterated. */
export function beginIterator(iterable: unknown): AnyIterator | undefined {
  if (typeof iterable !== 'object' || iterable === null) return undefined;
  const parts = iterable as {
    readonly [Symbol.asyncIterator]?: () => AsyncIterator<unknown>;
    readonly [Symbol.iterator]?: () => Iterator<unknown>;
  }; // asked for here
  return parts[Symbol.asyncIterator]?.() ?? parts[Symbol.iterator]?.();
}
