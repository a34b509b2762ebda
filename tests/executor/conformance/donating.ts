import { describe, expect, it } from '@jest/globals';
import { alloc, resolve } from 'lazydag';
import type { Conforming } from '../conformance.js';
import { fill, half, negate, negateTwice, same, total } from '../pool/nodes/basic.js';

const LENGTH = 3000;

export function describeDonating({ on }: Conforming): void {
  describe('donate', () => {
    it('lets a chain of calls write into one block', async () => {
      expect(await total(negate(negate(negate(fill(LENGTH, 1))))).resolve(on())).toBe(-LENGTH);
    });

    it('never harms another call that takes the value', async () => {
      for (let round = 0; round < 5; round += 1) {
        const input = fill(LENGTH, 2);
        const calls = [total(negate(input)), total(input), total(negate(input)), total(half(input))];
        expect(await resolve(calls, on())).toEqual([-2 * LENGTH, 2 * LENGTH, -2 * LENGTH, LENGTH]);
      }
    });

    it('never harms a target, a persisted value, a literal or a result that is held', async () => {
      const target = fill(LENGTH, 3);
      const [value, negated] = await resolve([target, total(negate(target))], on());
      expect([value[0], negated]).toEqual([3, -3 * LENGTH]);
      expect(await total(negate(target)).resolve(on())).toBe(-3 * LENGTH);
      expect(value[0]).toBe(3);
      const persisted = fill(LENGTH, 4).persist();
      expect(await total(negate(persisted)).resolve(on())).toBe(-4 * LENGTH);
      expect(await total(persisted).resolve(on())).toBe(4 * LENGTH);
      persisted.release();
      for (const literal of [alloc(Float64Array, LENGTH).fill(5), new Float64Array(LENGTH).fill(5)]) {
        expect(await resolve([total(negate(literal)), total(negate(literal))], on())).toEqual([
          -5 * LENGTH,
          -5 * LENGTH,
        ]);
        expect([literal[0], literal[LENGTH - 1]]).toEqual([5, 5]);
      }
    });

    it('never harms a view of the value that is held', async () => {
      const input = fill(LENGTH, 6);
      const part = half(input);
      const view = await part.resolve(on());
      expect(await total(negate(part), input).resolve(on())).toBe(6 * LENGTH - 3 * LENGTH);
      expect(view[0]).toBe(6);
    });

    it('gives every attempt its own copy', async () => {
      expect(await total(negateTwice(fill(LENGTH, 7))).resolve(on())).toBe(-7 * LENGTH);
      expect(await total(negateTwice(same(fill(LENGTH, 7)) as never)).resolve(on())).toBe(-7 * LENGTH);
    });

    it('is no write into an input under `debug: true`', async () => {
      expect(await total(negate(fill(LENGTH, 1))).resolve(on({ debug: true }))).toBe(-LENGTH);
    });
  });
}
