import { join } from 'node:path';
import { beforeEach, expect, jest, test } from '@jest/globals';
import { inFolder } from './folder.js';
import { PaperStore } from '../paper-store.js';

const kinds = ['DiskStore', 'MemoryStore', 'TieredStore'] as const;

// What makes keys is opened once in a process.
beforeEach(() => {
  jest.resetModules();
});

test.each(kinds)('a %s that is open makes runs and plans possible that cannot wait', async (kind) => {
  await inFolder(async (path) => {
    const { node, plan, resolveSync } = await import('lazydag');
    const { DiskStore, MemoryStore, TieredStore } = await import('lazydag/store');
    const square = node((x: number) => x ** 2, { name: 'square', version: '1', persist: 'disk' });
    const make = {
      DiskStore: () => new DiskStore({ path: join(path, 'results') }),
      MemoryStore: () => new MemoryStore(),
      TieredStore: () => new TieredStore(new PaperStore()),
    };
    await using store = make[kind]();
    const notOpen = expect.objectContaining({ code: 'DAG_STORE_NOT_OPEN' });
    expect(() => resolveSync(square(3), { store })).toThrow(notOpen);
    await store.open();
    expect(plan(square(3), { store }).cached).toEqual([]);
    expect(resolveSync(square(3), { store })).toBe(9);
  });
});

async function load() {
  const library = await import('lazydag');
  const square = library.node((x: number) => x ** 2, { name: 'square', version: '1', persist: 'disk' });
  return { ...library, ...(await import('lazydag/store')), square };
}

type Loaded = Awaited<ReturnType<typeof load>>;
const WAYS: readonly [string, (loaded: Loaded, store: PaperStore) => Promise<unknown>][] = [
  ['a run', ({ square }, store) => square(3).resolve({ store })],
  ['a run of several targets', ({ resolve, square }, store) => resolve([square(3)], { store })],
  ['asCompleted()', ({ asCompleted, square }, store) => asCompleted([square(3)], { store }).next()],
  ['a Graph', ({ Graph, square }, store) => new Graph({ store }).run(() => square(3)).resolve()],
  ['a run of a body', ({ node, square }, store) => node(() => square(3).resolve({ store }))().resolve()],
  ['explain()', ({ explain, square }, store) => explain(square(3), store)],
  ['openKeys()', ({ openKeys }) => openKeys()],
];

test.each(WAYS)('%s loads what makes keys where the store does not', async (_, way) => {
  const loaded = await load();
  const { plan, resolveSync, square } = loaded;
  const store = new PaperStore();
  await store.open();
  const notLoaded = expect.objectContaining({
    code: 'DAG_STORE_NOT_OPEN',
    message: expect.stringContaining('openKeys()') as unknown,
  });
  expect(() => plan(square(4), { store })).toThrow(notLoaded);
  expect(() => resolveSync(square(4), { store })).toThrow(notLoaded);
  await way(loaded, store);
  expect(plan(square(4), { store }).cached).toEqual([]);
  expect(resolveSync(square(4), { store })).toBe(16);
});
