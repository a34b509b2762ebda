import { describe, expect, it } from '@jest/globals';
import { node } from 'lazydag';

describe('runs', () => {
  it('start in the order in which they were begun', async () => {
    const started: number[] = [];
    const starts = node((x: number) => started.push(x), { name: 'starts' });
    const numbers = Array.from({ length: 3000 }, (_, index) => index);
    await Promise.all(numbers.map((x) => starts(x).resolve()));
    expect(started).toEqual(numbers);
  });
});
