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
