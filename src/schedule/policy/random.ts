/** A reproducible source of numbers in [0, 1): the same seed gives the same numbers on every machine. */
export type Random = () => number;

/** Starts a source of numbers. Fit for shuffling searches, not for secrets. */
export function seededRandom(seed: number): Random {
  // Weyl sequence, scrambled by two rounds of multiply and shift.
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let bits = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 0x1_0000_0000;
  };
}
