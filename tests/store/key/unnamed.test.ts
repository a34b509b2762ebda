import { beforeAll, expect, test } from '@jest/globals';
import { type Future, node, type NodeFunction } from '../../../src/index.js';
import { MemoryStore } from '../../../src/store/index.js';
import { localKeyBook } from '../../../src/store/key/book.js';
import type { RunKeys } from '../../../src/store/key-book.js';
import { isCollected } from '../../support/garbage.js';

const take = node((x: number) => x, { name: 'take', version: '1', persist: 'disk' });

beforeAll(() => localKeyBook.open());

/** The keys of a run of this process. */
function run(): RunKeys {
  return localKeyBook.begin('xxh128');
}

function keyOf(call: Future<number>): string {
  return run().keyOf(take(call));
}

const refused = expect.objectContaining({
  code: 'DAG_DUPLICATE_NODE',
  message: expect.stringMatching(/without a name .*unnamed\.test\.ts:\d+:\d+.*`name`/u) as unknown,
});

test('functions of one text at two places have keys of their own', () => {
  const twice = (factor: number): NodeFunction<[number], number> => node((x: number) => x * factor);
  const thrice = (factor: number): NodeFunction<[number], number> => node((x: number) => x * factor);
  const [two, three] = [twice(2)(1), thrice(3)(1)];
  expect(keyOf(two)).not.toBe(keyOf(three));
  expect(keyOf(two)).toBe(keyOf(two));
});

test('a node has the same key in every run', () => {
  const next = node((x: number) => x + 1);
  expect(keyOf(next(1))).toBe(keyOf(next(1)));
  expect(keyOf(next.with({ priority: 1 })(1))).toBe(keyOf(next(1)));
});

test('the key tells of the place within the file, not of where the file lies', () => {
  const { node: name } = run().stampOf(node((x: number) => x)(1)._spec.identity);
  expect(name).toMatch(/^lazydag:tests\/store\/key\/unnamed\.test\.ts#anonymous-[0-9a-f]{32}@\d+:\d+$/u);
});

test('a second function of one place is refused in a later run, and finds no result of the first', async () => {
  const times = (factor: number): NodeFunction<[number], number> => node((x: number) => x * factor);
  await using store = new MemoryStore();
  expect(await take(times(2)(1)).resolve({ store })).toBe(2);
  await expect(take(times(3)(1)).resolve({ store })).rejects.toThrow(refused);
  expect(await take(times(3)(1)).resolve()).toBe(3); // without a store
});

test('a second function is refused after the first was collected, too', async () => {
  const times = (factor: number): NodeFunction<[number], number> => node((x: number) => x * factor);
  const first = (): WeakRef<object> => {
    const two = times(2);
    keyOf(two(1));
    return new WeakRef(two.body);
  };
  expect(await isCollected(first())).toBe(true);
  expect(() => keyOf(times(3)(1))).toThrow(refused);
});

test('a module that is loaded again starts anew', () => {
  const load = (query: string): NodeFunction<[number], number> =>
    node((x: number) => x + 1, { module: `${import.meta.url}?${query}` });
  const [first, again] = [load('1'), load('2')];
  expect(keyOf(first(1))).toBe(keyOf(again(1)));
  expect(() => keyOf(load('1')(1))).toThrow(refused);
});
