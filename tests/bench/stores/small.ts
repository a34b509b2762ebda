import { join } from 'node:path';
import { open } from 'lmdb';
import { loadLibrary } from '../contenders/library.js';
import { takeTurns } from '../streams/measurement.js';
import { keyedNode, keyOf, openKeys } from './keys-by-hand.js';
import { loadStores } from './library.js';
import type { Group, PartOptions } from './part.js';
import { microsecondsEach, microsecondsEachNow } from './per-operation.js';

/** Turns before those that count: the first hits of a process are not yet compiled. */
const WARM_UP = 5;
const MISSES = 500;

function describe(seed: number): { mean: number; count: number; label: string } {
  return { mean: seed / 3, count: seed, label: `sample ${seed}` };
}

/** Hits and misses of a result of a few bytes, as users have them: a new Future each time. */
export async function small({ rounds, sizes, folder }: PartOptions): Promise<Group[]> {
  const count = sizes?.[0] ?? 5_000;
  const { node, resolve } = await loadLibrary();
  const { DiskStore } = await loadStores();
  const sample = node(describe, { name: 'describe', persist: 'disk' });
  await using store = new DiskStore({ path: join(folder, 'small') });
  await sample(7).resolve({ store });
  const { bytes } = await store.stats();

  const index = open({ path: join(folder, 'bare.mdb'), encoding: 'binary' });
  await openKeys();
  const keyed = keyedNode(describe, { name: 'describe' });
  await index.put(keyOf(keyed(7)), Buffer.alloc(bytes, 1));

  const hits = {
    'its key, and a bare lmdb get': () =>
      microsecondsEachNow(count, () => {
        if ((index.get(keyOf(keyed(7))) as Buffer).length !== bytes) throw new Error('wrong bytes');
      }),
    lazydag: () =>
      microsecondsEach(count, async () => {
        if ((await sample(7).resolve({ store })).count !== 7) throw new Error('wrong value');
      }),
  };
  await takeTurns(hits, WARM_UP);
  const hit = await takeTurns(hits, rounds);

  let seed = 1_000;
  const missed = Math.min(count, MISSES);
  /** With what the store has put off: a count of its entries waits for that. */
  const settled = async (misses: () => Promise<unknown>): Promise<number> => {
    const time = await microsecondsEach(1, async () => {
      await misses();
      await store.stats();
    });
    return time / missed;
  };
  const misses = {
    'lazydag, each awaited before the next': () =>
      settled(() => microsecondsEach(missed, () => sample(seed++).resolve({ store }))),
    'lazydag, in one resolve': () =>
      settled(() =>
        resolve(
          Array.from({ length: missed }, () => sample(seed++)),
          { store },
        ),
      ),
  };
  const miss = await takeTurns(misses, rounds);
  await index.close();
  return [
    { name: 'hit of a small result', unit: 'µs', measured: hit },
    { name: 'miss of a small result', unit: 'µs', measured: miss },
  ];
}
