// Nodes whose bodies make calls of every kind.
import { node, resolve } from 'lazydag';
import { add, fill, named, same, split, total } from './basic.js';
import { givesFunction } from './places.js';

/** A call that was resolved in the body, and one that takes it. */
export const resolved = node(
  async (/** @type {number} */ x) => {
    const sum = add(x, 1);
    const memory = fill(100, x);
    await resolve([sum, memory]);
    return { sum, next: add(sum, 1), memory: total(memory) };
  },
  { name: 'resolved' },
);

/** The very call that was resolved in the body. */
export const resolvedWhole = node(
  async (/** @type {number} */ x) => {
    const memory = fill(100, x);
    await resolve(memory);
    return memory;
  },
  { name: 'resolvedWhole' },
);

/** Parts of a call that was resolved in the body, by itself and as one of its parts. */
export const resolvedParts = node(
  async (/** @type {number} */ x) => {
    const { less, more } = named(x);
    await resolve([less, more]);
    const list = fill(4, x);
    await resolve(list);
    return { less, sum: add(less, more), first: list.at(0) };
  },
  { name: 'resolvedParts' },
);

/** Resolves a call whose value cannot leave the thread, and gives something else. */
export const keepsToItself = node(
  async (/** @type {number} */ x) => {
    const { list } = /** @type {any} */ (await resolve(givesFunction()));
    return x + list[0].f();
  },
  { name: 'keepsToItself' },
);

/** Parts of calls with several outputs, by position and by name. */
export const parts = node(
  (/** @type {number} */ x) => {
    const [less, more] = split(x);
    const { more: high } = named(x);
    return [less, total(more), high];
  },
  { name: 'parts' },
);

/** A part of the whole that the body was given as one call. */
export const wholes = node(
  (/** @type {number} */ x) => {
    const { less, more } = named(x);
    return { less, again: add(less, more), split: split(add(less, 0))[0] };
  },
  { name: 'wholes' },
);

let tries = 0;
export const secondTime = node(
  (/** @type {number} */ x) => {
    tries += 1;
    if (tries % 2 === 1) throw new Error('only the second time');
    return x;
  },
  { name: 'secondTime' },
);

/** Calls with options of their own, and one that persists. */
export const optioned = node(
  (/** @type {number} */ x) => [secondTime.with({ retries: 1, cost: 0.001 })(x), add(x, 1).persist(), same.with({})(x)],
  { name: 'optioned' },
);

/** A call that nothing takes. */
export const unused = node(
  (/** @type {number} */ x) => {
    add(x, 1);
    add(x, 2);
    return x;
  },
  { name: 'unused' },
);

/** A call whose option is a function, which cannot leave the thread. */
export const unsendableArgument = node((/** @type {number} */ x) => same({ f: () => x }), {
  name: 'unsendableArgument',
});

/** Calls by literals in shared memory. */
export const memory = node(
  (/** @type {number} */ x) => ({ list: [total(Float64Array.of(x, 1), new Float64Array(5000).fill(1)), fill(10, x)] }),
  { name: 'memory' },
);
