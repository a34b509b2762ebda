// A body that makes several calls on its argument, which lies in ordinary memory and is too large for two copies in one block.
import { node } from 'lazydag';

export const frame = node((/** @type {number} */ n) => new Float64Array(n).fill(2), { name: 'frame' });
const energy = node((/** @type {Float64Array} */ x) => x.reduce((sum, v) => sum + v * v, 0) / x.length, {
  name: 'energy',
});
const peak = node((/** @type {Float64Array} */ x) => x.reduce((most, v) => Math.max(most, v), 0), { name: 'peak' });
const ratio = node((/** @type {number} */ a, /** @type {number} */ b) => a / b, { name: 'ratio' });
export const crest = node((/** @type {Float64Array} */ x) => /** @type {any} */ (ratio(peak(x), energy(x))), {
  name: 'crest',
});
