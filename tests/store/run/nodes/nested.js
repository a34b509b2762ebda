// Nodes of the tests of runs in bodies on a pool: threads import this module as it is, with the build.
import { randomUUID } from 'node:crypto';
import { node, resolve } from '../../../../dist/index.js';
import { DiskStore } from '../../../../dist/store/index.js';

/** Another value each time that its body runs. */
export const draw = node((/** @type {number} */ x) => `${String(x)}: ${randomUUID()}`, {
  name: 'draw',
  version: '1',
  persist: 'disk',
});

/** @type {DiskStore | undefined} */
let store;

/** Resolves a call in its body, with a store of the thread that it runs on. */
export const withOwnStore = node(
  async (/** @type {number} */ x, /** @type {string} */ path) => {
    store ??= new DiskStore({ path });
    return await resolve(draw(x), { store });
  },
  { name: 'withOwnStore' },
);

/** Resolves a call in its body, with what store there is. */
export const withoutStore = node(async (/** @type {number} */ x) => await resolve(draw(x)), { name: 'withoutStore' });

/** Leaves the call to the run. */
export const returned = node((/** @type {number} */ x) => draw(x), { name: 'returned' });
