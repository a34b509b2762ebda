/** Numbers from 0 to 1, the same for the same seed: the generator xoshiro128**. */
export function uniform(seed: number): () => number {
  let [a, b, c, d] = [scrambled(4 * seed), scrambled(4 * seed + 1), scrambled(4 * seed + 2), scrambled(4 * seed + 3)];
  return () => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return (result >>> 0) / 2 ** 32;
  };
}

/** Numbers side by side become 32 bits that have nothing to do with each other. */
function scrambled(value: number): number {
  let bits = Math.imul(value + 1, 0x9e3779b9);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** Normally distributed numbers, two from every two of `random` (Box and Muller). */
export function normal(random: () => number): () => number {
  let next: number | undefined;
  return () => {
    if (next !== undefined) {
      const kept = next;
      next = undefined;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    next = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
