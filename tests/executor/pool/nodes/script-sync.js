// A script that wants results at once.
import { node, resolveSync } from 'lazydag';

export const early = node((/** @type {number} */ x) => x + 1, { name: 'early' });
export const answer = resolveSync(early(1));
export const late = node((/** @type {number} */ x) => x + 2, { name: 'late' });
