import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { main as parallel, measure } from '../../examples/parallel.js';
import { main as quickstart } from '../../examples/quickstart.js';
import { main as tour } from '../../examples/tour.js';

let printed: string[];

beforeEach(() => {
  printed = [];
  jest.spyOn(console, 'log').mockImplementation((text: unknown) => {
    printed.push(...String(text).split('\n'));
  });
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** What stands below a title of the tour, to the next one. */
function section(title: string): string[] {
  const start = printed.findIndex((line) => line.startsWith(title)) + 2;
  const length = printed.slice(start).indexOf('');
  return printed.slice(start, length === -1 ? undefined : start + length);
}

test('the quickstart prints the result of its pipeline, and its graph with add inside of pipeline', async () => {
  await quickstart();
  expect(printed).toContain('pipeline(10, 2, 5, 6) = -60');
  expect(printed.slice(0, 3).map((line) => line.split(':')[0])).toEqual([
    'before',
    'pipeline(10, 2, 5, 6) = -60',
    'after',
  ]);
  expect(printed.join('\n')).toMatch(/subgraph n0\["pipeline"\]\s+subgraph n\d\["add"\]/);
});

test('the seven calls take as long as the longest path through them, not as all together', async () => {
  const second = 100;
  const { result, elapsed, criticalPath, oneByOne } = await measure({ second });
  expect(result).toBe(108);
  expect([criticalPath, oneByOne]).toEqual([4 * second, 7 * second]);
  expect(elapsed).toBeGreaterThanOrEqual(4 * second - 5); // timers may fire a little early
  expect(elapsed).toBeLessThan(6 * second); // 7 in a row; the rest is for busy machines
  await parallel({ second: 1 });
  expect(printed.join('\n')).toMatch(/result +108/);
});

test('the tour tells what each question computes', async () => {
  await tour();
  expect(section('Every step').at(-1)).toBe('a5 = 12');
  expect(section('Every step').filter((line) => line.includes('still needed'))).toHaveLength(1);
  expect(section('From the middle').filter((line) => line.includes('still needed'))).toEqual([]);
  expect(section('From the middle').join('\n')).not.toContain('addingOne');
  expect(section('Nothing persists')).toEqual([
    'a5 = 12; ran a1, a4, addingOne, a5',
    'a5 = 12; ran nothing',
    'a4 = 8; ran a1, a4',
  ]);
  expect(section('The whole graph persists')).toEqual([
    'a5 = 12; ran a1, a4, addingOne, a5',
    'a4 = 8; ran nothing',
    'a1 = 3; ran nothing',
  ]);
  expect(section('Only a4 persists')).toEqual([
    'a5 = 12; ran a1, a4, addingOne, a5',
    'a4 = 8; ran nothing',
    'a1 = 3; ran a1',
  ]);
  expect(section('Releasing by hand').filter((line) => line.includes('released'))).toHaveLength(2);
});
