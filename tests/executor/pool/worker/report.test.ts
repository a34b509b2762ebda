import { expect, it } from '@jest/globals';
import { Report } from '../../../../src/executor/pool/worker/report.js';

it('a report counts results that follow each other, and begins anew once it was taken', () => {
  const report = new Report();
  expect(report.empty).toBe(true);
  report.add(1, 0, 'a');
  report.add(1, 1, 'b');
  report.add(1, 5, 'c');
  report.add(2, 6, 'd');
  report.cost(9, 2, 0.5);
  report.time(1, 2, 3, 4);
  expect(report.empty).toBe(false);
  expect(report.take()).toMatchObject({
    words: [1, 0, 2, 'a', 'b', 1, 5, 1, 'c', 2, 6, 1, 'd'],
    costs: [9, 2, 0.5],
    times: [1, 2, 3, 4],
  });
  report.add(2, 7, 'e');
  const next = report.take();
  expect(next.words).toEqual([2, 7, 1, 'e']);
  expect(next.times).toBeUndefined();
});
