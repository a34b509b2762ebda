// Nodes that threads find, or cannot find, in this module.
import { node } from 'lazydag';

/** A node that only the thread has which calls this. */
export function makeNode() {
  return node((/** @type {number} */ x) => x + 1, { name: 'made in a function' });
}

/** @param {number} step A node that keeps something of its function. */
export function makeClosure(step) {
  return node((/** @type {number} */ x) => x + step, { name: 'step' });
}

export const twinA = node((/** @type {number} */ x) => x + 1, { name: 'twin' });
export const twinB = node((/** @type {number} */ x) => x + 2, { name: 'twin' });

/** Made in a body. */
export const makes = node(
  (/** @type {number} */ x) => node((/** @type {number} */ y) => y * 2, { name: 'inBody' })(x),
  {
    name: 'makes',
  },
);

/** Without a name: found by its place. */
export const unnamed = [node((/** @type {number} */ x) => x * 3)];

/** Gives what no thread can send. */
export const givesFunction = node(/** @type {() => unknown} */ (() => ({ list: [{ f: () => 1 }] })), {
  name: 'givesFunction',
});
