import { expect, test } from '@jest/globals';
// Threads find what writes for them in the build, which has to be that of the test, too.
import { WorkerPool, type RunEvent } from '../../../dist/index.js';
import { DiskStore } from '../../../dist/store/index.js';
import { collectGarbage } from '../../support/garbage.js';
import { within } from '../../support/waiting.js';
import { inFolder } from './folder.js';
import { field, mean } from './nodes/fields.js';
import { draw, returned, withOwnStore, withoutStore } from './nodes/nested.js';

/** In a function of its own, so that nothing of it stays. */
async function computeOn(pool: WorkerPool, path: string): Promise<void> {
  await using store = new DiskStore({ path });
  const value = await within(20_000, mean(field(1), field(4)).resolve({ store, executor: pool }));
  expect(value).toBe(2.5);
  // Three bodies, and two that wrote.
  expect(pool.stats().workers.reduce((sum, { tasks }) => sum + tasks, 0)).toBe(5);
  expect((await store.stats()).puts).toBe(3);
}

test('threads write large results, and read memory goes round', async () => {
  await inFolder(async (path) => {
    await using pool = new WorkerPool({ threads: 2, placement: 'pool' });
    await computeOn(pool, path);
    await using store = new DiskStore({ path });
    const events: RunEvent['type'][] = [];
    const options = { store, executor: pool, onEvent: ({ type }: RunEvent) => events.push(type) };
    for (let round = 0; round < 20; round += 1) {
      const [one, other] = [field(1), field(4)];
      expect((await one.resolve(options))[131_071]).toBe(1);
      expect((await other.resolve(options))[0]).toBe(4);
      one.release();
      other.release();
    }
    expect(new Set(events)).toEqual(new Set(['run-started', 'cached', 'run-finished']));
    const { liveBlocks, freeBlocks } = pool.stats().blocks;
    expect(liveBlocks + freeBlocks).toBeLessThan(16);
    for (let round = 0; round < 50 && pool.stats().blocks.liveBlocks > 0; round += 1) await collectGarbage();
    expect(pool.stats().blocks.liveBlocks).toBe(0);
  });
}, 60_000);

test('a result that is released while it is written is stored as it was', async () => {
  await inFolder(async (path) => {
    await using pool = new WorkerPool({ threads: 2, placement: 'pool' });
    await using store = new DiskStore({ path });
    const { signal } = new AbortController();
    for (let x = 0; x < 20; x += 1) {
      const one = field(x);
      const ended = one.resolve({ store, executor: pool, signal });
      while (one.state !== 'done') await new Promise((turn) => setImmediate(turn));
      one.release();
      // Takes the memory over, if anything does.
      const other = field(1000 + x);
      await Promise.allSettled([ended, other.resolve({ executor: pool })]);
      other.release();
    }
    for (let x = 0; x < 20; x += 1) {
      const found = await field(x).resolve({ store });
      expect([found[0], found[131_071]]).toEqual([x, x]);
    }
    expect((await store.verify()).corrupt).toEqual([]);
  });
}, 60_000);

test('a run in a body on another thread has a store where it is given one, as calls have that the body returns', async () => {
  await inFolder(async (path) => {
    await using store = new DiskStore({ path });
    const known = await draw(1).resolve({ store });
    const threads = [1, 2].map(() => new WorkerPool({ threads: 1, placement: 'pool' }));
    for (const executor of threads) {
      await using pool = executor;
      const options = { store, executor: pool };
      expect(await within(20_000, returned(1).resolve(options))).toBe(known);
      expect(await within(20_000, withOwnStore(1, path).resolve(options))).toBe(known);
      expect(await within(20_000, withoutStore(1).resolve(options))).not.toBe(known);
      // What a thread has put is found here, and by the next thread.
      const drawn = await within(20_000, withOwnStore(2, path).resolve(options));
      expect(await draw(2).resolve({ store })).toBe(drawn);
    }
  });
}, 60_000);
