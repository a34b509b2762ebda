// A script: it goes on to use its nodes, which threads must not do.
import { node, resolve } from 'lazydag';

export const early = node((/** @type {number} */ x) => x + 1, { name: 'early' });
export const answer = await resolve(early(1));
export const late = node((/** @type {number} */ x) => x + 2, { name: 'late' });
