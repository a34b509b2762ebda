import { beforeEach, describe, expect, test } from '@jest/globals';
import { node, resolve, type NodeFunction } from '../../../src/index.js';
import type { Future } from '../../../src/graph/future.js';
import { DiskStore, MemoryStore } from '../../../src/store/index.js';
import { localKeyBook } from '../../../src/store/key/book.js';
import { PackageFolder } from './support.js';

await localKeyBook.open();

let asked = 0;
const counted = { version: '1', key: () => (asked += 1) > 0 };
const start = node(() => 0, { name: 'start', ...counted });
const step = node((x: number) => x + 1, { name: 'step', ...counted });
const sum = node((list: readonly number[]) => list.reduce((a, b) => a + b, 0), { name: 'sum', version: '1' });
const plus = node((a: number, b: number) => a + b, { name: 'plus', version: '1', persist: 'disk' });

function keyOf(future: Future, hash: 'xxh128' | 'sha256' = 'xxh128'): string {
  return localKeyBook.begin(hash).keyOf(future);
}

beforeEach(() => {
  asked = 0;
});

describe('the key of a call whose value is there', () => {
  test('is kept, so that a loop of runs is linear', async () => {
    const store = new MemoryStore();
    let x = start();
    for (let index = 0; index < 100; index += 1) {
      x = step(x);
      await x.resolve({ store });
    }
    expect(asked).toBeLessThanOrEqual(2 * 101);
    await store.close();
  });

  test('is the one of that value, whatever becomes of its arguments', async () => {
    const list = [1, 2];
    const call = sum(list);
    const before = keyOf(call);
    await call.resolve();
    expect(keyOf(call)).toBe(before);
    list.push(3);
    expect(keyOf(call)).toBe(before);
    expect(keyOf(sum(list))).not.toBe(before);
  });

  test('goes with the value, also where a run without a store computes another one', async () => {
    const list = [1, 2];
    const call = sum(list);
    await call.resolve();
    const before = keyOf(call);
    call.release();
    list.push(3);
    const after = keyOf(sum([1, 2, 3]));
    expect(keyOf(call)).toBe(after);
    list.pop();
    await call.resolve();
    expect(keyOf(call)).toBe(before);
    call.release();
    list.push(3);
    await call.resolve();
    expect([keyOf(call, 'sha256'), keyOf(call)]).toEqual([keyOf(sum([1, 2, 3]), 'sha256'), after]);
    expect(keyOf(plus(call, 1))).toBe(keyOf(plus(sum([1, 2, 3]), 1)));
  });

  test('is kept for each hash', async () => {
    const call = step(start());
    const keys = [keyOf(call), keyOf(call, 'sha256')];
    await call.resolve();
    expect([keyOf(call), keyOf(call, 'sha256')]).toEqual(keys);
    const before = asked;
    expect([keyOf(call), keyOf(call, 'sha256')]).toEqual(keys);
    expect(asked).toBe(before);
  });

  test('does not hide that its node cannot be told from another one', async () => {
    const times = (factor: number): NodeFunction<[number], number> => node((x: number) => x * factor);
    const [two, three] = [times(2)(1), times(3)(1)];
    await resolve([two, three]);
    keyOf(two);
    expect(() => keyOf(plus(two, three))).toThrow('DAG_DUPLICATE_NODE');
  });

  test('finds what was stored under the key that it had before it ran', async () => {
    const folder = new PackageFolder();
    await using store = new DiskStore({ path: folder.path('store') });
    const call = plus(start(), 2);
    await call.resolve({ store });
    const key = keyOf(call);
    expect(await store.has(key)).toBe(true);
    expect(keyOf(plus(start(), 2))).toBe(key);
    folder.remove();
  });
});
