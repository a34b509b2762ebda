import { expect, test } from '@jest/globals';
import { node } from '../../../src/index.js';
import { pipeline, source } from '../../../src/stream/index.js';
import { within } from '../../support/waiting.js';
import { collect, rejected } from './streams.js';

const same = node((x: number) => x, { name: 'same' });

test('what an asynchronous source throws when it is begun anew is the error of the next item', async () => {
  const numbers = source(async function* numbers() {
    try {
      for (let n = 0; ; n += 1) yield await Promise.resolve(n);
    } finally {
      // eslint-disable-next-line no-unsafe-finally -- it is about this
      throw new Error('cleanup failed');
    }
  });
  const run = pipeline(() => same(numbers()), { inFlight: 1 }).run();
  expect(await run.pull()).toBe(0);
  run.reset();
  const error = await rejected('DAG_SOURCE', run.pull());
  expect(error.message).toContain('cleanup failed');
});

test('what one source throws when it is begun anew leaves the others to be begun anew', async () => {
  let begun = 0;
  const failing = source(function* failing() {
    try {
      for (;;) yield 1;
    } finally {
      // eslint-disable-next-line no-unsafe-finally -- it is about this
      throw new Error('cleanup failed');
    }
  });
  const other = source(function* other() {
    begun += 1;
    for (;;) yield begun;
  });
  const add = node((a: number, b: number) => a + b, { name: 'add' });
  const run = pipeline(() => add(other(), failing()), { inFlight: 1 }).run();
  expect(await run.pull()).toBe(2);
  expect(run.reset()).toBe(1);
  await rejected('DAG_SOURCE', run.pull());
  expect(begun).toBe(2);
});

test('an item that a source was about to give before reset() is dropped', async () => {
  const gates: (() => void)[] = [];
  const numbers = source(async function* numbers() {
    for (let n = 0; ; n += 1) {
      if (n > 0) await new Promise<void>((open) => gates.push(open));
      yield n;
    }
  });
  const run = pipeline(() => same(numbers()), { inFlight: 1 }).run();
  expect(await run.pull()).toBe(0);
  const next = run.pull();
  expect(run.reset()).toBe(1);
  expect(await within(5000, next)).toBe(0);
  for (const open of gates) open();
  await run.close();
});

test('values that other sources gave for that item are read anew, those of the run are kept', async () => {
  const gates: (() => void)[] = [];
  const count = source(function* count() {
    for (let n = 0; ; n += 1) yield n;
  });
  const slow = source(async function* slow() {
    for (let n = 0; ; n += 1) {
      if (n > 0) await new Promise<void>((open) => gates.push(open));
      yield n;
    }
  });
  const list = node((...all: number[]) => all, { name: 'list' });
  const run = pipeline((x: ReturnType<typeof same>) => list(x, count(), slow()), { inFlight: 1 }).run([10, 20]);
  expect(await run.pull()).toEqual([10, 0, 0]);
  const next = run.pull();
  run.reset();
  expect(await within(5000, next)).toEqual([20, 0, 0]);
  for (const open of gates) open();
  await run.close();
});

test('a source whose function gives an iterator is iterated over, once for each run', async () => {
  function* upTo(end: number): Generator<number> {
    for (let n = 0; n < end; n += 1) yield n;
  }
  const counted = pipeline(() => same(source(() => upTo(3), { name: 'counted' })()));
  expect(await collect(counted.run())).toEqual([0, 1, 2]);
  expect(await collect(counted.run())).toEqual([0, 1, 2]);
});

test('a source whose function gives an array gives that array for each item', async () => {
  const length = node((list: readonly number[]) => list.length, { name: 'length' });
  const run = pipeline(() => length(source(() => [1, 2])())).run();
  expect([await run.pull(), await run.pull()]).toEqual([2, 2]);
  await run.close();
});
