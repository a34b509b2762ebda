import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
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
    at.environment.writer?.settle();
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
    at.environment.writer?.settle();
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
    at.environment.writer?.settle();
    const later = Date.now() + 1;
    while (Date.now() <= later);
    await at.store.put('a', 'new');
    await at.environment.claims?.journal.put('a', old);
    at.environment.writer?.settle();
    expect(await at.store.get('a')).toBe('new');
    expect(at.environment.claims?.journal.empty).toBe(true);
  });

  test('is left out when it is damaged', async () => {
    await using at = await opened();
    await at.environment.claims?.journal.put('a', Buffer.alloc(100, 1));
    expect(at.store.find('a')).toBeUndefined();
    at.environment.writer?.settle();
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
    const keys: string[] = [];
    for await (const key of store.keys()) keys.push(key);
    expect(keys).toContain('k0');
    expect((await store.stats()).entries).toBe(keys.length);
    expect(await store.verify()).toMatchObject({ entries: keys.length, corrupt: [] });
  });

  test('is in the history that a store tells that is read only, the newest first', async () => {
    const path = folder();
    const stamp = { node: 'p:m#f', source: 's', module: 'm' };
    const first = new DiskStore({ path });
    for (const key of ['k1', 'evicted']) await first.put(key, 'earlier', { stamp }, { createdAt: 1 });
    await first.prune({ maxBytes: 0 });
    await first.put('indexed', 'earlier', { stamp }, { createdAt: 2 });
    await first.close();
    await start(path, 'journal').said(1);
    await using store = new DiskStore({ path, readOnly: true });
    await store.open();
    const told = store.history('p:m#f');
    expect(told.slice(0, 4).map(({ key }) => key)).toEqual(['k2', 'k1', 'k0', 'indexed']);
    expect(told.slice(4).map(({ key }) => key)).toEqual(['evicted']); // and k1 is no more
    expect(told.map(({ evicted }) => evicted)).toEqual([false, false, false, false, true]);
    expect(told[0]?.facts).toMatchObject({ stamp });
    expect(store.history('p:m#f', 2).map(({ key }) => key)).toEqual(['k2', 'k1']);
    expect(store.history('p:m#f', 0)).toEqual([]);
    expect(store.history('p:m#other')).toEqual([]);
  });

  test('is found while another process moves it, and stays away when it was deleted', async () => {
    await using at = await opened();
    const child = start(at.path, 'settle');
    await child.said(1);
    await at.store.put('other', 1);
    const missed: string[] = [];
    const back: string[] = [];
    for (let index = 0; index < 60; index += 1) {
      const key = `k${index}`;
      at.store.find('other');
      await at.store.put(key, index);
      const later = performance.now() + 2;
      while (performance.now() < later);
      if (!(await at.store.has(key)) || at.store.find(key) === undefined) missed.push(key);
      expect(await at.store.delete(key)).toBe(true);
      for (const deleted of [`k${index - 3}`, key]) if (await at.store.has(deleted)) back.push(deleted);
    }
    expect({ missed, back }).toEqual({ missed: [], back: [] });
  });

  test('keeps its order with what goes to the index', async () => {
    await using at = await opened();
    await Promise.all([at.store.put('a', 'x'.repeat(20_000)), at.store.put('a', 'second')]);
    expect(await at.store.get('a')).toBe('second');
    at.environment.writer?.settle();
    expect(await at.store.get('a')).toBe('second');
  });

  test('does not pass the limit of bytes', async () => {
    const path = folder();
    await using store = new DiskStore({ path, maxBytes: 200_000 });
    for (let index = 0; index < 400; index += 1) await store.put(`k${index}`, 'x'.repeat(10_000) + index.toString());
    expect((await store.stats()).bytes).toBeLessThanOrEqual(200_000);
    expect(statSync(join(path, 'index.mdb')).size).toBeLessThan(8_000_000);
  });

  test('that cannot be taken out of it again changes nothing', async () => {
    await using at = await opened();
    await at.store.put('small', 1);
    const journal = at.environment.claims?.journal;
    if (journal === undefined) throw new Error('it has no journal');
    const drop = jest.spyOn(journal, 'drop').mockImplementation(() => {
      throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    });
    await at.store.put('large', new Uint8Array(200_000).fill(3));
    expect(await at.store.delete('small')).toBe(true);
    drop.mockRestore();
    expect(at.store.has('small')).toBe(false);
    expect((await at.store.get('large')) as Uint8Array).toHaveLength(200_000);
    expect(await at.store.verify()).toEqual({ entries: 1, corrupt: [], strays: 0 });
  });

  test.each([
    ['empty', Buffer.alloc(0)],
    ['garbage', Buffer.alloc(40_000, 7)],
  ])('is left out where its file is %s', async (_, bytes) => {
    const path = folder();
    const first = new DiskStore({ path });
    await first.put('a', 1);
    await first.close();
    const [claims = ''] = readdirSync(path).filter((name) => /^locks.*\.mdb$/.test(name));
    for (const readOnly of [true, false]) {
      writeFileSync(join(path, claims), bytes);
      await using store = new DiskStore({ path, readOnly });
      expect(await store.get('a')).toBe(1);
    }
  });
});
