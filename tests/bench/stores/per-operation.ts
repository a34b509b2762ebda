/** Microseconds for each of `count` operations, one after the other. */
export async function microsecondsEach(count: number, operate: (index: number) => unknown): Promise<number> {
  const started = performance.now();
  for (let index = 0; index < count; index++) await operate(index);
  return ((performance.now() - started) * 1_000) / count;
}

/** The same without promises: an operation that gives one would not be waited for. */
export function microsecondsEachNow(count: number, operate: (index: number) => void): number {
  const started = performance.now();
  for (let index = 0; index < count; index++) operate(index);
  return ((performance.now() - started) * 1_000) / count;
}
