import { describe, expect, test } from '@jest/globals';
import { node, type Future } from '../../../src/index.js';
import type { FeedbackLink } from '../../../src/stream/plan/plan.js';
import { Hold } from '../../../src/stream/run/holds.js';
import { Recurrence } from '../../../src/stream/run/recurrence.js';
import type { Token } from '../../../src/stream/run/token.js';

const one = node((x: number) => x, { name: 'one' });

/** A Future with a value. */
async function made(value: number): Promise<Future> {
  const future = one(value);
  await future.resolve();
  return future;
}

const link = { feedback: { initial: 0 }, slot: 1, from: 2 } as unknown as FeedbackLink; // what a recurrence reads of it

function tokenOf(number: number, epoch = 0): Token {
  return { number, epoch, slots: [], futures: undefined } as unknown as Token; // likewise
}

describe('a feedback', () => {
  test('holds its value until the next has come and all who were given it are through', async () => {
    const [first, second] = [await made(1), await made(2)];
    const recurrence = new Recurrence(link, 0);
    const hold = new Hold(first);
    recurrence.pass(0, 1, hold);
    hold.release();
    const token = tokenOf(1);
    recurrence.give(token);
    expect(token.slots[1]).toBe(1);
    recurrence.pass(1, 2, new Hold(second));
    expect(first.state).toBe('done');
    token.futures?.release();
    expect(first.state).toBe('released');
    expect(second.state).toBe('done');
  });

  test('holds values that come before their turn', async () => {
    const second = await made(2);
    const recurrence = new Recurrence(link, 0);
    const hold = new Hold(second);
    recurrence.pass(1, 2, hold);
    hold.release();
    recurrence.pass(1, 2, hold); // known already: no other holder
    recurrence.pass(0, 1, undefined);
    expect([recurrence.value, second.state]).toEqual([2, 'done']);
    recurrence.pass(2, 3, undefined);
    expect(second.state).toBe('released');
  });

  test('lets its value go at a reset', async () => {
    const first = await made(1);
    const recurrence = new Recurrence(link, 0);
    const hold = new Hold(first);
    recurrence.pass(0, 1, hold);
    hold.release();
    const token = tokenOf(1, 1);
    recurrence.give(token);
    expect([token.slots[1], token.futures, first.state]).toEqual([0, undefined, 'released']);
  });

  test('lets all go at the end', async () => {
    const [first, third] = [await made(1), await made(3)];
    const recurrence = new Recurrence(link, 0);
    for (const [number, future] of [
      [0, first],
      [2, third],
    ] as const) {
      const hold = new Hold(future);
      recurrence.pass(number, number, hold);
      hold.release();
    }
    expect([first.state, third.state]).toEqual(['done', 'done']);
    recurrence.end();
    expect([first.state, third.state]).toEqual(['released', 'released']);
  });
});
