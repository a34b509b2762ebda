// Nodes, transforms and components of the tests of ready-made components on threads, which import this module as it is.
import { setImmediate as turn } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { node } from '../../../../dist/index.js';
import { Collector, component, skip, struct } from '../../../../dist/layout/index.js';
import { batch, compose, filter, stateful } from '../../../../dist/stream/index.js';

export const State = struct({ n: 'i32', list: ['f64', 2], inner: struct({ x: 'f32' }) });
export const Num = struct({ n: 'f64' });

/** Tells the thread of the test through memory that it was given. */
const count = (/** @type {Int32Array} */ counts, /** @type {number} */ at) => {
  if (isMainThread) throw new Error('not on a thread');
  Atomics.add(counts, at, 1);
};

/** @type {Int32Array | undefined} */
let memory;

/** Adds up the numbers of records in memory, whose struct it is given. */
export class Adder extends Collector {
  #counts;
  /** @param {import('../../../../dist/layout/index.js').Struct<any>} record @param {Int32Array} counts */
  constructor(record, counts) {
    super();
    this.inputs = [record];
    this.#counts = counts;
    memory = counts;
  }
  /** @param {{ n: number }} value */
  compute(value) {
    count(this.#counts, 0);
    Atomics.add(this.#counts, 1, value.n);
  }
}
component({ module: import.meta.url })(Adder);

/** Adds up values of any kind. */
export class ValueAdder extends Collector {
  #counts;
  /** @param {Int32Array} counts */
  constructor(counts) {
    super();
    this.#counts = counts;
  }
  /** @param {number | number[]} value */
  compute(value) {
    count(this.#counts, 0);
    for (const each of [value].flat()) Atomics.add(this.#counts, 1, each);
  }
}
component({ module: import.meta.url })(ValueAdder);

export const numbers = node(
  /** @returns {AsyncGenerator<{ n: number }>} */
  async function* numbers() {
    for (let n = 1; n <= 10; n += 1) {
      await turn();
      yield { n };
    }
  },
  { name: 'numbers' },
);

export const twiceUnlessFive = node((/** @type {{ n: number }} */ { n }) => (n === 5 ? skip : { n: 2 * n }), {
  name: 'twiceUnlessFive',
});

/** Adds a sample and a number up. */
export const plus = node(
  (/** @type {{ value: number }} */ { value }, /** @type {{ n: number }} */ { n }) => value + n,
  { name: 'plus' },
);

export const look = node(
  () => {
    if (memory !== undefined) count(memory, 2);
  },
  { name: 'look' },
);

export const report = node(
  (/** @type {{ final: boolean, values: number }} */ { final, values }) => {
    if (final && memory !== undefined) Atomics.add(memory, 3, values);
  },
  { name: 'report' },
);

const isOdd = node((/** @type {number} */ n) => n % 2 === 1, { name: 'isOdd' });

export const sum = stateful(
  { init: () => ({ sum: 0 }), step: (state, /** @type {number} */ n) => (state.sum += n) },
  { name: 'sum' },
);

/** Sums of the odd numbers, in pairs. */
export const oddSums = () => compose(filter(isOdd), sum(), batch(2));
