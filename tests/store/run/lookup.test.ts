import { expect, jest, test } from '@jest/globals';
import { node, plan } from '../../../src/index.js';
import { localKeyBook } from '../../../src/store/key/book.js';
import { MemoryStore } from '../../../src/store/index.js';

test('no keys are made in a run with a store where nothing persists', async () => {
  const begin = jest.spyOn(localKeyBook, 'begin');
  const plain = node((x: number) => x + 1, { name: 'plain' });
  const kept = node((x: number) => 2 * x, { name: 'kept', persist: 'disk' });
  await using store = new MemoryStore();
  expect(await plain(plain(1)).resolve({ store })).toBe(3);
  expect(plan(plain(1), { store }).cached).toEqual([]);
  expect(begin).not.toHaveBeenCalled();
  expect(await plain(kept(1)).resolve({ store })).toBe(3);
  expect(begin).toHaveBeenCalledTimes(1); // for all calls of the run
});
