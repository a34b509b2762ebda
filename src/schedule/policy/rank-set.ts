/**
 * A set of ranks from 0 to `count - 1` that gives up its lowest first: one bit a rank, and above every 32 bits one that
 * says whether any of them is set. `add` and `takeLowest` touch one word per level (four for a million ranks), which for
 * many waiting tasks is several times quicker than a heap. Use `ReadyHeap` where ranks are not known beforehand.
 */
export class RankSet {
  /** From one bit per rank up to a single word. */
  readonly #levels: Int32Array[] = [];

  constructor(count: number) {
    let words = Math.max(1, count);
    do {
      words = (words + 31) >>> 5;
      this.#levels.push(new Int32Array(words));
    } while (words > 1);
  }

  /** Adds a rank; nothing happens when it is there already. */
  add(rank: number): void {
    let bit = rank;
    for (let level = 0; level < this.#levels.length; level++) {
      const words = this.#levels[level] as Int32Array;
      const before = words[bit >>> 5] as number;
      words[bit >>> 5] = before | (1 << (bit & 31));
      if (before !== 0) return;
      bit >>>= 5;
    }
  }

  /** Removes and returns the lowest rank; -1 when the set is empty. */
  takeLowest(): number {
    const levels = this.#levels;
    if ((levels[levels.length - 1] as Int32Array)[0] === 0) return -1;
    let bit = 0;
    for (let level = levels.length - 1; level >= 0; level--) {
      const word = (levels[level] as Int32Array)[bit] as number;
      bit = (bit << 5) | (31 - Math.clz32(word & -word));
    }
    this.remove(bit);
    return bit;
  }

  /** Removes a rank; nothing happens when it is not there. */
  remove(rank: number): void {
    let bit = rank;
    for (let level = 0; level < this.#levels.length; level++) {
      const words = this.#levels[level] as Int32Array;
      const after = (words[bit >>> 5] as number) & ~(1 << (bit & 31));
      words[bit >>> 5] = after;
      if (after !== 0) return;
      bit >>>= 5;
    }
  }
}
