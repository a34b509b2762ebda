import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { orderByKey } from '../../../src/schedule/policy/order-by-key.js';
import { seededRandom } from '../../../src/schedule/policy/random.js';

/** Orders the same by an ordinary sort. */
function ordered(keys: ArrayLike<number>, ties: Int32Array): number[] {
  return [...ties].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
}

describe('orderByKey', () => {
  it('lists by ascending key and breaks ties by another list', () => {
    expect([...orderByKey(Float64Array.of(2, 1, 2, -1), Int32Array.of(2, 1, 0, 3))]).toEqual([3, 1, 2, 0]);
  });

  it('leaves its arguments alone', () => {
    const ties = Int32Array.of(0, 1);
    orderByKey(Float64Array.of(1, 0), ties);
    expect([...ties]).toEqual([0, 1]);
  });

  it('orders few keys like an ordinary sort', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })), (keys) => {
        const ties = Int32Array.from(keys.keys()).reverse();
        expect([...orderByKey(Float64Array.from(keys), ties)]).toEqual(ordered(keys, ties));
      }),
    );
  });

  it.each([
    ['whole numbers', (random: () => number) => Math.floor(random() * 1_000)],
    ['fractions of both signs', (random: () => number) => random() - 0.5],
    ['zeros of both signs', (random: () => number) => [0, -0, 1, -1][Math.floor(random() * 4)] ?? 0],
    ['infinities', (random: () => number) => [-Infinity, -1, 3, Infinity][Math.floor(random() * 4)] ?? 0],
  ])('orders many keys like an ordinary sort: %s', (_, draw) => {
    const random = seededRandom(7);
    const keys = Float64Array.from({ length: 10_000 }, () => draw(random));
    const ties = Int32Array.from(keys.keys()).reverse();
    const compare = (a: number, b: number): number =>
      (keys[a] ?? 0) < (keys[b] ?? 0) ? -1 : (keys[a] ?? 0) > (keys[b] ?? 0) ? 1 : 0;
    expect(orderByKey(keys, ties)).toEqual(Int32Array.from([...ties].sort(compare)));
  });
});
