import { expect, test } from '@jest/globals';
import { camera, photograph, tracking, type Tracked } from '../../examples/tracking.js';
import { printed } from './printed.js';

test('landmarks tell where the camera went, frame by frame, and keep their numbers', async () => {
  let number = 0;
  let before: Tracked | undefined;
  let [startX, startY] = [0, 0];
  const running = tracking().run(camera(await photograph(), 20));
  for await (const frame of running) {
    expect(frame.number).toBe(number);
    if (number === 0) [startX, startY] = [frame.taken.x, frame.taken.y];
    const { landmarks, known, moved } = frame.tracked;
    expect({ x: startX + moved.x, y: startY + moved.y }).toEqual(frame.taken);

    const ids = landmarks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const last = new Set(before?.landmarks.map(({ id }) => id));
    expect(ids.filter((id) => last.has(id))).toHaveLength(known);
    if (before !== undefined) expect(known).toBeGreaterThan(ids.length / 4);
    before = frame.tracked;
    number += 1;
  }
  expect(number).toBe(20);
  expect(running.stats().bottleneck).toBe('detect');
}, 30_000);

test('frames come in order from threads, and the detector is scaled up meanwhile', async () => {
  const text = await printed('tracking', { frames: 22 });
  const rows = [...text.matchAll(/^ {2}(\d+) +\d+ of \d+ +(\S+, \S+) +(\S+, \S+)$/gm)];
  expect(rows.map(([, number]) => Number(number))).toEqual([0, 10, 20]);
  for (const [, , tracked, taken] of rows) expect(tracked).toBe(taken);
  const replicas = [...text.matchAll(/^ {2}detect +\d+ +(\d+)/gm)].map(([, count]) => Number(count));
  expect(replicas).toEqual([1, 2]);
}, 30_000);
