import { describe, expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DiskStore } from '../../../src/store/disk/disk-store.js';
import { folders } from '../folders.js';
import { children } from './children.js';

const folder = folders();
const start = children();

function filesIn(path: string): string[] {
  return readdirSync(join(path, 'values'), { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('/'));
}

describe('several processes on one store', () => {
  test('a process that is killed while it puts leaves a store with right values only', async () => {
    const path = folder();
    for (const lines of [2, 30, 57]) {
      const child = start(path, 'put');
      await child.said(lines);
      await child.kill();
      await using store = new DiskStore({ path });
      let entries = 0;
      for await (const key of store.keys()) {
        const index = Number(key.slice(1));
        const value = await store.get(key);
        if (index % 3 === 0) expect(value).toBe(index);
        else {
          const { samples, text } = value as { samples: Float64Array; text: string };
          expect(text).toBe(`v${index}`);
          expect(samples.length).toBe(5000 + (index % 7) * 1000);
          expect(samples.every((sample) => sample === index)).toBe(true);
        }
        entries += 1;
      }
      expect(entries).toBeGreaterThan(0);
      const { corrupt, strays } = await store.verify();
      expect(corrupt).toEqual([]);
      // What it had begun was removed when the store was opened.
      expect(strays).toBe(0);
      expect(filesIn(path).some((name) => name.endsWith('.tmp'))).toBe(false);
    }
  }, 60_000);

  test('one finds what another has put, and keeps what it still reads', async () => {
    const path = folder();
    await using store = new DiskStore({ path, maxBytes: 300_000 });
    await store.put('large', new Float64Array(10_000).fill(1), { cost: 0 });
    const [finder, waiter] = [start(path, 'find'), start(path, 'wait')];
    expect(await finder.said(1)).toEqual(['found']);
    await waiter.said(1);
    await store.put('from another', 'hello');
    expect((await waiter.said(2))[1]).toBe('found hello');
    // The other has found it and not read it yet, so it stays, though it is worth least.
    for (let index = 0; index < 10; index += 1) await store.put(`k${index}`, new Uint8Array(50_000), { cost: 100 });
    expect(store.has('large')).toBe(true);
    await finder.kill();
    for (let index = 0; index < 10; index += 1) await store.put(`l${index}`, new Uint8Array(50_000), { cost: 100 });
    expect(store.has('large')).toBe(false);
  });

  test('a lock ends with the process that holds it', async () => {
    const path = folder();
    await using store = new DiskStore({ path });
    await store.open();
    const [holder] = [start(path, 'lock')];
    expect(await holder.said(1)).toEqual(['locked']);
    expect(store.tryLock('the key')).toBeUndefined();
    const other = start(path, 'lock');
    expect(await other.said(1)).toEqual(['refused']);
    await holder.kill();
    const lock = store.tryLock('the key');
    expect(lock).toBeDefined();
    const third = start(path, 'lock');
    expect(await third.said(1)).toEqual(['refused']);
    lock?.release();
    const fourth = start(path, 'lock');
    expect(await fourth.said(1)).toEqual(['locked']);
  });

  (process.platform === 'linux' ? test : test.skip)(
    'what a thread holds ends with it, while its process lives',
    async () => {
      const path = folder();
      const process = start(path, 'threads');
      expect(await process.said(3)).toEqual(['locked', 'found', 'refused']);
      await using store = new DiskStore({ path, maxBytes: 300_000 });
      const fill = async (name: string): Promise<void> => {
        for (let index = 0; index < 10; index += 1)
          await store.put(`${name}${index}`, new Uint8Array(50_000), { cost: 100 });
      };
      await fill('k');
      expect(store.has('large')).toBe(true);
      expect(store.tryLock('the key')).toBeUndefined();
      process.tell();
      await process.said(4);
      await fill('l');
      expect(store.has('large')).toBe(false);
      expect(store.tryLock('the key')).toBeDefined();
    },
  );

  test('a store that is forgotten does not keep its process, and loses nothing', async () => {
    const path = folder();
    expect(await start(path, 'forget').end()).toBe(0);
    await using store = new DiskStore({ path });
    expect(await store.get('forgotten')).toEqual(new Uint8Array(100_000).fill(3));
    expect(await store.get('small')).toBe(1);
  });
});
