import { describe, expect, test } from '@jest/globals';
import { node, type Future } from '../../../src/index.js';
import { Holds } from '../../../src/stream/run/holds.js';

const one = node(() => 1, { name: 'one' });

/** A Future with a value. */
async function made(): Promise<Future> {
  const future = one();
  await future.resolve();
  return future;
}

describe('holds', () => {
  test('release their values when they are let go', async () => {
    const future = await made();
    const holds = new Holds();
    holds.add(3, future);
    expect(Array.from(holds, ([slot, held]) => [slot, held === future])).toEqual([[3, true]]);
    holds.release();
    expect(future.state).toBe('released');
    expect([...holds]).toEqual([]);
  });

  test('release what children see behind the last of them', async () => {
    const [future, own] = [await made(), await made()];
    const holds = new Holds();
    holds.add(0, future);
    const children = [holds.forChild(), holds.forChild()] as const;
    children[0].add(1, own);
    holds.release();
    children[0].release();
    expect([future.state, own.state]).toEqual(['done', 'released']);
    children[1].release();
    expect(future.state).toBe('released');
  });

  test('never release what one of them keeps', async () => {
    const future = await made();
    const holds = new Holds();
    holds.add(0, future);
    const child = holds.forChild();
    child.keep([0, 7]);
    child.release();
    holds.release();
    expect(future.state).toBe('done');
  });

  test('let each of theirs go once', async () => {
    const future = await made();
    const holds = new Holds();
    holds.add(0, future);
    const other = holds.forChild();
    holds.release();
    holds.release();
    expect(future.state).toBe('done');
    other.release();
    expect(future.state).toBe('released');
  });
});
