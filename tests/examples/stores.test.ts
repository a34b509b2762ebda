import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { epidemic, GRID, main as sweep } from '../../examples/sweep.js';
import { main as warmStart, readRun } from '../../examples/warm-start.js';

// Both start processes of their own for what matters: they need none around them.
let text: string;

beforeEach(() => {
  text = '';
  jest.spyOn(console, 'log').mockImplementation((line: unknown) => {
    text += `${String(line)}\n`;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** The columns of figures in a line of a table that begins like this. */
function figuresOf(label: string): string[] {
  const line = text.split('\n').find((one) => one.trimStart().startsWith(label));
  return line?.trim().slice(label.length).trim().split(/ {2,}/) ?? [];
}

test('the analysis computes nothing the second time, and one branch after that was edited', async () => {
  await warmStart();
  const [, firstRan, firstFound] = figuresOf('the first').map(Number);
  expect(firstRan).toBeGreaterThan(100);
  // Calls that are the same are computed once in the first run, too.
  expect(firstFound).toBeLessThan(5);
  expect(figuresOf('the same again').slice(1)).toEqual(['0', '21', '0']);
  expect(Number(figuresOf('one module edited')[1])).toBe(4);
  expect(text).toContain('bodies that ran: fences, countOutside, largest, pick');
  const [before, after] = [...text.matchAll(/(?:before|after): +outside of (.*) minutes/g)].map(([, fences]) => fences);
  expect([before, after]).toEqual(['−38 to 42', '−68 to 72']);
});

test('what the analysis prints without a store is not taken for a run with one', () => {
  expect(() => readRun('What ran for it')).toThrow('expected a report');
});

test('a sweep that was killed goes on where it was', async () => {
  await sweep({ killAfter: 10 });
  const [first, second] = ['the first', 'the second'].map(figuresOf);
  expect(first?.at(-1)).toBe('SIGKILL');
  expect(second?.at(-1)).toBe('with 0');
  const [lost, computed] = first?.slice(0, 2).map(Number) ?? [];
  expect([lost, computed ?? 0]).toEqual([0, expect.any(Number)]);
  expect(computed).toBeGreaterThanOrEqual(10);
  const [found = 0, rest = 0] = second?.slice(0, 2).map(Number) ?? [];
  expect(found + rest).toBe(GRID.length);
  expect(found).toBeGreaterThanOrEqual(9); // the last may have been on its way to the disk
});

test('epidemics die out where those who are vaccinated protect the others, and reach nearly all where they do not', () => {
  expect(GRID).toHaveLength(60);
  expect(epidemic.body({ contagion: 2, vaccinated: 0.8 })).toBeLessThan(0.02);
  // The final size of a large epidemic that nobody stops: 1 − z = exp(−3 z).
  expect(epidemic.body({ contagion: 3, vaccinated: 0 })).toBeCloseTo(0.94, 1);
});
