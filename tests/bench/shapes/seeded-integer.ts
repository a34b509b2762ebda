/** A generator of integers in [0, bound) that gives the same sequence for the same seed (xorshift, 32 bits). */
export function seededInteger(seed: number): (bound: number) => number {
  let state = seed | 0 || 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}
