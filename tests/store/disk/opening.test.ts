import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { DiskStore } from '../../../src/store/disk/disk-store.js';
import { loadLmdb } from '../../../src/store/disk/lmdb.js';
import { folders } from '../folders.js';

const folder = folders();
const coded = (code: string): unknown => expect.objectContaining({ code });

afterEach(() => {
  jest.restoreAllMocks();
});

async function filled(): Promise<string> {
  const path = folder();
  await using store = new DiskStore({ path });
  await store.put('a', 1);
  await store.put('large', new Uint8Array(100_000).fill(5));
  return path;
}

describe('opening a store on disk', () => {
  test.each([
    [{}],
    [{ path: '' }],
    [{ path: 5 }],
    [{ path: 'x', maxBytes: -1 }],
    [{ path: 'x', maxAge: 'long' }],
    [{ path: 'x', hash: 'md5' }],
    [{ path: 'x', compress: 1 }],
    [{ path: 'x', size: 1 }],
    ['x'],
  ])('refuses the options %p', (options) => {
    expect(() => new DiskStore(options as never)).toThrow(coded('DAG_OPTION'));
  });

  test('makes the folder for this user only', async () => {
    const path = join(folder(), 'new', 'folder');
    await using store = new DiskStore({ path });
    await store.put('a', new Uint8Array(100_000));
    expect(statSync(path).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
      const found = statSync(join(path, name));
      expect(found.mode & 0o777).toBe(found.isDirectory() ? 0o700 : 0o600);
    }
  });

  test('a file in place of the folder', async () => {
    const path = join(folder(), 'file');
    writeFileSync(path, 'x');
    await expect(new DiskStore({ path }).open()).rejects.toThrow(coded('DAG_STORE_OPEN'));
    await expect(new DiskStore({ path: join(path, 'below') }).get('a')).rejects.toThrow(coded('DAG_STORE_OPEN'));
  });

  test('a folder that cannot be written', async () => {
    const path = process.getuid?.() === 0 ? '/proc/no/such' : folder();
    if (process.getuid?.() !== 0) chmodSync(path, 0o500);
    await expect(new DiskStore({ path }).open()).rejects.toThrow(coded('DAG_STORE_OPEN'));
  });

  test('a folder with other things in it', async () => {
    const path = folder();
    writeFileSync(join(path, 'thesis.txt'), 'x');
    const store = new DiskStore({ path });
    await expect(store.open()).rejects.toThrow(/thesis\.txt/);
    expect(readdirSync(path)).toEqual(['thesis.txt']);
    expect(store.isOpen).toBe(false);
    await store.close();
  });

  test('a store of another format is refused by name, and left alone', async () => {
    const path = await filled();
    writeFileSync(join(path, 'lazydag-store'), '77\n');
    await expect(new DiskStore({ path }).open()).rejects.toThrow(coded('DAG_STORE_VERSION'));
    await expect(new DiskStore({ path }).open()).rejects.toThrow(/format "77".*format 2/);
    writeFileSync(join(path, 'lazydag-store'), '2\n');
    await using store = new DiskStore({ path });
    expect(await store.get('a')).toBe(1);
  });

  test.each([
    ['garbage', Buffer.from('garbage '.repeat(3000))],
    ['zeros', Buffer.alloc(50_000)],
    ['next to nothing', Buffer.from('x')],
  ])('an index that is %s', async (_, content) => {
    const path = await filled();
    writeFileSync(join(path, 'index.mdb'), content);
    await expect(new DiskStore({ path }).open()).rejects.toThrow(coded('DAG_STORE_OPEN'));
    await expect(new DiskStore({ path, readOnly: true }).open()).rejects.toThrow(coded('DAG_STORE_OPEN'));
  });

  test('an index that is cut short ends in an error, not in the end of the process', async () => {
    const path = await filled();
    truncateSync(join(path, 'index.mdb'), 8192);
    await expect(new DiskStore({ path, readOnly: true }).open()).rejects.toThrow(coded('DAG_STORE_OPEN'));
    await expect(new DiskStore({ path }).open()).rejects.toThrow(coded('DAG_STORE_OPEN'));
  });

  test('a store that failed to open may be opened later', async () => {
    const path = folder();
    writeFileSync(join(path, 'lazydag-store'), '77\n');
    await using store = new DiskStore({ path });
    await expect(store.open()).rejects.toThrow(coded('DAG_STORE_VERSION'));
    writeFileSync(join(path, 'lazydag-store'), '2\n');
    await store.open();
    expect(store.isOpen).toBe(true);
  });

  test('says what to install where lmdb is missing', async () => {
    await expect(loadLmdb(() => Promise.reject(new Error('no lmdb')))).rejects.toThrow(coded('DAG_PEER_MISSING'));
  });

  test('what does not wait needs an open store', async () => {
    await using store = new DiskStore({ path: folder() });
    expect(store.isOpen).toBe(false);
    expect(() => store.find('a')).toThrow(coded('DAG_STORE_NOT_OPEN'));
    expect(() => store.tryLock('a')).toThrow(coded('DAG_STORE_NOT_OPEN'));
    expect(() => store.history('n')).toThrow(coded('DAG_STORE_NOT_OPEN'));
    expect(await store.has('a')).toBe(false);
    expect(store.isOpen).toBe(true);
  });

  test('closed while it opens', async () => {
    const store = new DiskStore({ path: folder() });
    const opening = store.open();
    await store.close();
    await expect(opening).rejects.toThrow(coded('DAG_STORE_CLOSED'));
  });
});

describe('a store that is read only', () => {
  test('reads, and writes nothing', async () => {
    const path = await filled();
    const before = readFileSync(join(path, 'index.mdb'));
    await using store = new DiskStore({ path, readOnly: true });
    expect(await store.get('a')).toBe(1);
    expect(await store.get('large')).toEqual(new Uint8Array(100_000).fill(5));
    const refused = coded('DAG_STORE_READ_ONLY');
    await expect(store.put('b', 1)).rejects.toThrow(refused);
    await expect(store.delete('a')).rejects.toThrow(refused);
    await expect(store.prune()).rejects.toThrow(refused);
    expect(store.tryLock('a')).toBeDefined();
    expect(store.tryLock('a')).toBeDefined();
    expect(await store.verify()).toEqual({ entries: 2, corrupt: [], strays: 0 });
    await store.close();
    expect(readFileSync(join(path, 'index.mdb')).equals(before)).toBe(true);
  });

  test('does not make what is not there', async () => {
    const path = join(folder(), 'nothing');
    await expect(new DiskStore({ path, readOnly: true }).open()).rejects.toThrow(coded('DAG_STORE_OPEN'));
    mkdirSync(path);
    await expect(new DiskStore({ path, readOnly: true }).open()).rejects.toThrow(coded('DAG_STORE_OPEN'));
    expect(readdirSync(path)).toEqual([]);
  });

  test('must be closed before the folder is opened for writing by the same process', async () => {
    const path = await filled();
    const reader = new DiskStore({ path, readOnly: true });
    await reader.open();
    await using writer = new DiskStore({ path });
    await expect(writer.open()).rejects.toThrow(coded('DAG_STORE_OPEN'));
    await reader.close();
    await writer.put('b', 2);
  });
});

test('a path that is relative is that of where the process was when the store was made', async () => {
  const [here, elsewhere] = [realpathSync(folder()), realpathSync(folder())];
  const before = process.cwd();
  try {
    process.chdir(here);
    await using store = new DiskStore({ path: 'results' });
    process.chdir(elsewhere);
    await store.put('a', 1);
    expect(readdirSync(join(here, 'results'))).toContain('lazydag-store');
    expect(readdirSync(elsewhere)).toEqual([]);
  } finally {
    process.chdir(before);
  }
});
