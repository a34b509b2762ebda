// Nodes that do harm to the thread that they run on.
import { setImmediate, setTimeout } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { alloc, currentCall, node } from 'lazydag';

/** Ends its thread, as long as `attempts` of it have not been made. */
export const exits = node(
  (/** @type {number} */ attempts, /** @type {unknown} */ _after) => {
    if (isMainThread) throw new Error('this would end the tests');
    if ((currentCall()?.attempt ?? 0) <= attempts) process.exit(3);
    return 'survived';
  },
  { name: 'exits' },
);
/** The same, with memory taken and an input held. */
export const exitsWithMemory = node(
  (/** @type {Float64Array} */ x, /** @type {number} */ attempts) => {
    if (isMainThread) throw new Error('this would end the tests');
    const y = alloc(Float64Array, x.length).fill(1);
    if ((currentCall()?.attempt ?? 0) <= attempts) process.exit(3);
    return y;
  },
  { name: 'exitsWithMemory' },
);
export const exitsLater = node(
  async (/** @type {number} */ attempts) => {
    await sleep(1);
    if (!isMainThread && (currentCall()?.attempt ?? 0) <= attempts) process.exit(4);
    return 'survived';
  },
  { name: 'exitsLater' },
);
/** Its timer throws while it waits. */
export const throwsInTimer = node(
  async () => {
    setTimeout(() => {
      throw new RangeError('from a timer');
    }, 1);
    await sleep(10_000);
  },
  { name: 'throwsInTimer' },
);
/** Its timer throws when it has ended. */
export const throwsAfterwards = node(
  () => {
    setImmediate(() => {
      throw new RangeError('from the past');
    });
    return 'ended';
  },
  { name: 'throwsAfterwards' },
);
export const rejectsUnheard = node(
  async () => {
    void Promise.reject(new RangeError('nobody listens'));
    await sleep(10_000);
  },
  { name: 'rejectsUnheard' },
);
export const eats = node(
  () => {
    const kept = [];
    for (;;) kept.push(new Array(10_000).fill({ x: Math.random() }).map((x) => ({ ...x })));
  },
  { name: 'eats' },
);
export const loops = node(
  /** @type {(_?: unknown) => number} */ (
    () => {
      for (;;);
    }
  ),
  { name: 'loops' },
);
export const loopsLater = node(
  async () => {
    await sleep(1);
    for (;;);
  },
  { name: 'loopsLater' },
);
/** Loops in its first attempt only. */
export const loopsOnce = node(
  () => {
    if (currentCall()?.attempt === 1) for (;;);
    return 'ended';
  },
  { name: 'loopsOnce' },
);
