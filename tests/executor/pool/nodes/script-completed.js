// A script that takes results as they come.
import { asCompleted, node } from 'lazydag';

export const early = node((/** @type {number} */ x) => x + 1, { name: 'early' });
/** @type {unknown[]} */
export const answers = [];
for await (const [, value] of asCompleted([early(1)])) answers.push(value);
export const late = node((/** @type {number} */ x) => x + 2, { name: 'late' });
