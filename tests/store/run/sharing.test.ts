import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { alloc, asCompleted, node, resolve, type Future } from 'lazydag';
import { DiskStore, MemoryStore } from 'lazydag/store';
import { blocks } from '../../../src/memory/blocks.js';
import { resolver } from '../../../src/resolve/resolve.js';
import { until, within } from '../../support/waiting.js';
import { inFolder } from './folder.js';

const ran: string[] = [];
let warned: jest.SpiedFunction<typeof process.emitWarning>;

beforeEach(() => {
  ran.length = 0;
  warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});

afterEach(() => {
  warned.mockRestore();
  expect(resolver.active).toBe(0);
});

const inner = node((x: number) => x * 2, { name: 'inner' });
const outer = node((x: number) => inner(x), { name: 'outer' });
const final = node((x: number) => x + 1, { name: 'final', persist: 'disk' });

// The first of the tests: from the first run with a store on, of all values is known what they owe themselves to.
test('a value is not trusted when its body called nobody knows whom', async () => {
  await using store = new MemoryStore();
  const call = outer(1);
  await call.resolve();
  expect(await final(call).resolve({ store })).toBe(3);
  expect((await store.stats()).entries).toBe(0);
  expect(warned.mock.calls).toEqual([[expect.stringContaining('final'), { code: 'DAG_NOT_STORED' }]]);
});

const countdown: (x: number, depth: number) => Future<number> = node(
  (x: number, depth: number): number | Future<number> => (depth === 0 ? x : countdown(x, depth - 1)),
  { name: 'countdown', persist: 'disk', ignore: ['depth'] },
); // a node that calls itself
const inward = node(
  async (x: number, depth: number): Promise<number> => (depth === 0 ? x : await countdownInward(x, depth - 1)),
  { name: 'inward', persist: 'disk', ignore: ['depth'] },
);
function countdownInward(x: number, depth: number): Promise<number> {
  return inward(x, depth).resolve();
}

test('a call whose body calls what is the same to the store does not wait for itself', async () => {
  for (const call of [countdown(1, 3), inward(1, 3)]) {
    await using store = new MemoryStore();
    expect(await within(5000, call.resolve({ store }))).toBe(1);
    expect((await store.stats()).entries).toBe(1);
  }
});

const split = node(
  async (x: number) => {
    ran.push('split');
    await sleep(5);
    return { low: x, high: [x, x] };
  },
  { name: 'split', outputs: ['low', 'high'], persist: 'disk' },
);

test('several outputs are computed once, and as dear as all of them', async () => {
  await using store = new MemoryStore();
  const found = await Promise.all([1, 1, 1].map((x) => resolve(split(x), { store })));
  expect(found).toEqual([1, 1, 1].map((x) => ({ low: x, high: [x, x] })));
  expect(ran).toEqual(['split']);
  const costs: (number | undefined)[] = [];
  for await (const key of store.keys()) costs.push(store.find(key)?.facts().cost);
  expect(costs).toHaveLength(2);
  for (const cost of costs) expect(cost).toBeGreaterThan(3);
});

const square = node(
  (x: number) => {
    ran.push('square');
    return x * x;
  },
  { name: 'square' },
);

describe('a value that is in memory', () => {
  test('goes to the store that lacks it', async () => {
    await using store = new MemoryStore();
    const call = square(3);
    await call.resolve();
    await call.persist('disk').resolve({ store });
    await call.resolve({ store });
    expect(await square(3).persist('disk').resolve({ store })).toBe(9);
    expect(ran).toEqual(['square']);
    expect((await store.stats()).puts).toBe(1);
  });

  test('keeps nothing from being stored that it owes to no nested call', async () => {
    await using store = new MemoryStore();
    const call = square(4);
    await call.resolve();
    await final(call).resolve({ store });
    expect((await store.stats()).entries).toBe(1);
  });

  test('tells what its body called when it stays after a run with a store', async () => {
    await using store = new MemoryStore();
    const call = outer(2);
    await resolve([call, final(call)], { store });
    await store.delete(String((await store.keys()[Symbol.asyncIterator]().next()).value));
    await final(call).resolve({ store });
    for await (const key of store.keys())
      expect(
        store
          .find(key)
          ?.facts()
          .nodes?.map((stamp) => stamp.node.split('#')[1]),
      ).toEqual(['inner']);
    expect((await store.stats()).entries).toBe(1);
  });
});

const wave = node((x: number) => new Float64Array(100_000).fill(x), { name: 'wave', persist: 'disk' });

test('who takes values over gets them when they are stored', async () => {
  await inFolder(async (path) => {
    await using store = new DiskStore({ path });
    for await (const [, value] of asCompleted([wave(1), wave(2)], { store })) value.fill(99);
    expect((await wave(1).resolve({ store }))[99_999]).toBe(1);
    expect((await wave(2).resolve({ store }))[99_999]).toBe(2);
  });
});

const block = node((x: number) => alloc(Float64Array, 200_000).fill(x), { name: 'block', persist: 'disk' });

test('memory of values that came too late goes round', async () => {
  await inFolder(async (path) => {
    await using store = new DiskStore({ path });
    await block(1).resolve({ store });
    const before = blocks.stats.liveBlocks;
    for (let round = 0; round < 10; round += 1) {
      const controller = new AbortController();
      const ended = block(1).resolve({ store, signal: controller.signal });
      await Promise.resolve();
      await Promise.resolve();
      controller.abort();
      await expect(ended).rejects.toMatchObject({ code: 'DAG_ABORTED' });
    }
    await until(() => blocks.stats.liveBlocks <= before);
  });
});
