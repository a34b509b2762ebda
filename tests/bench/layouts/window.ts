import { readFileSync } from 'node:fs';
import { microseconds } from './clock.js';

const BEGUN = 0;
const ENDED = 1;
const PROCESS = 2;
const THREAD = 3;
const WORDS = 4;

/** The values of a turn that count: what comes before `from` warms up. */
export interface Stretch {
  readonly from: number;
  readonly count: number;
}

/** Times of a stretch of values as their reader sees them, in memory that all threads share. */
export class Window {
  readonly #words: Float64Array;
  readonly #stretch: Stretch;

  /** @param memory from {@link allocate}, on this thread or another. */
  constructor(memory: SharedArrayBuffer, stretch: Stretch) {
    this.#words = new Float64Array(memory);
    this.#stretch = stretch;
  }

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(WORDS * Float64Array.BYTES_PER_ELEMENT);
  }

  /** The reader has had the value with this number; the first one has 0. */
  passed(number: number): void {
    const { from, count } = this.#stretch;
    if (number === from) this.#note(-1, BEGUN);
    if (number === count - 1) this.#note(1, ENDED);
  }

  /** Seconds from the first value that counts to the last one. */
  get seconds(): number {
    return ((this.#words[ENDED] ?? NaN) - (this.#words[BEGUN] ?? NaN)) / 1e6;
  }

  /** Values that came in this time. */
  get values(): number {
    return this.#stretch.count - 1 - this.#stretch.from;
  }

  get perSecond(): number {
    return this.values / this.seconds;
  }

  /** Percent of a core that all threads of the process had meanwhile. */
  get processShare(): number {
    return (this.#words[PROCESS] ?? NaN) / this.seconds / 1e4;
  }

  /** The same of the reader's thread; NaN where the system does not tell. */
  get threadShare(): number {
    return (this.#words[THREAD] ?? NaN) / this.seconds / 1e4;
  }

  #note(sign: number, at: number): void {
    const { user, system } = process.cpuUsage();
    const words = this.#words;
    words[PROCESS] = (words[PROCESS] ?? 0) + sign * (user + system);
    words[THREAD] = (words[THREAD] ?? 0) + sign * threadTime();
    words[at] = microseconds();
  }
}

/** Microseconds that this thread has had of a core; NaN where the system does not tell. */
function threadTime(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e3;
  } catch {
    return NaN;
  }
}
