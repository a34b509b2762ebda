// Ends each thread that imports it.
import { isMainThread } from 'node:worker_threads';
import { node } from 'lazydag';

if (!isMainThread) process.exit(9);

export const doomed = node((/** @type {number} */ x) => x, { name: 'doomed' });
