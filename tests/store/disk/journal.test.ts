import { describe, expect, test } from '@jest/globals';
import { DiskStore } from '../../../src/store/disk/disk-store.js';
import type { Environment } from '../../../src/store/disk/environment.js';
import { acquire, relinquish } from '../../../src/store/disk/shared-environments.js';
import { folders } from '../folders.js';
import { children } from './children.js';

const folder = folders();
const start = children();

interface Opened extends AsyncDisposable {
  readonly path: string;
  readonly store: DiskStore;
  readonly environment: Environment;
  /** Whether the index has it. */
  indexed(key: string): boolean;
}

async function opened(): Promise<Opened> {
  const path = folder();
  const store = new DiskStore({ path });
  await store.open();
  const environment = await acquire(path, false);
  return {
    path,
    store,
    environment,
    indexed: (key) => environment.tables.entries.doesExist(key),
    async [Symbol.asyncDispose]() {
      await relinquish(environment);
      await store.close();
    },
  };
}

describe('what was put last', () => {
  test('is found before the index has it, and counted once it was asked for', async () => {
    await using at = await opened();
    await at.store.put('a', 1, { stamp: { node: 'n', source: 's', module: '' } });
    expect(at.indexed('a')).toBe(false);
    expect(at.store.has('a')).toBe(true);
    expect(at.store.find('a')?.read()).toBe(1);
    expect(at.store.history('n')).toMatchObject([{ key: 'a', evicted: false }]);
    expect(at.indexed('a')).toBe(true);
    expect(await at.store.stats()).toMatchObject({ entries: 1 });
    expect(at.environment.claims?.journal.empty).toBe(true);
  });

  test('replaces what was put before it, here and there', async () => {
    await using at = await opened();
    await at.store.put('a', 1);
    await at.store.put('a', 2);
    expect(await at.store.get('a')).toBe(2);
    at.environment.settle();
    expect(await at.store.get('a')).toBe(2);
    await at.store.put('a', 3);
    expect(at.indexed('a')).toBe(true);
    expect(await at.store.get('a')).toBe(3);
  });

  test('is gone when it is deleted', async () => {
    await using at = await opened();
    await at.store.put('a', 1);
    expect(await at.store.delete('a')).toBe(true);
    expect(at.store.has('a')).toBe(false);
    at.environment.settle();
    expect(at.store.has('a')).toBe(false);
  });

  test('goes to the index at once when it is large', async () => {
    await using at = await opened();
    await at.store.put('a', 'x'.repeat(20_000));
    expect(at.indexed('a')).toBe(true);
  });

  test('waits for the index when it is too much', async () => {
    await using at = await opened();
    const keys = Array.from({ length: 5000 }, (_, index) => `k${index}`);
    await Promise.all(keys.map((key, index) => at.store.put(key, index)));
    expect(keys.filter((key) => !at.store.has(key))).toEqual([]);
    expect(await at.store.get('k4999')).toBe(4999);
    expect(await at.store.stats()).toMatchObject({ entries: 5000 });
  });

  test('does not come back over what was put later', async () => {
    await using at = await opened();
    await at.store.put('a', 'old');
    const old = at.environment.claims?.journal.find('a') ?? Buffer.alloc(0);
    at.environment.settle();
    const later = Date.now() + 1;
    while (Date.now() <= later);
    await at.store.put('a', 'new');
    await at.environment.claims?.journal.put('a', old);
    at.environment.settle();
    expect(await at.store.get('a')).toBe('new');
    expect(at.environment.claims?.journal.empty).toBe(true);
  });

  test('is left out when it is damaged', async () => {
    await using at = await opened();
    await at.environment.claims?.journal.put('a', Buffer.alloc(100, 1));
    expect(at.store.find('a')).toBeUndefined();
    at.environment.settle();
    expect(at.store.has('a')).toBe(false);
    expect(at.environment.claims?.journal.empty).toBe(true);
  });

  test.each([true, false])('outlives its process, also for a store that is read only: %s', async (readOnly) => {
    const path = folder();
    const child = start(path, 'put');
    await child.said(2);
    await child.kill();
    await using store = new DiskStore({ path, readOnly });
    await store.open();
    expect(store.has('k0')).toBe(true);
    expect(store.find('k0')?.read()).toBe(0);
  });
});
