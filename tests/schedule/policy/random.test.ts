import { expect, it } from '@jest/globals';
import { seededRandom } from '../../../src/schedule/policy/random.js';

it('repeats itself for one seed and differs for another', () => {
  const draw = (seed: number): number[] => Array.from({ length: 5 }, seededRandom(seed));
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

it('fills the range from 0 to 1 evenly', () => {
  const random = seededRandom(42);
  const counts = new Array<number>(10).fill(0);
  for (let drawn = 0; drawn < 10_000; drawn++) {
    const bin = Math.floor(random() * 10);
    counts[bin] = (counts[bin] ?? NaN) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(120);
});
