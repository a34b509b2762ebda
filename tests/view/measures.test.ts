import { expect, test } from '@jest/globals';
import { bytesText, durationText, measuresText } from '../../src/view/measures.js';

test.each([
  [0, '0 µs'],
  [0.0004, '0.4 µs'],
  [0.3851, '385 µs'],
  [0.9996, '1 ms'],
  [12.345, '12.3 ms'],
  [999.6, '1 s'],
  [1024, '1.02 s'],
  [59_949, '59.9 s'],
  [59_950, '1 min 0 s'],
  [125_400, '2 min 5 s'],
  [7_200_000, '120 min 0 s'],
])('%p ms are %s', (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text);
});

test.each([
  [1, '1 B'],
  [999, '999 B'],
  [999.5, '1 kB'],
  [1500, '1.5 kB'],
  [80_000_000, '80 MB'],
  [1_234_567_890, '1.23 GB'],
  [5e12, '5 TB'],
  [2e15, '2000 TB'],
])('%p bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test('leaves out what was not measured, empty values and the calling thread', () => {
  const base = { kind: 'call', label: '', name: '', state: 'done', unused: false, style: {} } as const;
  expect(measuresText({ ...base })).toBe('');
  expect(measuresText({ ...base, duration: 2, bytes: 0, worker: 0 })).toBe('2 ms');
  expect(measuresText({ ...base, duration: 2, bytes: 8, worker: 3 })).toBe('2 ms · 8 B · worker 3');
});
