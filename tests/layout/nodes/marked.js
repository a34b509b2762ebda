// Values that tell whether they are whole, for threads that stall at random.
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { Collector, component, done, Emitter, struct } from '../../../dist/layout/index.js';

const here = { module: import.meta.url };
const TORN = 0;
const DISORDERED = 1;
const SEEN = 2;
const LAST = 3;

/** @param {number} seed @returns {(below: number) => number} whole numbers below a bound, the same for the same seed */
function random(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** @param {(below: number) => number} draw @returns {Promise<unknown> | undefined} */
function stall(draw) {
  const kind = draw(1000);
  if (kind === 0) return sleep(1);
  if (kind < 10) return turn();
  if (kind < 30) for (const until = performance.now() + 0.02; performance.now() < until;);
  return undefined;
}

/** @param {Float64Array} bytes @returns {number | undefined} the number that all of them are; none when they differ */
function uniform(bytes) {
  const [first] = bytes;
  return bytes.every((byte) => byte === first) ? first : undefined;
}

/** Notes what a value was like. @param {Float64Array} report @param {number | undefined} number @param {boolean} gaps */
function see(report, number, gaps) {
  report[SEEN] += 1;
  const last = report[LAST] - 1;
  if (number === undefined) report[TORN] += 1;
  else if (gaps ? number <= last : number !== last + 1) report[DISORDERED] += 1;
  if (number !== undefined) report[LAST] = number + 1;
}

/** Emits arrays of random lengths, all numbers of which are that of the array. */
export class Lengths extends Emitter {
  #next = 0;
  #draw = random(1);

  /** @param {number} end */
  constructor(end) {
    super();
    this.end = end;
  }

  compute() {
    if (this.#next === this.end) return done;
    const length = this.#draw(500) === 0 ? 8192 : 1 + this.#draw(this.#draw(10) === 0 ? 512 : 50);
    const value = new Float64Array(length).fill(this.#next++);
    return stall(this.#draw)?.then(() => value) ?? value;
  }
}
component(here)(Lengths);

/** Looks whether they are whole, and all there. */
export class SeeLengths extends Collector {
  #draw = random(2);

  /** @param {SharedArrayBuffer} memory torn, disordered, seen, and the last one plus one */
  constructor(memory) {
    super();
    this.report = new Float64Array(memory);
  }

  /** @param {Float64Array} value */
  compute(value) {
    see(this.report, uniform(value), false);
    return stall(this.#draw);
  }
}
component(here)(SeeLengths);

/** A record of 4 KiB. */
const Record = struct({ numbers: ['f64', 512] });

/** Fills one record after the other, from the front to the back. */
export class Fill extends Emitter {
  static output = Record;
  #next = 0;
  #draw = random(3);

  /** @param {number} end */
  constructor(end) {
    super();
    this.end = end;
  }

  /** @param {{ numbers: Float64Array }} out */
  compute({ numbers }) {
    if (this.#next === this.end) return done;
    for (let at = 0; at < numbers.length; at += 1) numbers[at] = this.#next;
    this.#next += 1;
    return stall(this.#draw)?.then(() => undefined);
  }
}
component(here)(Fill);

/** Looks at each record before and after it has waited, if it waits. */
export class SeeFilled extends Collector {
  #draw = random(4);

  /** @param {SharedArrayBuffer} memory torn, disordered, seen, and the last one plus one */
  constructor(memory) {
    super();
    this.report = new Float64Array(memory);
  }

  /** @param {{ numbers: Float64Array }} record */
  compute({ numbers }) {
    const number = uniform(numbers);
    const again = () => see(this.report, uniform(numbers) === number ? number : undefined, true);
    const stalled = stall(this.#draw);
    return stalled === undefined ? again() : stalled.then(again);
  }
}
component(here)(SeeFilled);
