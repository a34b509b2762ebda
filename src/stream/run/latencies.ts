/** Measurements that are kept: the newest. */
const KEPT = 1024;

/** Milliseconds that items took from their beginning to their end. */
export class Latencies {
  readonly #kept = new Float64Array(KEPT);
  #count = 0;

  add(milliseconds: number): void {
    this.#kept[this.#count % KEPT] = milliseconds;
    this.#count += 1;
  }

  /** What so large a part of the items stayed below, of those measured last; NaN before the first. */
  percentiles(parts: readonly number[]): number[] {
    const sorted = this.#kept.slice(0, Math.min(this.#count, KEPT)).sort();
    return parts.map((part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN);
  }
}
