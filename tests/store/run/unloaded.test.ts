import { expect, test } from '@jest/globals';
// Of `lazydag/store` the types alone: the rest is what is missing here.
import { node, resolveSync } from 'lazydag';
import type { Store } from 'lazydag/store';

const kept = node((x: number) => x, { name: 'kept', persist: 'disk' });
const methods = ['open', 'find', 'has', 'get', 'put', 'delete', 'tryLock', 'close'];
const store = Object.fromEntries(methods.map((name) => [name, () => undefined])) as unknown as Store; // what counts of one

test('a run with a store says that what makes keys is not loaded', async () => {
  const missing = expect.objectContaining({
    code: 'DAG_STORE_NOT_OPEN',
    message: expect.stringContaining("import 'lazydag/store'") as unknown,
  });
  await expect(kept(1).resolve({ store })).rejects.toEqual(missing);
  expect(() => resolveSync(kept(1), { store })).toThrow(missing);
});
