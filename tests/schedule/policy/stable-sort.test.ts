import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stableSort } from '../../../src/schedule/policy/stable-sort.js';

it('sorts a range as a stable sort does and leaves the rest alone', () => {
  const range = fc.record({
    keys: fc.oneof(fc.array(fc.nat(9), { maxLength: 40 }), fc.array(fc.nat(99), { minLength: 100, maxLength: 400 })),
    before: fc.nat(3),
    after: fc.nat(3),
  });
  fc.assert(
    fc.property(range, ({ keys, before, after }) => {
      const key = (task: number): number => keys[task] ?? 0;
      const margin = (length: number): number[] => Array.from({ length }, () => 9_999);
      const tasks = Int32Array.from([...margin(before), ...keys.keys(), ...margin(after)]);
      stableSort(tasks, { start: before, end: before + keys.length, precedes: (a, b) => key(a) < key(b) });
      const sorted = [...keys.keys()].sort((a, b) => key(a) - key(b));
      expect([...tasks]).toEqual([...margin(before), ...sorted, ...margin(after)]);
    }),
  );
});

it('compares a sorted range once per neighbour', () => {
  const tasks = Int32Array.from({ length: 1_000 }, (_, task) => task);
  let compared = 0;
  stableSort(tasks, { start: 0, end: 1_000, precedes: (a, b) => (compared++, a < b) });
  expect(compared).toBe(999);
});
