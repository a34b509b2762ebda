import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { DiskStore } from '../../../src/store/disk/disk-store.js';
import { folders } from '../folders.js';

const folder = folders();
const mounted: string[] = [];

/** A small disk; undefined where this user cannot have one. */
function smallDisk(size: string): string | undefined {
  const path = folder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  mounted.push(path);
  return path;
}

afterEach(() => {
  jest.restoreAllMocks();
  for (const path of mounted.splice(0)) execFileSync('umount', ['-l', path], { stdio: 'ignore' });
});

// Only root can mount a disk; elsewhere, these tests find nothing to do.
describe('a disk that is full', () => {
  test('leaves out what it has no room for, says so once, and goes on reading', async () => {
    const path = smallDisk('6m');
    if (path === undefined) return;
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await using store = new DiskStore({ path });
    for (let index = 0; index < 30; index += 1) {
      await store.put(`large ${index}`, new Uint8Array(400_000).fill(index));
      await store.put(`small ${index}`, 'x'.repeat(20_000) + index.toString());
    }
    const { leftOut, entries } = await store.stats();
    expect(leftOut).toBeGreaterThan(5);
    expect(entries).toBe(60 - leftOut);
    expect(warned).toHaveBeenCalledTimes(1);
    expect(warned.mock.calls[0]?.[1]).toMatchObject({ code: 'DAG_STORE_FULL' });
    for await (const key of store.keys()) {
      const value = await store.get(key);
      const index = Number(key.split(' ')[1]);
      if (key.startsWith('large')) expect((value as Uint8Array).every((byte) => byte === index)).toBe(true);
      else expect(value).toBe('x'.repeat(20_000) + index.toString());
    }
    expect(await store.verify()).toEqual({ entries, corrupt: [], strays: 0 });
    expect(store.tryLock('a')).toBeDefined();
  });

  test('goes on when there is room again', async () => {
    const path = smallDisk('4m');
    if (path === undefined) return;
    jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await using store = new DiskStore({ path });
    await store.put('a', new Uint8Array(500_000));
    expect(store.has('a')).toBe(true);
    for (let index = 0; index < 8; index += 1) await store.put(`b${index}`, new Uint8Array(500_000));
    expect(store.has('b7')).toBe(false);
    await store.prune({ maxBytes: 0 });
    await store.verify(); // waits until the files are gone
    await store.put('c', new Uint8Array(500_000));
    expect(store.has('c')).toBe(true);
  });

  test('has what small results it said that it has, and all of them once there is room', async () => {
    const path = smallDisk('12m');
    if (path === undefined) return;
    jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await using store = new DiskStore({ path });
    await store.open();
    const ballast = join(path, '.ballast');
    writeFileSync(ballast, Buffer.alloc(4_000_000));
    const kept: number[] = [];
    for (let turn = 0; turn < 15; turn += 1) {
      const before = turn * 100;
      await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          store.put(`k${before + index}`, `${'x'.repeat(6000)}${before + index}`),
        ),
      );
      for (let index = before; index < before + 100; index += 1) if (store.has(`k${index}`)) kept.push(index);
    }
    expect((await store.stats()).leftOut).toBe(1500 - kept.length);
    expect(kept.length).toBeGreaterThan(100);
    expect(kept.length).toBeLessThan(1500);
    rmSync(ballast);
    for (const index of kept) expect(await store.get(`k${index}`)).toBe(`${'x'.repeat(6000)}${index}`);
    expect(await store.verify()).toMatchObject({ corrupt: [] });
    await store.put('after', 1);
    expect(await store.get('after')).toBe(1);
  });

  test('where there is no room to begin, opening fails', async () => {
    const path = smallDisk('100k');
    if (path === undefined) return;
    writeFileSync(join(path, '.fill'), Buffer.alloc(50_000));
    await expect(new DiskStore({ path }).open()).rejects.toThrow(expect.objectContaining({ code: 'DAG_STORE_OPEN' }));
  });
});
