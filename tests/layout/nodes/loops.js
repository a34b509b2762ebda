// Components of loops on threads, which import this module as it is.
import { setImmediate as turn } from 'node:timers/promises';
import { component, emitAll, Emitter, done, Router, skip } from '../../../dist/layout/index.js';

const here = { module: import.meta.url };

/** Emits the first round of 0, 1, 2 and so on below `end`. */
export class Firsts extends Emitter {
  #next = 0;

  /** @param {number} end */
  constructor(end) {
    super();
    this.end = end;
  }

  compute() {
    if (this.#next === this.end) return done;
    this.#next += 1;
    return { value: this.#next - 1, round: 1 };
  }
}
component(here)(Firsts);

/** Emits what is new of its parents, after a turn of the event loop. */
export class News extends Router {
  /** @type {unknown[]} */
  #seen = [];

  /** @param {unknown[]} given */
  async compute(...given) {
    await turn();
    const news = given.filter((value) => value !== undefined && !this.#seen.includes(value));
    this.#seen = given;
    return emitAll(news);
  }
}
component({ ...here, merge: true })(News);

/** Sends what has not gone round often enough on another round. */
export class Again extends Router {
  /** @param {number} rounds */
  constructor(rounds) {
    super();
    this.rounds = rounds;
  }

  /** @param {{ value: number, round: number }} given */
  compute({ value, round }) {
    return round === this.rounds ? skip : { value, round: round + 1 };
  }
}
component(here)(Again);
