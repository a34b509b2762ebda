/** A source of whole numbers below a bound, the same for the same seed. */
export function randomIntegers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    // The generator of Numerical Recipes; its upper bits are the better ones.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
