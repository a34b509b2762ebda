import { expect, test } from '@jest/globals';
import { node, plan, resolve } from '../../../src/index.js';
import { explain, MemoryStore } from '../../../src/store/index.js';

const twice = node((x: number) => 2 * x, { name: 'twice', version: '1', persist: 'disk' });
const ends = node((x: number): [number, number] => [x, 2 * x], {
  name: 'ends',
  version: '1',
  outputs: 2,
  persist: 'disk',
});

test('a call that is computed is one miss, and one that is found is one hit', async () => {
  await using store = new MemoryStore();
  await twice(1).resolve({ store });
  expect(await store.stats()).toMatchObject({ hits: 0, misses: 1, puts: 1 });
  await twice(1).resolve({ store });
  expect(await store.stats()).toMatchObject({ hits: 1, misses: 1, puts: 1 });
});

test('so it is of each output of a call', async () => {
  await using store = new MemoryStore();
  await resolve(ends(1), { store });
  expect(await store.stats()).toMatchObject({ hits: 0, misses: 2, puts: 2 });
  await resolve(ends(1), { store });
  expect(await store.stats()).toMatchObject({ hits: 2, misses: 2, puts: 2 });
});

test('what plan() and explain() look at does not count, nor does a value that was there before the run', async () => {
  await using store = new MemoryStore();
  const call = twice(1);
  await call.resolve({ store });
  expect(plan(twice(1), { store }).cached).toHaveLength(1);
  expect(plan(twice(2), { store }).cached).toHaveLength(0);
  expect((await explain(twice(1), store)).status).toBe('hit');
  await call.resolve({ store });
  expect(await store.stats()).toMatchObject({ hits: 0, misses: 1, puts: 1 });
});

test('a call that somebody else computes is one miss and one hit, however long that takes', async () => {
  await using store = new MemoryStore();
  await store.open();
  const { key } = await explain(twice(3), store);
  const lock = store.tryLock(key);
  let looks = 0;
  const { find } = store;
  const asked = new Promise<void>((enough) => {
    store.find = (...args) => {
      looks += 1;
      if (looks === 6) enough();
      return find.apply(store, args);
    };
  });
  const value = twice(3).resolve({ store });
  await asked;
  await store.put(key, 60);
  lock?.release();
  expect(await value).toBe(60);
  expect(await store.stats()).toMatchObject({ hits: 1, misses: 1 });
});
