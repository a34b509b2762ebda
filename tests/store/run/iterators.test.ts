import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { node, type Future, type NodeFunction } from '../../../src/index.js';
import { MemoryStore } from '../../../src/store/index.js';

let warned: jest.SpiedFunction<typeof process.emitWarning>;
beforeEach(() => {
  warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});
afterEach(() => {
  jest.restoreAllMocks();
});

function* upTo(end: number): Generator<number> {
  for (let at = 0; at < end; at += 1) yield at;
}
async function* slowlyUpTo(end: number): AsyncGenerator<number> {
  for (const at of upTo(end)) yield await Promise.resolve(at);
}

test.each<[string, (end: number) => unknown]>([
  ['Generator', upTo],
  ['AsyncGenerator', slowlyUpTo],
  ['Array Iterator', (end) => [...upTo(end)].values()],
])(
  'a result that is an instance of %s is not kept, and the warning says what to return instead',
  async (name, body) => {
    const numbers = node(body, { name: `numbers of ${name}`, version: '1', persist: 'disk' });
    await using store = new MemoryStore();
    await numbers(3).resolve({ store });
    expect(await store.stats()).toMatchObject({ puts: 0, entries: 0 });
    const [[message] = []] = warned.mock.calls;
    expect(message).toContain(`an instance of ${name}, which can be read only once. Make an array of it`);
  },
);

const twice = node((x: number) => 2 * x, { name: 'twice', version: '1', persist: 'disk' });
const bodies: Record<string, (end: number) => unknown> = {
  'an array of a generator': (end) => [...upTo(end)].map((x) => 2 * x),
  'an array of an asynchronous generator': async (end) => {
    const values: number[] = [];
    for await (const value of slowlyUpTo(end)) values.push(2 * value);
    return values;
  },
  'an array of Futures': (end) => [...upTo(end)].map((at) => twice(at)),
  'an array of Futures that an asynchronous generator made': async (end) => {
    const calls: Future<number>[] = [];
    for await (const value of slowlyUpTo(end)) calls.push(twice(value));
    return calls;
  },
};

test.each(Object.keys(bodies))('%s is kept', async (name) => {
  let runs = 0;
  const all: NodeFunction<[number]> = node(
    (end: number) => {
      runs += 1;
      return bodies[name]?.(end);
    },
    { name: `all of ${name}`, version: '1', persist: 'disk' },
  );
  await using store = new MemoryStore();
  for (let round = 0; round < 2; round += 1) expect(await all(3).resolve({ store })).toEqual([0, 2, 4]);
  expect(runs).toBe(1);
  expect(warned).not.toHaveBeenCalled();
});
