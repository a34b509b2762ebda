import { randomBytes } from 'node:crypto';
import { types } from 'node:util';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { EntryFacts, Store } from '../../src/graph/store.js';
import { isStore } from '../../src/graph/store.js';
import { storable } from './values.js';

/** The limits that a store is made with. */
export interface Limits {
  readonly maxBytes?: number;
  readonly maxAge?: number;
}

const coded = (code: string): unknown => expect.objectContaining({ code });
const facts = (cost: number, name = 'p:m#f'): EntryFacts => ({
  cost,
  stamp: { node: name, source: 's', module: 'm' },
  args: ['1', '2'],
});

async function keysOf(store: Store): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.keys()) keys.push(key);
  return keys.sort();
}

/** What every store does. `make` gives a new, empty one, which is not open. */
export function conformance(name: string, make: (limits?: Limits) => Store): void {
  const stores: Store[] = [];
  const opened = async (limits?: Limits): Promise<Store> => {
    const store = make(limits);
    stores.push(store);
    await store.open();
    return store;
  };

  afterEach(async () => {
    jest.restoreAllMocks();
    for (const store of stores.splice(0)) await store.close();
  });

  describe(name, () => {
    test('is a store', async () => {
      const store = await opened();
      expect(isStore(store)).toBe(true);
      expect(store.isOpen).toBe(true);
      await store.open();
    });

    test('finds what was put, and nothing else', async () => {
      const store = await opened();
      await store.put('a', { x: [1, 2] }, facts(7));
      const entry = store.find('a');
      expect(entry?.read()).toEqual({ x: [1, 2] });
      expect(entry?.facts()).toEqual(facts(7));
      expect(entry?.hasNodes).toBe(false);
      expect(entry?.bytes).toBeGreaterThan(0);
      expect(store.has('a')).toBe(true);
      expect(store.find('b')).toBeUndefined();
      expect(store.has('b')).toBe(false);
      expect(await store.get('a')).toEqual({ x: [1, 2] });
      expect(await store.get('b')).toBeUndefined();
    });

    test('gives a new value each time, and keeps what was put when that is changed', async () => {
      const store = await opened();
      const value = { list: [1], samples: new Float64Array(10_000).fill(1) };
      await store.put('a', value);
      value.list.push(2);
      value.samples.fill(9);
      const first = (await store.get('a')) as typeof value;
      expect(first.list).toEqual([1]);
      expect(first.samples[777]).toBe(1);
      first.list.push(3);
      first.samples.fill(5);
      const entry = store.find('a');
      const second = (await entry?.read()) as typeof value;
      expect(second.list).toEqual([1]);
      expect(second.samples[777]).toBe(1);
      expect(types.isSharedArrayBuffer(second.samples.buffer)).toBe(true);
      expect(await entry?.read()).not.toBe(second);
    });

    test('undefined is a value', async () => {
      const store = await opened();
      await store.put('a', undefined);
      expect(store.find('a')?.read()).toBeUndefined();
      expect(store.has('a')).toBe(true);
    });

    test('large texts and lists come back', async () => {
      const store = await opened();
      const text = 'é'.repeat(300_000);
      const list = Array.from({ length: 50_000 }, (_, index) => ({ index }));
      await store.put('text', text);
      await store.put('list', { list, bytes: new Uint8Array(100_000).fill(7) });
      expect(await store.get('text')).toBe(text);
      const back = (await store.get('list')) as { list: unknown[]; bytes: Uint8Array };
      expect(back.list).toHaveLength(50_000);
      expect(back.list[49_999]).toEqual({ index: 49_999 });
      expect(back.bytes).toEqual(new Uint8Array(100_000).fill(7));
    });

    test('whatever is plain comes back as it was', async () => {
      const store = await opened();
      await fc.assert(
        fc.asyncProperty(fc.array(storable(), { minLength: 1, maxLength: 8 }), async (values) => {
          await Promise.all(values.map((value, index) => store.put(`k${index}`, value)));
          for (const [index, value] of values.entries()) expect(await store.get(`k${index}`)).toStrictEqual(value);
        }),
        { numRuns: 25 },
      );
    });

    test('puts in place of what was there', async () => {
      const store = await opened();
      await store.put('a', randomBytes(200_000), facts(1));
      const { bytes } = await store.stats();
      await store.put('a', 2, facts(1));
      expect(await store.get('a')).toBe(2);
      const stats = await store.stats();
      expect(stats.entries).toBe(1);
      expect(stats.bytes).toBeLessThan(bytes / 10);
      expect(store.history('p:m#f')).toHaveLength(1);
    });

    test('tells entries that need other nodes', async () => {
      const store = await opened();
      const nodes = [{ node: 'p:m#g', source: 's', module: 'm' }];
      await store.put('a', 1, { nodes });
      expect(store.find('a')?.hasNodes).toBe(true);
      expect(store.find('a')?.facts().nodes).toEqual(nodes);
    });

    test('takes out what is deleted', async () => {
      const store = await opened();
      await store.put('a', 1, facts(1));
      expect(await store.delete('a')).toBe(true);
      expect(await store.delete('a')).toBe(false);
      expect(store.find('a')).toBeUndefined();
      expect(store.history('p:m#f')).toEqual([]);
    });

    test('lists its keys, whatever they are', async () => {
      const store = await opened();
      const keys = ['a', '../../etc/passwd', 'é😀', '\0', ' ', 'x'.repeat(1000), '__proto__'];
      for (const key of keys) await store.put(key, key);
      expect(await keysOf(store)).toEqual([...keys].sort());
      for (const key of keys) expect(await store.get(key)).toBe(key);
    });

    test.each([[''], ['x'.repeat(1001)], ['é'.repeat(501)], ['\ud800'], [5 as never]])(
      'refuses what is no key (%#)',
      async (key) => {
        const store = await opened();
        expect(() => store.find(key)).toThrow(coded('DAG_OPTION'));
        await expect(store.put(key, 1)).rejects.toThrow(coded('DAG_OPTION'));
      },
    );

    test('refuses what cannot be written down, and leaves nothing of it', async () => {
      const store = await opened();
      await expect(store.put('a', { f: () => 1 })).rejects.toThrow(coded('DAG_CANNOT_TRAVEL'));
      await expect(store.put('a', 1, { cost: -1 })).rejects.toThrow(coded('DAG_OPTION'));
      expect(store.has('a')).toBe(false);
    });

    test('refuses a typed array whose memory was transferred', async () => {
      const store = await opened();
      const gone = new Float64Array(4);
      structuredClone(gone, { transfer: [gone.buffer] });
      await expect(store.put('a', gone)).rejects.toThrow(coded('DAG_CANNOT_TRAVEL'));
      await expect(store.put('a', { gone })).rejects.toThrow(coded('DAG_CANNOT_TRAVEL'));
      await store.put('b', new Float64Array(0));
      expect(store.has('a')).toBe(false);
      expect(await store.get('b')).toEqual(new Float64Array(0));
    });

    test('a key is locked once, until it is released', async () => {
      const store = await opened();
      const lock = store.tryLock('a');
      expect(lock).toBeDefined();
      expect(store.tryLock('a')).toBeUndefined();
      expect(store.tryLock('b')).toBeDefined();
      lock?.release();
      const second = store.tryLock('a');
      expect(second).toBeDefined();
      lock?.release();
      expect(store.tryLock('a')).toBeUndefined();
    });

    test('counts', async () => {
      const store = await opened();
      await store.put('a', 1);
      store.find('a');
      store.find('b');
      expect(await store.stats()).toMatchObject({ entries: 1, hits: 1, misses: 1, puts: 1, evictions: 0, corrupt: 0 });
    });

    test('does not count what is only looked at, and gives it all the same', async () => {
      const store = await opened();
      await store.put('a', 1);
      expect(store.find('a', { counted: false })?.read()).toBe(1);
      expect(store.find('b', { counted: false })).toBeUndefined();
      expect(await store.stats()).toMatchObject({ hits: 0, misses: 0 });
    });

    test('stays within its bytes, and keeps what is dear', async () => {
      const store = await opened({ maxBytes: 100_000 });
      for (let index = 0; index < 100; index += 1) {
        await store.put(`cheap ${index}`, 'x'.repeat(4000), facts(1));
        if (index < 5) await store.put(`dear ${index}`, 'x'.repeat(4000), facts(10_000));
        expect((await store.stats()).bytes).toBeLessThanOrEqual(100_000);
      }
      for (let index = 0; index < 5; index += 1) expect(store.has(`dear ${index}`)).toBe(true);
      const kept = await keysOf(store);
      expect(kept.length).toBeGreaterThan(15);
      expect((await store.stats()).evictions).toBeGreaterThan(70);
    });

    test('keeps what is used', async () => {
      const store = await opened({ maxBytes: 100_000 });
      await store.put('used', 'x'.repeat(4000), facts(1));
      for (let index = 0; index < 60; index += 1) {
        await store.put(`other ${index}`, 'x'.repeat(4000), facts(1));
        await store.get('used');
      }
      expect(store.has('used')).toBe(true);
    });

    test('still knows of what was evicted, the newest first', async () => {
      const store = await opened({ maxBytes: 20_000 });
      for (let index = 0; index < 10; index += 1) await store.put(`k${index}`, 'x'.repeat(4000), facts(index));
      const past = store.history('p:m#f');
      expect(past.map(({ key }) => key)).toEqual(['k9', 'k8', 'k7', 'k6', 'k5', 'k4', 'k3', 'k2', 'k1', 'k0']);
      expect(past[0]?.evicted).toBe(false);
      expect(past.filter(({ evicted }) => evicted).length).toBeGreaterThan(4);
      for (const { key, facts: known, evicted } of past) {
        expect(known).toEqual(facts(Number(key.slice(1))));
        expect(store.has(key)).toBe(!evicted);
      }
      expect(store.history('p:m#f', 3)).toHaveLength(3);
      expect(store.history('p:m#other')).toEqual([]);
      const gone = past.find(({ evicted }) => evicted)?.key ?? '';
      await store.put(gone, 1, facts(1));
      expect(store.history('p:m#f').filter(({ key }) => key === gone)).toEqual([
        { key: gone, facts: facts(1), evicted: false },
      ]);
    });

    test('leaves out a value that is larger than all it may hold, and says so', async () => {
      const store = await opened({ maxBytes: 10_000 });
      const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      await store.put('a', randomBytes(40_000));
      await store.put('b', randomBytes(20_000));
      expect(store.has('a')).toBe(false);
      expect(await store.stats()).toMatchObject({ entries: 0 });
      expect((await store.stats()).leftOut).toBeGreaterThanOrEqual(2);
      expect(warned.mock.calls[0]?.[1]).toMatchObject({ code: 'DAG_STORE_FULL' });
    });

    test('forgets what is too old', async () => {
      const store = await opened({ maxAge: 60_000 });
      const now = Date.now();
      await store.put('a', 1);
      expect(store.has('a')).toBe(true);
      jest.spyOn(Date, 'now').mockReturnValue(now + 120_000);
      expect(store.find('a')).toBeUndefined();
      expect(store.has('a')).toBe(false);
      await store.put('b', 1);
      expect(await keysOf(store)).toEqual(['b']);
    });

    test('what comes from another store is as old as it was there', async () => {
      const store = await opened({ maxAge: 60_000 });
      const now = Date.now();
      await store.put('new', 1);
      await store.put('old', 1, {}, { createdAt: now - 50_000 });
      await store.put('too old', 1, {}, { createdAt: now - 70_000 });
      await store.put('from the future', 1, {}, { createdAt: now + 1_000_000 });
      expect(store.find('old')?.createdAt).toBe(now - 50_000);
      expect(store.find('from the future')?.createdAt).toBeLessThan(now + 500_000);
      expect(await keysOf(store)).toEqual(['from the future', 'new', 'old']);
      jest.spyOn(Date, 'now').mockReturnValue(now + 20_000);
      expect(store.has('old')).toBe(false);
      expect(store.has('new')).toBe(true);
      await store.put('other', 1);
      expect(await keysOf(store)).toEqual(['from the future', 'new', 'other']);
      await expect(store.put('a', 1, {}, { createdAt: NaN })).rejects.toThrow(coded('DAG_OPTION'));
    });

    test('time does not run backwards: what is from the future is new', async () => {
      const store = await opened({ maxAge: 60_000 });
      const now = Date.now();
      const clock = jest.spyOn(Date, 'now').mockReturnValue(now + 1_000_000);
      await store.put('a', 1);
      clock.mockReturnValue(now);
      await store.put('b', 1);
      const [a, b] = [store.find('a'), store.find('b')];
      expect(a?.read()).toBe(1);
      expect(b?.createdAt).toBeGreaterThanOrEqual(a?.createdAt ?? Infinity);
    });

    test('prunes to what it is told', async () => {
      const store = await opened();
      for (let index = 0; index < 50; index += 1) await store.put(`k${index}`, 'x'.repeat(1000), facts(index));
      const pruned = await store.prune({ maxBytes: 30_000 });
      expect(pruned.entries).toBeGreaterThan(15);
      expect(pruned.bytes).toBeGreaterThan(15_000);
      expect((await store.stats()).bytes).toBeLessThanOrEqual(30_000);
      expect(store.has('k49')).toBe(true);
      expect(store.has('k0')).toBe(false);
      expect(await store.prune()).toEqual({ entries: 0, bytes: 0 });
      await expect(store.prune({ maxBytes: -1 })).rejects.toThrow(coded('DAG_OPTION'));
    });

    test('verifies what is whole', async () => {
      const store = await opened();
      await store.put('a', new Uint8Array(100_000));
      await store.put('b', 1);
      const { entries, corrupt, strays } = await store.verify();
      expect(entries).toBeGreaterThanOrEqual(2);
      expect(corrupt).toEqual([]);
      expect(strays).toBe(0);
    });

    test('everything fails once it is closed', async () => {
      const store = await opened();
      await store.put('a', 1);
      const entry = store.find('a');
      await store.close();
      await store.close();
      expect(store.isOpen).toBe(false);
      const closed = coded('DAG_STORE_CLOSED');
      await expect(store.open()).rejects.toThrow(closed);
      await expect(store.put('a', 1)).rejects.toThrow(closed);
      await expect(store.get('a')).rejects.toThrow(closed);
      await expect(store.stats()).rejects.toThrow(closed);
      await expect(store.delete('a')).rejects.toThrow(closed);
      await expect(store.verify()).rejects.toThrow(closed);
      await expect(store.prune()).rejects.toThrow(closed);
      await expect(keysOf(store)).rejects.toThrow(closed);
      expect(() => store.find('a')).toThrow(closed);
      expect(() => store.tryLock('a')).toThrow(closed);
      expect(() => store.history('n')).toThrow(closed);
      await expect((async () => entry?.read())()).rejects.toThrow(closed);
    });

    test('finishes what is being put when it is closed', async () => {
      const store = await opened();
      const putting = [store.put('a', new Uint8Array(500_000)), store.put('b', 1)];
      await store[Symbol.asyncDispose]();
      await Promise.all(putting);
    });

    test('opens itself for what may wait, and says that it is not open to what cannot', async () => {
      const store = make();
      stores.push(store);
      expect(store.isOpen).toBe(false);
      const notOpen = coded('DAG_STORE_NOT_OPEN');
      expect(() => store.find('a')).toThrow(notOpen);
      expect(() => store.tryLock('a')).toThrow(notOpen);
      expect(() => store.history('n')).toThrow(notOpen);
      expect(await store.has('a')).toBe(false);
      expect(store.isOpen).toBe(true);
      await store.put('a', 1);
      expect(await store.get('a')).toBe(1);
    });

    test('is closed when that is done while it opens', async () => {
      const store = make();
      const opening = store.open();
      const closing = store.close();
      await expect(opening).rejects.toThrow(coded('DAG_STORE_CLOSED'));
      await closing;
      expect(store.isOpen).toBe(false);
    });

    test('many at once', async () => {
      const store = await opened();
      await Promise.all(Array.from({ length: 1000 }, (_, index) => store.put(`k${index}`, index)));
      for (let index = 0; index < 1000; index += 1) expect(store.find(`k${index}`)?.read()).toBe(index);
      expect((await store.stats()).entries).toBe(1000);
    });
  });
}
