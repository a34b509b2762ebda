import { median, quantile } from '../report/statistics.js';
import type { Stretch } from './window.js';

/** How long each value was on its way, in memory that all threads share. */
export class Latencies {
  readonly #times: Float64Array;
  readonly #from: number;

  /** @param memory from {@link allocate}, on this thread or another. */
  constructor(memory: SharedArrayBuffer, { from }: Stretch) {
    this.#times = new Float64Array(memory);
    this.#from = from;
  }

  static allocate({ from, count }: Stretch): SharedArrayBuffer {
    return new SharedArrayBuffer((count - from) * Float64Array.BYTES_PER_ELEMENT);
  }

  /** @param time in microseconds. */
  note(number: number, time: number): void {
    if (number >= this.#from) this.#times[number - this.#from] = time;
  }

  get p50(): number {
    return median([...this.#times]);
  }

  get p99(): number {
    return quantile([...this.#times], 0.99);
  }
}
