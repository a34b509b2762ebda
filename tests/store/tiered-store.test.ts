import { describe, expect, jest, test } from '@jest/globals';
import { DiskStore } from '../../src/store/disk/disk-store.js';
import { MemoryStore } from '../../src/store/memory-store.js';
import type { StoredEntry } from '../../src/graph/store.js';
import { TieredStore } from '../../src/store/tiered-store.js';
import { conformance } from './conformance.js';
import { folders } from './folders.js';

const folder = folders();

conformance(
  'TieredStore',
  (limits) => new TieredStore(new MemoryStore(limits), new DiskStore({ path: folder(), ...limits })),
);

/** A store in memory that reads and writes a key only when it is told to. */
class SlowStore extends MemoryStore {
  /** What is waited for, by what was begun last. */
  reading: Promise<void> | undefined;
  writing: Promise<void> | undefined;

  override find(key: string): StoredEntry | undefined {
    const entry = super.find(key);
    if (entry === undefined) return undefined;
    const read = async (): Promise<unknown> => {
      await this.reading;
      return entry.read();
    };
    return { ...entry, atHand: false, read };
  }

  override async put(...put: Parameters<MemoryStore['put']>): Promise<void> {
    await this.writing;
    await super.put(...put);
  }
}

/** Something to wait for, and what ends that. */
function gate(): { readonly closed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const closed = new Promise<void>((resolve) => (open = resolve));
  return { closed, open };
}

/** Lets go on whatever waits for nothing but others. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('a copy of a TieredStore', () => {
  /** Two stores, of which the slow one has an entry. */
  async function tiers() {
    const [first, second] = [new SlowStore(), new SlowStore()];
    const store = new TieredStore(first, second);
    await store.open();
    await second.put('a', 'old');
    return { first, second, store };
  }

  test('that is being read when its key changes is given up', async () => {
    for (const change of ['put', 'delete'] as const) {
      const { first, second, store } = await tiers();
      const { closed, open } = gate();
      const reading = store.find('a')?.read();
      second.reading = closed; // for the copy, which reads anew
      expect(await reading).toBe('old');
      if (change === 'put') await store.put('a', 'new');
      else await store.delete('a');
      open();
      await turn();
      expect(await first.get('a')).toBe(change === 'put' ? 'new' : undefined);
      await store.close();
    }
  });

  test('that is being written is waited for by what is put', async () => {
    const { first, store } = await tiers();
    const { closed, open } = gate();
    first.writing = closed;
    expect(await store.get('a')).toBe('old');
    await turn();
    first.writing = undefined; // what is put now is quicker
    const putting = store.put('a', 'new');
    await turn();
    open();
    await putting;
    expect(await first.get('a')).toBe('new');
    await store.close();
  });

  test('does not begin while its key changes', async () => {
    const { first, store } = await tiers();
    const { closed, open } = gate();
    const entry = store.find('a');
    first.writing = closed;
    const putting = store.put('a', 'new');
    first.writing = undefined;
    expect(await entry?.read()).toBe('old');
    await turn();
    expect(await first.get('a')).toBeUndefined();
    open();
    await putting;
    expect(await first.get('a')).toBe('new');
    await store.close();
  });

  test('of what was found before its key changed copies what is there now, or nothing', async () => {
    const { first, store } = await tiers();
    const entries = [store.find('a'), store.find('a')];
    await store.put('a', 'new');
    expect(await entries[0]?.read()).toBe('old');
    await turn();
    expect(await first.get('a')).toBe('new');
    await store.delete('a');
    expect(await entries[1]?.read()).toBe('old');
    await turn();
    expect(await first.get('a')).toBeUndefined();
    await store.close();
  });
});

describe('TieredStore', () => {
  test('copies what a later store has into the earlier ones when it is read', async () => {
    const [first, second] = [new MemoryStore(), new MemoryStore()];
    await using store = new TieredStore(first, second);
    await second.put('a', new Float64Array(10_000).fill(2), { cost: 5 });
    const value = (await store.get('a')) as Float64Array;
    value.fill(0);
    expect(first.find('a')?.read()).toEqual(new Float64Array(10_000).fill(2));
    expect(first.find('a')?.facts().cost).toBe(5);
    expect(await store.stats()).toMatchObject({ hits: 1, misses: 0 });
  });

  test('counts one read once in each store that it asks', async () => {
    const [first, second] = [new MemoryStore(), new DiskStore({ path: folder() })];
    await using store = new TieredStore(first, second);
    await second.put('a', 1);
    expect(await store.get('a')).toBe(1);
    while (!(await first.has('a'))) await turn(); // it is copied, and not waited for
    expect(await first.stats()).toMatchObject({ hits: 0, misses: 1, puts: 1 });
    expect(await second.stats()).toMatchObject({ hits: 1, misses: 0 });
    expect(await store.get('a')).toBe(1);
    expect(await first.stats()).toMatchObject({ hits: 1, misses: 1 });
    expect(await second.stats()).toMatchObject({ hits: 1, misses: 0 });
    expect(await store.get('b')).toBeUndefined();
    expect(await first.stats()).toMatchObject({ hits: 1, misses: 2 });
    expect(await second.stats()).toMatchObject({ hits: 1, misses: 1 });
    expect(await store.stats()).toMatchObject({ hits: 2, misses: 1 });
  });

  test('what it copies does not become younger', async () => {
    const limits = { maxAge: 60_000 };
    const [first, second] = [new MemoryStore(limits), new DiskStore({ path: folder(), ...limits })];
    await using store = new TieredStore(first, second);
    await store.open();
    const now = Date.now();
    await second.put('a', 1, {}, { createdAt: now - 50_000 });
    expect(store.find('a')?.read()).toBe(1);
    while (first.find('a') === undefined) await Promise.resolve(); // it is copied at once, and not waited for
    expect(first.find('a')?.createdAt).toBe(now - 50_000);
    const clock = jest.spyOn(Date, 'now').mockReturnValue(now + 20_000);
    expect(store.find('a')).toBeUndefined();
    clock.mockRestore();
  });

  test('locks in the last store', async () => {
    const shared = new MemoryStore();
    await using one = new TieredStore(new MemoryStore(), shared);
    await using two = new TieredStore(new MemoryStore(), shared);
    await Promise.all([one.open(), two.open()]);
    const lock = one.tryLock('a');
    expect(two.tryLock('a')).toBeUndefined();
    lock?.release();
    expect(two.tryLock('a')).toBeDefined();
  });

  test('does not write into a store that is read only', async () => {
    const path = folder();
    await using full = new DiskStore({ path });
    await full.put('a', 1);
    await using store = new TieredStore(new DiskStore({ path, readOnly: true }), new MemoryStore());
    await store.put('b', 2);
    expect(await store.get('a')).toBe(1);
    expect(await store.get('b')).toBe(2);
    expect(full.has('b')).toBe(false);
    expect(store.tryLock('a')).toBeDefined();
    expect(store.tryLock('a')).toBeUndefined();
    await using all = new TieredStore(new DiskStore({ path, readOnly: true }));
    expect(all.readOnly).toBe(true);
    await expect(all.put('c', 1)).rejects.toThrow(expect.objectContaining({ code: 'DAG_STORE_READ_ONLY' }));
  });

  test('refuses what is no store', () => {
    const refused = expect.objectContaining({ code: 'DAG_OPTION' });
    expect(() => new TieredStore()).toThrow(refused);
    expect(() => new TieredStore({} as never)).toThrow(refused);
  });
});

test('what is too large for the first store is no matter where the last keeps it', async () => {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  try {
    const disk = new DiskStore({ path: folder() });
    await using store = new TieredStore(new MemoryStore({ maxBytes: 1000 }), disk);
    await store.put('a', 'x'.repeat(5000));
    expect(await store.get('a')).toHaveLength(5000);
    await store.close(); // with the copy that reading began
    expect(warned).not.toHaveBeenCalled();
    await using small = new TieredStore(new MemoryStore(), new MemoryStore({ maxBytes: 1000 }));
    await small.put('a', 'x'.repeat(5000));
    expect(warned.mock.calls[0]?.[1]).toMatchObject({ code: 'DAG_STORE_FULL' });
  } finally {
    warned.mockRestore();
  }
});
