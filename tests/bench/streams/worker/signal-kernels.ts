/** The shape of what goes through the filter: rows in time, and numbers in a row. */
export interface SignalShape {
  /** Rows of one chunk. */
  readonly rows: number;
  /** Numbers in a row. */
  readonly width: number;
}

/** A FIR filter along the rows: each row is the weighted sum of the last rows, whatever chunk they came in. */
export class RowFilter {
  readonly #taps: Float32Array;
  readonly #width: number;
  readonly #history: Float32Array[];
  #at = 0;

  constructor(taps: Float32Array, width: number) {
    this.#taps = taps;
    this.#width = width;
    this.#history = Array.from({ length: taps.length }, () => new Float32Array(width));
  }

  /** Filters a chunk into another. */
  through(chunk: Float32Array, result: Float32Array): Float32Array {
    const rows = chunk.length / this.#width;
    for (let row = 0; row < rows; row++) this.#row(chunk, result, row * this.#width);
    return result;
  }

  #row(chunk: Float32Array, result: Float32Array, from: number): void {
    const width = this.#width;
    const taps = this.#taps;
    const count = taps.length;
    const newest = this.#history[this.#at] as Float32Array; // one for each tap
    newest.set(chunk.subarray(from, from + width));
    const row = result.subarray(from, from + width);
    row.fill(0);
    for (let tap = 0; tap < count; tap++) {
      const old = this.#history[(this.#at - tap + count) % count] as Float32Array; // likewise
      const weight = taps[tap] as number; // in range
      for (let index = 0; index < width; index++) row[index] = (row[index] as number) + weight * (old[index] as number);
    }
    this.#at = (this.#at + 1) % count;
  }
}

/** Mean of the squares. */
export function power(chunk: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < chunk.length; index++) sum += (chunk[index] as number) ** 2;
  return sum / chunk.length;
}

/** Weights of a mean over `count` rows. */
export function meanTaps(count: number): Float32Array {
  return new Float32Array(count).fill(1 / count);
}
