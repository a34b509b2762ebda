import { expect, test } from '@jest/globals';
import { node, resolve } from '../../../src/index.js';
import { MemoryStore } from '../../../src/store/index.js';

const picky = node((x: number) => 2 * x, {
  name: 'picky',
  version: '1',
  persist: 'disk',
  key: (x: number) => {
    if (x < 0) throw new RangeError('it is negative');
    return x;
  },
});
const late = node((x: number) => x, {
  name: 'late',
  version: '1',
  persist: 'disk',
  key: async (x: number) => Promise.reject(new Error(String(x))),
});
const sum = node((a: number, b: number) => a + b, { name: 'sum', version: '1' });

const failed = { status: 'rejected', reason: expect.objectContaining({ code: 'DAG_OPTION' }) };

test('with settle, a call that no key can be made of fails alone', async () => {
  await using store = new MemoryStore();
  const targets = [picky(1), picky(-1), sum(picky(2), picky(-2)), picky(3)] as const;
  const outcomes = await resolve(targets, { store, settle: true });
  expect(outcomes).toEqual([{ status: 'fulfilled', value: 2 }, failed, failed, { status: 'fulfilled', value: 6 }]);
  expect(String((outcomes[1] as PromiseRejectedResult).reason)).toContain('its `key` failed: it is negative');
  expect(await store.stats()).toMatchObject({ puts: 3 });
});

test('without, nothing runs', async () => {
  await using store = new MemoryStore();
  await expect(resolve([picky(1), picky(-1)], { store })).rejects.toMatchObject({ code: 'DAG_OPTION' });
  expect(await store.stats()).toMatchObject({ puts: 0 });
});

test('an asynchronous key is refused with what to do instead', async () => {
  await using store = new MemoryStore();
  await expect(late(1).resolve({ store })).rejects.toMatchObject({
    code: 'DAG_CANNOT_KEY',
    message: expect.stringMatching(/what `key` gave: a promise.*Let `key` give its value at once/) as unknown,
  });
});
