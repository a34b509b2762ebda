/** What is known of an entry when it comes to which one to give up. */
export interface Use {
  /** How often it was put or found. */
  readonly uses: number;
  /** Milliseconds that computing it took. */
  readonly cost: number;
  readonly bytes: number;
}

/** So that what has no cost is told apart by its size. Milliseconds. */
const LEAST_COST = 1;
/** What the least entry takes. */
const OVERHEAD = 256;

/**
 * What an entry is worth keeping: the one with the least goes first, and `floor` is then set to what that was worth, so
 * that what is not used any more falls behind, however dear it was. That is GreedyDual-Size-Frequency: L. Cherkasova,
 * "Improving WWW Proxies Performance with Greedy-Dual-Size-Frequency Caching Policy", HP Laboratories HPL-98-69R1, 1998.
 */
export function worthOf({ uses, cost, bytes }: Use, floor: number): number {
  return floor + (uses * (cost + LEAST_COST)) / (bytes + OVERHEAD);
}

/** A share of the limit down to which entries are given up once it is exceeded, so that it is not done at every put. */
export const LOW_WATER = 0.9;
