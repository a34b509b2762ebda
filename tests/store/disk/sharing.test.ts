import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { Future } from '../../../src/graph/future.js';
import '../../../src/index.js';
import { Claims } from '../../../src/store/disk/claims.js';
import { DiskStore } from '../../../src/store/disk/disk-store.js';
import { isAlive, LEASE, thisThread } from '../../../src/store/disk/holder.js';
import { loadLmdb } from '../../../src/store/disk/lmdb.js';
import { acquire, relinquish } from '../../../src/store/disk/shared-environments.js';
import { writeBuffers } from '../../../src/store/disk/write-buffers.js';
import { collectGarbage } from '../../support/garbage.js';
import { folders } from '../folders.js';

const folder = folders();
const coded = (code: string): unknown => expect.objectContaining({ code });

afterEach(() => {
  jest.restoreAllMocks();
});

describe('two stores on one folder', () => {
  test('see each other’s entries, and exclude each other by locks', async () => {
    const path = folder();
    await using one = new DiskStore({ path });
    await using two = new DiskStore({ path: join(path, '.') });
    await Promise.all([one.open(), two.open()]);
    await one.put('a', 1);
    expect(two.find('a')?.read()).toBe(1);
    const lock = one.tryLock('a');
    expect(lock).toBeDefined();
    expect(two.tryLock('a')).toBeUndefined();
    lock?.release();
    lock?.release();
    expect(two.tryLock('a')).toBeDefined();
    await one.close();
    expect(two.find('a')?.read()).toBe(1);
    expect(() => one.find('a')).toThrow(coded('DAG_STORE_CLOSED'));
    await two.close();
    await using three = new DiskStore({ path });
    await three.open();
    expect(three.tryLock('a')).toBeDefined();
  });

  test('none can write beside one that was opened to read only', async () => {
    const path = folder();
    const first = new DiskStore({ path });
    await first.put('a', 1);
    await first.close();
    await using reader = new DiskStore({ path, readOnly: true });
    await reader.open();
    const message = expect.stringMatching(/is open in this thread, and read only\. Close that store before/) as unknown;
    await expect(new DiskStore({ path }).open()).rejects.toMatchObject({ code: 'DAG_STORE_OPEN', message });
    await reader.close();
    await using writer = new DiskStore({ path });
    await using other = new DiskStore({ path, readOnly: true });
    await writer.put('b', 2);
    expect(await other.get('b')).toBe(2);
  });

  test('closing one releases what it has locked', async () => {
    const path = folder();
    await using one = new DiskStore({ path });
    await using two = new DiskStore({ path });
    await Promise.all([one.open(), two.open()]);
    one.tryLock('a');
    await one.close();
    expect(two.tryLock('a')).toBeDefined();
  });
});

describe('who is alive', () => {
  const now = 1_000_000;

  test('on this machine, the system says', () => {
    const own = thisThread();
    expect(isAlive(own, 0, now)).toBe(true);
    expect(isAlive({ ...own, pid: 2 ** 22 + 1 }, now + LEASE, now)).toBe(false);
    if (process.platform === 'linux') expect(isAlive({ ...own, started: '1' }, now + LEASE, now)).toBe(false);
  });

  test('of threads, too, where it tells them apart', () => {
    const own = thisThread();
    const tid = String(own.pid); // the main thread has the number of its process
    const thread = { id: tid, started: own.started };
    if (process.platform === 'linux') {
      expect(isAlive({ ...own, thread }, 0, now)).toBe(true);
      expect(isAlive({ ...own, thread: { ...thread, started: '1' } }, now + LEASE, now)).toBe(false);
      expect(isAlive({ ...own, thread: { ...thread, id: '1' } }, now + LEASE, now)).toBe(false);
    }
    const untold = { id: '', started: '' };
    expect(isAlive({ ...own, thread: untold }, now + 1, now)).toBe(true);
    expect(isAlive({ ...own, thread: untold }, now, now)).toBe(false);
    expect(isAlive({ ...own, pid: 2 ** 22 + 1, thread: untold }, now + 1, now)).toBe(false);
  });

  test('elsewhere, the lease does', () => {
    const other = { ...thisThread(), host: 'elsewhere' };
    expect(isAlive(other, now + 1, now)).toBe(true);
    expect(isAlive(other, now, now)).toBe(false);
  });

  test('sessions of the dead are found and forgotten with their locks and pins', async () => {
    const path = folder();
    const lmdb = await loadLmdb();
    const dead = new Claims(lmdb, path);
    dead.locks.take('a');
    dead.pins.add(Buffer.alloc(16, 1));
    const alive = new Claims(lmdb, path);
    expect(alive.locks.take('a')).toBeUndefined();
    expect(alive.pins.has(Buffer.alloc(16, 1))).toBe(true);
    alive.bury([dead.sessions.own]);
    expect(alive.sessions.isLive(dead.sessions.own)).toBe(false);
    expect(alive.pins.has(Buffer.alloc(16, 1))).toBe(false);
    expect(alive.locks.take('a')).toBeDefined();
    await dead.close();
    expect(alive.dead()).toEqual([]);
    await alive.close();
  });
});

describe('entries with files', () => {
  const large = (byte: number): Uint8Array => new Uint8Array(60_000).fill(byte);

  function filesIn(path: string): string[] {
    const all = readdirSync(join(path, 'values'), { recursive: true, encoding: 'utf8' });
    return all.filter((name) => name.includes('/'));
  }

  test('are not evicted, and keep their files, between being found and read', async () => {
    const path = folder();
    await using store = new DiskStore({ path, maxBytes: 200_000 });
    await store.put('found', large(1));
    const entry = store.find('found');
    for (let index = 0; index < 8; index += 1) await store.put(`k${index}`, large(2), { cost: 1000 });
    expect(store.has('found')).toBe(true);
    expect(await entry?.read()).toEqual(large(1));
    for (let index = 0; index < 8; index += 1) await store.put(`l${index}`, large(2), { cost: 1000 });
    expect(store.has('found')).toBe(false);
    await expect(entry?.read()).rejects.toThrow(coded('DAG_STORE_CORRUPT'));
    expect((await store.stats()).corrupt).toBe(0);
  });

  test('that are replaced or deleted are still read by who has found them', async () => {
    const path = folder();
    await using store = new DiskStore({ path });
    await store.put('a', large(1));
    const first = store.find('a');
    await store.put('a', large(2));
    const second = store.find('a');
    await store.delete('a');
    expect(await second?.read()).toEqual(large(2));
    expect(await first?.read()).toEqual(large(1));
    await store.close();
    expect(filesIn(path)).toEqual([]);
  });

  test('that were found and forgotten are not kept for ever', async () => {
    const path = folder();
    await using store = new DiskStore({ path });
    await store.put('a', large(1));
    const environment = await acquire(path, false);
    let first: Buffer | undefined;
    (() => {
      const record = environment.lookUp('a');
      if (typeof record === 'object') first = record.firstName;
      store.find('a');
    })();
    const name = first ?? Buffer.alloc(16);
    expect(environment.pins?.isPinned(name)).toBe(true);
    for (let round = 0; round < 20 && environment.pins?.isPinned(name) === true; round += 1) await collectGarbage();
    expect(environment.pins?.isPinned(name)).toBe(false);
    await relinquish(environment);
  });

  test('are written by whom the caller says', async () => {
    await using store = new DiskStore({ path: folder(), hash: 'sha256' });
    const run = jest.fn((call: Future) => call.resolve());
    await store.put('a', { x: large(1), y: large(2) }, {}, { run });
    expect(run).toHaveBeenCalledTimes(1);
    expect(run.mock.calls[0]?.[0]._args[0]).toHaveLength(2);
    expect(await store.get('a')).toEqual({ x: large(1), y: large(2) });
  });

  test('leave nothing where writing fails', async () => {
    const path = folder();
    await using store = new DiskStore({ path });
    const run = async (call: Future): Promise<never> => {
      await call.resolve();
      throw new Error('the thread has died');
    };
    await expect(store.put('a', large(1), {}, { run })).rejects.toThrow('the thread has died');
    expect(filesIn(path)).toEqual([]);
    expect(store.has('a')).toBe(false);
    const full = async (call: Future): Promise<never> => {
      await call.resolve();
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    };
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await store.put('a', large(1), {}, { run: full });
    await store.put('a', large(1), {}, { run: full });
    expect(warned).toHaveBeenCalledTimes(1);
    expect((await store.stats()).leftOut).toBe(2);
    expect(filesIn(path)).toEqual([]);
  });

  test('writeBuffers() writes all, or nothing', async () => {
    const path = folder();
    const jobs = ['a', 'b'].map((name) => ({ path: join(path, name), bytes: large(3), compress: false }));
    mkdirSync(join(path, 'b'));
    await expect(writeBuffers(jobs)).rejects.toThrow('EEXIST');
    expect(readdirSync(path)).not.toContain('a');
  });
});
