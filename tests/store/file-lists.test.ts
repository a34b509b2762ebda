import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { EntryFacts } from '../../src/graph/store.js';
import { node } from '../../src/index.js';
import { DiskStore, explain, MemoryStore, type Store } from '../../src/store/index.js';
import { acquire, relinquish } from '../../src/store/disk/shared-environments.js';
import { folders } from './folders.js';

const folder = folders();
const NODE = 'p:m#f';
const changes = node((x: number) => x, { name: 'changes', persist: 'disk' });

/** The list of a module that imports so many others; the first of them as it was then. */
function filesOf(count: number, version = '0'): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (let index = 0; index < count; index += 1) files[`src/folder/module-${index}.ts`] = `abcd000${index % 10}`;
  return Object.freeze({ ...files, 'src/folder/module-0.ts': version });
}

function factsOf(call: number, files: EntryFacts['files']): EntryFacts {
  const stamp = { node: NODE, source: `imports:${files?.['src/folder/module-0.ts'] ?? ''}`, module: 'm' };
  return { stamp, args: [String(call)], cost: 1, ...(files === undefined ? {} : { files }) };
}

async function fill(store: Store, count: number, files: EntryFacts['files'], from = 0): Promise<void> {
  const puts = Array.from({ length: count }, (_, index) =>
    store.put(`${files?.['src/folder/module-0.ts'] ?? ''} ${from + index}`, index, factsOf(from + index, files)),
  );
  await Promise.all(puts);
}

/** What the tables of a store hold, by the names of lists. */
async function listsIn(path: string): Promise<{ lists: number; graves: number; buried: number }> {
  const environment = await acquire(path, false);
  environment.writer?.settle();
  const { graves, buried } = environment.totals;
  const lists = [...environment.tables.lists.getKeys()].length;
  await relinquish(environment);
  return { lists, graves, buried };
}

describe.each([
  ['DiskStore', (maxBytes: number) => new DiskStore({ path: folder(), maxBytes })],
  ['MemoryStore', (maxBytes: number) => new MemoryStore({ maxBytes })],
])('the list of files of a module in a %s', (_, make) => {
  test('is counted once, however many entries have it', async () => {
    await using plain = make(Infinity);
    await fill(plain, 2000, undefined);
    await using store = make(Infinity);
    await fill(store, 2000, filesOf(300));
    const [without, withFiles] = [(await plain.stats()).bytes, (await store.stats()).bytes];
    expect(withFiles).toBeLessThan(2 * without);
    expect(store.find('0 7')?.facts()).toEqual(factsOf(7, filesOf(300)));
  });

  test('lets as many entries stay within the limit', async () => {
    await using store = make(200_000);
    await fill(store, 1000, filesOf(300));
    const { entries, bytes } = await store.stats();
    expect(entries).toBeGreaterThan(400);
    expect(bytes).toBeLessThanOrEqual(200_000);
  });

  test('is known of entries that were evicted, and of none that was deleted', async () => {
    await using store = make(200_000);
    await fill(store, 3, filesOf(300));
    await fill(store, 3, filesOf(300, '1'));
    await store.delete('1 0');
    await store.prune({ maxBytes: 0 });
    const past = store.history(NODE);
    expect(past.map(({ key }) => key).sort()).toEqual(['0 0', '0 1', '0 2', '1 1', '1 2']);
    for (const { key, facts, evicted } of past) {
      expect(evicted).toBe(true);
      expect(facts.files).toEqual(filesOf(300, key.slice(0, 1)));
    }
  });

  test('names the file that changed, also for entries that were evicted', async () => {
    await using store = make(1e6);
    const call = changes(1);
    await call.resolve({ store });
    const facts = store.find((await explain(call, store)).key)?.facts() ?? {};
    const changed = Object.keys(facts.files ?? {}).find((name) => name.endsWith('file-lists.ts')) ?? '';
    const before = { ...facts.files, [changed]: 'before' };
    const stamp = { ...facts.stamp, node: facts.stamp?.node ?? '', module: '', source: 'imports:before' };
    await store.delete((await explain(call, store)).key);
    await store.put('before', 1, { ...facts, stamp, files: before });
    for (const evicted of [false, true]) {
      if (evicted) await store.prune({ maxBytes: 0 });
      expect(await explain(call, store)).toMatchObject({
        reason: 'source changed',
        file: changed,
      });
    }
  });
});

describe('in the index of a DiskStore', () => {
  test('a list goes with the last entry and the last grave that name it', async () => {
    const path = folder();
    await using store = new DiskStore({ path });
    await fill(store, 3, filesOf(50));
    await fill(store, 1, filesOf(50, '1'));
    expect(await listsIn(path)).toMatchObject({ lists: 2, graves: 0 });
    await store.put('1 0', 1); // in place of the only one that has the second
    expect(await listsIn(path)).toMatchObject({ lists: 1 });
    await store.prune({ maxBytes: 0 });
    expect(await listsIn(path)).toMatchObject({ lists: 1, graves: 4 });
    for (const key of ['0 0', '0 1', '0 2', '1 0']) await store.put(key, 1);
    expect(await listsIn(path)).toMatchObject({ lists: 0, graves: 0 });
    expect((await store.stats()).bytes).toBeLessThan(1000);
  });

  test('a short list lies among the facts', async () => {
    const path = folder();
    await using store = new DiskStore({ path });
    await fill(store, 2, filesOf(3));
    expect(await listsIn(path)).toMatchObject({ lists: 0 });
    expect(store.find('0 1')?.facts()).toEqual(factsOf(1, filesOf(3)));
  });

  test('a list that is damaged or lost costs no result', async () => {
    const path = folder();
    await using store = new DiskStore({ path });
    await fill(store, 2, filesOf(50));
    const environment = await acquire(path, false);
    const { lists } = environment.tables;
    const [name = ''] = [...lists.getKeys()];
    const text = Buffer.from(lists.get(name) ?? []);
    text[20] = (text[20] ?? 0) ^ 1;
    for (const harm of [() => lists.put(name, text), () => lists.remove(name)]) {
      await environment.writer?.change(0, () => void harm());
      expect(await store.get('0 0')).toBe(0);
      expect(store.find('0 0')?.facts().files).toBeUndefined();
      expect(store.history(NODE).map(({ facts }) => facts.files)).toEqual([undefined, undefined]);
      expect((await store.verify()).corrupt).toEqual([]);
    }
    await relinquish(environment);
  });

  test('lists take no more than their share of the limit, and keep no entry out', async () => {
    const path = folder();
    await using store = new DiskStore({ path, maxBytes: 100_000 });
    for (let version = 0; version < 10; version += 1) await fill(store, 20, filesOf(100, String(version)));
    const { lists } = await listsIn(path);
    expect(lists).toBeGreaterThan(0);
    expect(lists).toBeLessThan(5);
    expect((await store.stats()).entries).toBe(200);
  });

  test('a limit that is lower than before lets lists go, not entries', async () => {
    const path = folder();
    const large = new DiskStore({ path });
    await fill(large, 5, filesOf(300));
    await large.prune({ maxBytes: 0 });
    await large.close();
    await using store = new DiskStore({ path, maxBytes: 10_000 });
    await fill(store, 5, undefined);
    await store.put('another', 1);
    expect((await store.stats()).entries).toBe(6);
    expect(await listsIn(path)).toMatchObject({ lists: 0 });
  });

  test('what is known of evicted entries has a bound in bytes, too', async () => {
    const path = folder();
    await using store = new DiskStore({ path, maxBytes: 1e5 });
    const args = Array.from({ length: 90 }, (_, index) => `${index}`.padStart(32, '0'));
    for (let from = 0; from < 3000; from += 500) {
      const puts = Array.from({ length: 500 }, (_, index) =>
        store.put(`k${from + index}`, index, { ...factsOf(0, filesOf(300)), args }),
      );
      await Promise.all(puts);
    }
    const { graves, buried } = await listsIn(path);
    expect(graves).toBeGreaterThan(500);
    expect(buried).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(buried).toBeGreaterThan(3 * 1024 * 1024);
  });

  test('the index of a small store does not grow for ever', async () => {
    const path = folder();
    await using store = new DiskStore({ path, maxBytes: 1e5 });
    const sizes: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      await fill(store, 3000, filesOf(300), round * 3000);
      sizes.push(statSync(join(path, 'index.mdb')).size);
    }
    expect((await listsIn(path)).graves).toBe(10_000);
    expect(sizes.at(-1)).toBeLessThan(1.1 * (sizes.at(-2) ?? 0));
    expect(sizes.at(-1)).toBeLessThan(64 * 1024 * 1024);
  });

  test('a store that is read only finds the lists of what others have put last', async () => {
    const path = folder();
    await using store = new DiskStore({ path });
    await fill(store, 3, filesOf(50));
    await fill(store, 3, filesOf(50), 3); // into the journal
    await using reader = new DiskStore({ path, readOnly: true });
    await reader.open();
    expect(reader.history(NODE)).toHaveLength(6);
    for (const { facts } of reader.history(NODE)) expect(facts.files).toEqual(filesOf(50));
  });
});
