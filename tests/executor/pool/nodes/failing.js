// Nodes that fail in one way or another.
import { clearInterval, setInterval } from 'node:timers';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { currentCall, node } from 'lazydag';

/** @param {string} message */
function odd(message) {
  return Object.assign(new RangeError(message, { cause: new Error('deeper') }), {
    errno: -7,
    where: { row: 3, columns: Float64Array.of(1, 2) },
  });
}

export const fails = node(
  /** @type {(_?: unknown) => number} */ (
    () => {
      throw odd('out of bounds');
    }
  ),
  { name: 'fails' },
);
export const failsLater = node(
  async (/** @type {unknown} */ _after) => {
    await turn();
    throw odd('out of bounds, later');
  },
  { name: 'failsLater' },
);
/** What is thrown cannot travel whole. */
export const failsOddly = node(
  /** @type {() => number} */ (
    () => {
      throw Object.assign(new RangeError('no route'), { code: 'E_ROUTE', retry: () => 0 });
    }
  ),
  { name: 'failsOddly' },
);
export const throwsText = node(
  /** @type {() => number} */ (
    () => {
      throw 'just a text';
    }
  ),
  { name: 'throwsText' },
);
/** Fails but for its last attempt. */
export const flaky = node(
  (/** @type {number} */ x) => {
    const attempt = currentCall()?.attempt ?? 0;
    if (attempt < 3) throw new Error(`attempt ${attempt}`);
    return [x, attempt];
  },
  { name: 'flaky', retries: 2 },
);
export const flakyLater = node(
  async (/** @type {number} */ x) => {
    await turn();
    const attempt = currentCall()?.attempt ?? 0;
    if (attempt < 3) throw new Error(`attempt ${attempt}`);
    return [x, attempt];
  },
  { name: 'flakyLater', retries: 2, retryDelay: 1 },
);
/** An outer call that ends in one that fails. */
export const failsInside = node((/** @type {number} */ x) => fails(x), { name: 'failsInside' });
export const badOutputs = node(/** @type {() => any} */ (() => [1, 2, 3]), { name: 'badOutputs', outputs: 2 });

/** Never ends by itself, and says so when it is aborted. */
export const waits = node(
  (/** @type {unknown} */ _after) =>
    new Promise((resume) => {
      const signal = currentCall()?.signal;
      const alive = setInterval(() => undefined, 1000);
      signal?.addEventListener('abort', () => {
        clearInterval(alive);
        resume('aborted');
      });
    }),
  { name: 'waits' },
);
/** Takes long, and pays no heed to its signal. */
export const sleeps = node((/** @type {number} */ milliseconds) => sleep(milliseconds, 'slept'), { name: 'sleeps' });
/** Computes for so long. */
export const computes = node(
  (/** @type {number} */ milliseconds) => {
    const until = performance.now() + milliseconds;
    while (performance.now() < until);
    return 'computed';
  },
  { name: 'computes' },
);
