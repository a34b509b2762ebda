// Components of the tests of layouts on threads: threads import this module as it is.
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { appendFileSync } from 'node:fs';
import { Collector, component, done, Emitter, parameters, Router, struct } from '../../../dist/layout/index.js';

const here = { module: import.meta.url };

export const Count = struct({ n: 'i32', filler: ['u8', 100] });

/** Emits 0, 1, 2 and so on below `end`; every `pause`-th time after a turn of the event loop. */
export class Counter extends Emitter {
  static output = Count;
  #next = 0;

  /** @param {number} end @param {number} pause */
  constructor(end = Infinity, pause = 16) {
    super();
    this.end = end;
    this.pause = pause;
  }

  /** @param {import('../../../dist/layout/index.js').StructView<typeof Count>} out */
  compute(out) {
    if (this.#next >= this.end) return done;
    out.n = this.#next;
    out.filler.fill(this.#next);
    this.#next += 1;
    return this.#next % this.pause === 0 ? turn() : undefined;
  }
}
component(here)(Counter);

/** Passes on what it gets, times a factor. */
export class Times extends Router {
  static output = Count;

  /** @param {number} factor */
  constructor(factor) {
    super();
    this.factor = factor;
  }

  /** @param {any} given @param {any} out */
  compute(given, out) {
    out.n = given.n * this.factor;
  }
}
component(here)(Times);

/** The sum of its parents. */
export class Sum extends Router {
  static output = Count;

  /** @param {any[]} given */
  compute(...given) {
    const out = given.pop();
    out.n = given.reduce((sum, { n }) => sum + n, 0);
  }
}
component(here)(Sum);

/** Passes what it gets on to wherever it is connected, as a value. */
export class Value extends Router {
  /** @param {any} given */
  compute({ n }) {
    return n;
  }
}
component(here)(Value);

/** Collects what it gets, in a file when it stops. */
export class Write extends Collector {
  /** @type {number[]} */
  #got = [];

  /** @param {string} file */
  constructor(file) {
    super();
    this.file = file;
  }

  start() {
    appendFileSync(this.file, 'start\n');
  }

  stop() {
    appendFileSync(this.file, `stop ${JSON.stringify(this.#got)}\n`);
  }

  /** @param {any} given */
  compute({ n, filler }) {
    // Whoever sees half of a value sees another filler.
    this.#got.push(filler.every((/** @type {number} */ byte) => byte === n % 256) ? n : -1);
  }
}
component(here)(Write);

/** Does what a test tells it to, at the third value. */
export class Misbehave extends Router {
  static output = Count;
  #fired = 0;

  /** @param {'exit' | 'loop' | 'throw' | 'reject' | 'memory'} how */
  constructor(how) {
    super();
    this.how = how;
  }

  /** @param {any} given */
  compute({ n }) {
    this.#fired += 1;
    if (this.#fired !== 3) return { n };
    if (this.how === 'exit') process.exit(7);
    if (this.how === 'throw') throw new RangeError('on a thread');
    if (this.how === 'reject') void Promise.reject(new Error('nobody waits'));
    const held = [];
    while (this.how === 'loop' || this.how === 'memory') if (this.how === 'memory') held.push(new Array(1e5).fill(n));
    return turn();
  }
}
component(here)(Misbehave);

export const Gains = parameters({ gain: { initial: 1, min: 0, max: 5 } });

/** What it gets, times its gain. */
export class Gain extends Router {
  static output = Count;
  parameters = Gains.values();

  /** @param {any} given */
  compute({ n }) {
    return { n: n * this.parameters.gain };
  }
}
component(here)(Gain);

/** Waits on a blocked thread: fires once in a long while. */
export class Seldom extends Emitter {
  static output = Count;
  #n = 0;

  /** @param {any} out */
  async compute(out) {
    await sleep(30);
    out.n = this.#n;
    out.filler.fill(this.#n);
    this.#n += 1;
    return this.#n > 5 ? done : undefined;
  }
}
component(here)(Seldom);

/** Its start never ends; with `blocks` it even blocks the thread. */
export class Hangs extends Collector {
  /** @param {string} file @param {boolean} blocks */
  constructor(file, blocks) {
    super();
    this.file = file;
    this.blocks = blocks;
  }

  start() {
    appendFileSync(this.file, 'starting\n');
    while (this.blocks);
    return new Promise(() => undefined);
  }

  stop() {
    appendFileSync(this.file, 'stopped\n');
  }

  /** @param {any} _ */
  compute(_) {
    // never fires
  }
}
component(here)(Hangs);

/** Counts in shared memory its firings, and those in which it was not given two values. */
export class Pair extends Collector {
  /** @param {Int32Array} counts */
  constructor(counts) {
    super();
    this.counts = counts;
  }

  /** @param {any} one @param {any} other */
  compute(one, other) {
    Atomics.add(this.counts, 0, 1);
    if (one === undefined || other === undefined) Atomics.add(this.counts, 1, 1);
  }
}
component(here)(Pair);

/** Its thread ends while it starts. */
export class ExitsStarting extends Collector {
  async start() {
    await turn();
    process.exit(7);
  }

  /** @param {any} _ */
  compute(_) {
    // never fires
  }
}
component(here)(ExitsStarting);
