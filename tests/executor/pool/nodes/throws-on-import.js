// Can be imported on the main thread only.
import { isMainThread } from 'node:worker_threads';
import { node } from 'lazydag';

if (!isMainThread) throw new SyntaxError('not on a thread');

export const unlucky = node((/** @type {number} */ x) => x, { name: 'unlucky' });
