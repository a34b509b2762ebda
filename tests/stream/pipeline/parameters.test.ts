import { expect, test } from '@jest/globals';
import type { Future } from '../../../src/index.js';
import { node } from '../../../src/index.js';
import { config, feedback, parameter, pipeline, stateful } from '../../../src/stream/index.js';
import { deferred, turnOfLoop, until } from '../../support/waiting.js';
import { batches, keeping } from './flows.js';
import { collect, someTime, thrown, upTo } from './streams.js';

const scale = node((x: number, by: number) => x * by, { name: 'scale' });
const scaleLater = node(
  async (x: number, by: number) => {
    await someTime(x);
    return x * by;
  },
  { name: 'scaleLater', replicas: 4 },
);
const positive = { validate: (x: number) => x > 0 };

test('a value holds from the returned item on, for all steps alike', async () => {
  const gain = parameter('gain', 1);
  const run = pipeline((x: Future<number>) => [x, scale(1, gain), scaleLater(scale(1, gain), gain), gain] as const).run(
    upTo(60),
  );
  const from = new Map<number, number>();
  for await (const [item, ...values] of run) {
    let expected = 1;
    for (const [first, value] of from) if (item >= first) expected = value;
    expect(values).toEqual([expected, expected * expected, expected]);
    if (item % 10 === 3) from.set(run.set('gain', item), item);
  }
  expect(from.size).toBeGreaterThan(2);
});

test('a value can be set for later, and another before', async () => {
  const gain = parameter('gain', 1);
  const run = pipeline((x: Future<number>) => scale(x, gain), { inFlight: 1 }).run([1, 1, 1, 1, 1, 1]);
  expect(run.set('gain', 9, { from: 4 })).toBe(4);
  expect(await run.pull()).toBe(1);
  expect(run.set('gain', 5, { from: 2 })).toBe(2);
  expect(run.set('gain', 7, { from: 0 })).toBe(1);
  expect(await collect(run)).toEqual([7, 5, 5, 9, 9]);
});

test('an item that is being read sees what is set meanwhile, though calls went before it', async () => {
  const gate = deferred<number>();
  const gain = parameter('gain', 1);
  const run = pipeline((x: Future<number>) => scale(x, gain)).run(
    (async function* () {
      yield await gate.promise;
    })(),
  );
  const result = run.pull();
  await turnOfLoop();
  expect(run.set('gain', 5)).toBe(0);
  expect(await run.call(1)).toBe(5);
  gate.resolve(1);
  expect(await result).toBe(5);
  await run.close();
});

test('every run begins with the initial value', async () => {
  const gain = parameter('gain', 1);
  const scaled = pipeline((x: Future<number>) => scale(x, gain));
  const run = scaled.run([1, 1]);
  run.set('gain', 5);
  expect(await collect(run)).toEqual([5, 5]);
  expect(await collect(scaled.run([1, 1]))).toEqual([1, 1]);
});

test('what lies behind a flow sees the value of its item', async () => {
  const gain = parameter('gain', 1);
  const run = pipeline((x: Future<number>) => scaleLater(keeping((y) => y % 2 === 0)(x), gain)).run(upTo(10));
  run.set('gain', 10, { from: 5 });
  expect(await collect(run)).toEqual([0, 2, 4, 60, 80]);
  const totals = node((list: readonly number[], by: number) => list.map((x) => x * by), { name: 'totals' });
  const batched = pipeline((x: Future<number>) => totals(batches(2)(x), gain)).run(upTo(5));
  batched.set('gain', 10, { from: 3 });
  expect(await collect(batched)).toEqual([[0, 1], [20, 30], [40]]);
});

test('DAG_PARAMETER: an unknown name, a value that is not allowed', () => {
  const gain = parameter('gain', 1, positive);
  const run = pipeline((x: Future<number>) => scale(x, gain)).run([1]);
  expect(thrown('DAG_PARAMETER', () => run.set('other', 1)).message).toContain('gain');
  thrown('DAG_PARAMETER', () => run.set('gain', -1));
  thrown('DAG_PARAMETER', () => parameter('gain', 0, positive));
  const strict = parameter('strict', 1, {
    validate: (x: number) => {
      if (x > 5) throw new RangeError('too large');
      return true;
    },
  });
  const other = pipeline((x: Future<number>) => scale(x, strict)).run([1]);
  expect(thrown('DAG_PARAMETER', () => other.set('strict', 6)).message).toContain('too large');
  thrown('DAG_OPTION', () => run.set('gain', 1, { from: Number.NaN }));
  thrown('DAG_OPTION', () => run.set('gain', 1, { from: 1.5 }));
});

test('a config is fixed when the run begins; calls that depend on it alone are made once', async () => {
  let calls = 0;
  const table = node(
    async (size: number) => {
      calls += 1;
      await turnOfLoop();
      return upTo(size);
    },
    { name: 'table' },
  );
  const lengthOf = node((list: readonly number[], x: number) => list.length + x, { name: 'lengthOf' });
  const size = config('size', 3, positive);
  const sized = pipeline((x: Future<number>) => lengthOf(table(size), x));
  expect(await collect(sized.run([0, 10]))).toEqual([3, 13]);
  expect(calls).toBe(1);
  expect(await collect(sized.run([0, 10], { config: { size: 5 } }))).toEqual([5, 15]);
  expect(calls).toBe(2);
  const run = sized.run([0], { config: { size: 1 } });
  thrown('DAG_PARAMETER', () => run.set('size', 2));
  thrown('DAG_PARAMETER', () => sized.run([0], { config: { size: -1 } }));
  thrown('DAG_PARAMETER', () => sized.run([0], { config: { other: 1 } }));
  await run.close();
});

test('a constant is resolved once for a run, and its failure is told', async () => {
  let calls = 0;
  const load = node((text: string) => ((calls += 1), text.length), { name: 'load' });
  const scaled = pipeline((x: Future<number>) => [scale(x, load('abc')), load('ab')] as const);
  expect(await collect(scaled.run([1, 2]))).toEqual([
    [3, 2],
    [6, 2],
  ]);
  expect(calls).toBe(2);
  const fails = node(
    (_: string): number => {
      throw new RangeError('no table');
    },
    { name: 'fails' },
  );
  const failing = pipeline((x: Future<number>) => scale(x, fails('abc'))).run([1]);
  await expect(failing.next()).rejects.toMatchObject({ code: 'DAG_NODE_FAILED', node: 'fails' });
  expect(await failing.next()).toEqual({ done: true, value: undefined });
});

test('reset() lets all states begin anew with the returned item', async () => {
  const add = node((a: number, b: number) => a + b, { name: 'add' });
  const sums = stateful<[], { sum: number }, number, number>(
    { init: () => ({ sum: 0 }), step: (state, x) => (state.sum += x) },
    { name: 'sums' },
  );
  const run = pipeline((x: Future<number>) => {
    const last = feedback(0);
    return [sums()(scaleLater(x, 1)), last.from(add(scaleLater(x, 1), last))] as const;
  }).run([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  const results: (readonly [number, number])[] = [];
  let from = Infinity;
  for await (const result of run) {
    results.push(result);
    if (results.length === 3) from = run.reset();
  }
  expect(from).toBeLessThan(24);
  expect(results).toEqual(
    results.map((_, item) => (item < from ? [item + 1, item + 1] : [item - from + 1, item - from + 1])),
  );
});

test('a step waits for no parameter', async () => {
  const gain = parameter('gain', 3);
  let seen = 0;
  const watch = node((x: number) => (seen = x), { name: 'watch' });
  await collect(pipeline((x: Future<number>) => [watch(gain), x] as const).run([1]));
  await until(() => seen === 3);
});
