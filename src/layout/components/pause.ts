/** Longest that a timer takes: those that should take longer fire at once. */
const LONGEST = 2 ** 31 - 1;

/** Settles after some milliseconds, and at once when `signal` is aborted. Never rejects. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, Math.min(Math.ceil(milliseconds), LONGEST));
    signal.addEventListener('abort', wake, { once: true });
  });
}

/** Settles at a time of `performance.now()`, never before it, and at once when `signal` is aborted. */
export async function pauseUntil(time: number, signal: AbortSignal): Promise<void> {
  for (let left = time - performance.now(); left > 0 && !signal.aborted; left = time - performance.now()) {
    await pause(left, signal);
  }
}

/** What a promise settles to; undefined as soon as `signal` is aborted. Leaves nothing behind at the signal. */
export async function orAborted<Value>(promise: PromiseLike<Value>, signal: AbortSignal): Promise<Value | undefined> {
  let abort = (): void => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    abort = () => {
      resolve(undefined);
    };
  });
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
