import { expect, test } from '@jest/globals';
import { printed } from './printed.js';

/** The rows of the table of connections: how many values went along each, and how many were overwritten. */
function connections(text: string): Map<string, { values: number; overwritten: number }> {
  const rows = text.matchAll(/^ {2}(\S.* → .*?\S) +(?:latest|queue|leaky) +([\d,]+) +[\d.,]+ +([\d,]+)/gm);
  const number = (cell = ''): number => Number(cell.replaceAll(',', ''));
  return new Map(
    Array.from(rows, ([, name = '', values, overwritten]) => [
      name,
      { values: number(values), overwritten: number(overwritten) },
    ]),
  );
}

test('a printer of two noises goes at the pace of the slow one, and passes over what is too fast for it', async () => {
  const text = await printed('timescales', { seconds: 1, fast: 20, slow: 200 });
  const table = connections(text);
  const [fast, sampled, slow] = ['fast noise → fast', 'fast noise → fast and slow', 'slow noise → fast and slow'].map(
    (name) => table.get(name) ?? { values: NaN, overwritten: NaN },
  );
  const lines = (name: string): number => [...text.matchAll(new RegExp(`^ +[\\d.]+ s {2}${name}: `, 'gm'))].length;
  expect(lines('fast')).toBe(fast?.values);
  expect(lines('fast and slow')).toBe(slow?.values);
  expect(slow?.values).toBeGreaterThan(0);
  expect(sampled?.values).toBe(slow?.values);
  expect(sampled?.overwritten).toBeGreaterThan(0);
});

test('probes and connections tell of the throughput of small and of large records', async () => {
  const text = await printed('throughput', { milliseconds: 200 });
  const rates = new Map([...text.matchAll(/^ {2}(\w+): ([\d,]+) values\/s/gm)].map(([, name, rate]) => [name, rate]));
  expect([...rates.keys()].sort()).toEqual(['means', 'numbers', 'pictures']);
  expect([...rates.values()]).not.toContain('0');
  const table = connections(text);
  const pictures = table.get('Camera → pictures')?.values;
  expect(pictures).toBeGreaterThan(0);
  expect(table.get('Camera → Mean')?.values).toBe(pictures);
  expect(table.get('Mean → means')?.values).toBe(pictures);
  for (const { overwritten } of table.values()) expect(overwritten).toBe(0);
});

test('units give what their transforms give for the whole record', async () => {
  const text = await printed('units', {});
  expect(text).toContain('5,105 prices became 244 smoothed ones');
  expect(text).toContain('gave exactly what the whole record gives');
  const table = connections(text);
  expect([...table.values()]).toHaveLength(4);
  expect(new Set(Array.from(table.values(), ({ values }) => values))).toEqual(new Set([90]));
});
