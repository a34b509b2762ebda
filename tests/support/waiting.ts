/** A promise with its handles, for bodies that end when a test says so. */
export interface Deferred<Value> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
  reject(reason: unknown): void;
}

export function deferred<Value = void>(): Deferred<Value> {
  let handles: Pick<Deferred<Value>, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<Value>((resolve, reject) => {
    handles = { resolve, reject };
  });
  if (handles === undefined) throw new Error('the executor of a promise runs at once');
  return { promise, ...handles };
}

/** One round of the event loop: timers, I/O and immediates that were due have run. */
export function turnOfLoop(): Promise<void> {
  return new Promise((resume) => setImmediate(resume));
}

/** Waits, round by round, until something holds. */
export async function until(holds: () => boolean, turns = 10_000): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    if (holds()) return;
    await turnOfLoop();
  }
  throw new Error(`did not hold within ${turns} turns of the event loop: ${holds.toString()}`);
}

/** What a promise settles to; rejects if it has not settled after `milliseconds`, because a run hangs. */
export async function within<Value>(milliseconds: number, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`did not settle within ${milliseconds} ms`));
    }, milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a promise rejects with; an error of its own if it hangs for two seconds or fulfils. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const fulfilled = Symbol('fulfilled');
  const outcome = await within(
    2000,
    promise.then(
      () => fulfilled,
      (error: unknown) => ({ error }),
    ),
  );
  if (typeof outcome === 'symbol') throw new Error('expected a rejection, but the promise fulfilled');
  return outcome.error;
}
