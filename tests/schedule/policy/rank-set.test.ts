import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RankSet } from '../../../src/schedule/policy/rank-set.js';

describe('RankSet', () => {
  it('gives up the lowest rank first', () => {
    const set = new RankSet(5_000);
    for (const rank of [4_999, 31, 32, 0, 1_024, 31]) set.add(rank);
    expect(Array.from({ length: 6 }, () => set.takeLowest())).toEqual([0, 31, 32, 1_024, 4_999, -1]);
  });

  it('is empty when made for nothing', () => {
    expect(new RankSet(0).takeLowest()).toBe(-1);
  });

  it('behaves like a sorted set of any size under any mix of operations', () => {
    const operation = fc.oneof(
      { weight: 4, arbitrary: fc.record({ add: fc.nat(39_999) }) },
      { weight: 2, arbitrary: fc.record({ remove: fc.nat(39_999) }) },
      { weight: 3, arbitrary: fc.constant('take' as const) },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40_000 }), fc.array(operation, { maxLength: 200 }), (count, operations) => {
        const set = new RankSet(count);
        const model = new Set<number>();
        for (const step of operations) {
          if (step === 'take') {
            const lowest = model.size === 0 ? -1 : Math.min(...model);
            expect(set.takeLowest()).toBe(lowest);
            model.delete(lowest);
          } else if ('add' in step) {
            set.add(step.add % count);
            model.add(step.add % count);
          } else {
            set.remove(step.remove % count);
            model.delete(step.remove % count);
          }
        }
        for (const rank of [...model].sort((a, b) => a - b)) expect(set.takeLowest()).toBe(rank);
        expect(set.takeLowest()).toBe(-1);
      }),
    );
  });
});
