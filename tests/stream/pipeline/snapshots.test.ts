import { deserialize, serialize } from 'node:v8';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Future } from '../../../src/index.js';
import { node } from '../../../src/index.js';
import { flatMap, parameter, pipeline, stateful, type PipelineSnapshot } from '../../../src/stream/index.js';
import { until, within } from '../../support/waiting.js';
import { batches, keeping } from './flows.js';
import { evaluated, randomSteps, tracedSteps } from './random-pipeline.js';
import { collect, collectUntilError, rejected, someTime, thrown, upTo } from './streams.js';

const copies: Record<string, (snapshot: PipelineSnapshot) => PipelineSnapshot> = {
  json: (snapshot) => JSON.parse(JSON.stringify(snapshot)) as PipelineSnapshot,
  v8: (snapshot) => deserialize(serialize(snapshot)) as PipelineSnapshot,
};
const later = node(
  async (x: number) => {
    await someTime(x);
    return x;
  },
  { name: 'later', replicas: 3 },
);
const sums = stateful<[], { sum: number }, number, number>(
  { init: () => ({ sum: 0 }), step: (state, x) => (state.sum += x) },
  { name: 'sums' },
);
const scale = node((x: number, by: number) => x * by, { name: 'scale' });

/** What comes before a snapshot that is taken behind so many results, and what comes after it in another run. */
async function cut<Out>(
  make: () => {
    run: (
      items: number[],
      options?: object,
    ) => AsyncIterableIterator<Out> & { snapshot(): Promise<PipelineSnapshot>; close(): Promise<void> };
  },
  { items, at, copy, resumed }: { items: number[]; at: number; copy: 'json' | 'v8'; resumed: boolean },
): Promise<Out[]> {
  const run = make().run(items);
  const results: Out[] = [];
  while (results.length < at) {
    const result = await run.next();
    if (result.done === true) break;
    results.push(result.value);
  }
  const snapshot = copies[copy]?.(await run.snapshot());
  const rest = await collect(run);
  const source = resumed ? items.slice(snapshot?.items) : items;
  const restored = await collect(make().run(source, { restore: snapshot, resumed }));
  expect(restored).toEqual(rest);
  return [...results, ...restored];
}

const how = fc.record({ copy: fc.constantFrom('json' as const, 'v8' as const), resumed: fc.boolean() });

test('random pipelines go on exactly where they were, at any cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      randomSteps,
      fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 12 }),
      fc.nat(),
      fc.integer({ min: 1, max: 6 }),
      how,
      async (steps, items, place, inFlight, { copy, resumed }) => {
        const make = () => pipeline((x: Future<number>) => tracedSteps(steps, x), { inFlight });
        const results = await within(5000, cut(make, { items, at: place % (items.length + 1), copy, resumed }));
        expect(results).toEqual(evaluated(steps, items));
      },
    ),
    { numRuns: 60 },
  );
});

test('flows go on with the chunks that they hold', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 20 }),
      fc.nat({ max: 8 }),
      fc.integer({ min: 1, max: 9 }),
      how,
      async (length, at, inFlight, { copy, resumed }) => {
        const make = () =>
          pipeline((x: Future<number>) => batches(3)(sums()(later(keeping((y) => y % 4 !== 1)(x)))), { inFlight });
        const items = upTo(length);
        const whole = await collect(make().run(items));
        if (at > whole.length) return;
        expect(await within(5000, cut(make, { items, at, copy, resumed }))).toEqual(whole);
      },
    ),
    { numRuns: 60 },
  );
});

test('a snapshot can be taken at every result of a loop, the last one among them', async () => {
  const summed = () => pipeline((x: Future<number>) => sums()(later(x)));
  const run = summed().run(upTo(12));
  const expected = upTo(12).map((x) => (x * (x + 1)) / 2);
  let seen = 0;
  for await (const result of run) {
    expect(result).toBe(expected[seen]);
    seen += 1;
    const restore = await run.snapshot();
    expect(await collect(summed().run(upTo(12), { restore }))).toEqual(expected.slice(seen));
  }
  expect(seen).toBe(12);
});

test('restoring does not change the snapshot: it serves twice', async () => {
  const summed = pipeline((x: Future<number>) => sums()(x));
  const run = summed.run(upTo(6));
  await run.pull();
  await run.pull();
  const restore = await run.snapshot();
  await run.close();
  const first = await collect(summed.run(upTo(6), { restore }));
  expect(first).toEqual([3, 6, 10, 15]);
  expect(await collect(summed.run(upTo(6), { restore }))).toEqual(first);
});

test('calls between the items do not count as items of the source', async () => {
  const summed = pipeline((x: Future<number>) => sums()(x));
  const run = summed.run(upTo(6));
  expect(await run.pull()).toBe(0);
  expect(await run.call(100)).toBe(100);
  expect(await run.pull()).toBe(101);
  const restore = await run.snapshot();
  expect(restore.items).toBe(2);
  await run.close();
  expect(await collect(summed.run(upTo(6), { restore }))).toEqual([103, 106, 110, 115]);
});

test('a reset and an error just before are kept', async () => {
  const picky = stateful<[], { sum: number }, number, number>(
    {
      init: () => ({ sum: 0 }),
      step: (state, x) => {
        if (x === 3) throw new RangeError('no 3');
        return (state.sum += x);
      },
    },
    { name: 'picky' },
  );
  const run = pipeline((x: Future<number>) => [sums()(x), picky()(x)] as const, { onError: 'skip' });
  for (const reset of [false, true]) {
    const first = run.run([1, 2]);
    await first.pull();
    await first.pull();
    if (reset) first.reset();
    else await rejected('DAG_NODE_FAILED', first.call(3));
    const restore = await first.snapshot();
    const rest = await collect(run.run([4, 5], { restore, resumed: true }));
    expect(rest).toEqual(
      reset
        ? [
            [4, 4],
            [9, 9],
          ]
        : [
            [10, 4],
            [15, 9],
          ],
    );
    await first.close();
  }
});

test('parameters have the values that were set, at once and for later', async () => {
  const scaled = () => {
    const gain = parameter('gain', 1);
    return pipeline((x: Future<number>) => scale(x, gain));
  };
  const run = scaled().run([1, 1, 1, 1, 1, 1]);
  await run.pull();
  run.set('gain', 5);
  run.set('gain', 9, { from: 4 });
  const restore = await run.snapshot();
  const rest = [5, 5, 5, 9, 9];
  expect(await collect(run)).toEqual(rest);
  expect(await collect(scaled().run([1, 1, 1, 1, 1, 1], { restore }))).toEqual(rest);
  expect(await collect(scaled().run([1, 1, 1, 1, 1], { restore, resumed: true }))).toEqual(rest);
  const changed = scaled().run([1, 1, 1, 1, 1, 1], { restore });
  expect(changed.set('gain', 7)).toBe(1);
  expect(await collect(changed)).toEqual([7, 7, 7, 9, 9]);
});

describe('DAG_SNAPSHOT', () => {
  test('is told of states that generators keep', async () => {
    const counts = stateful(
      function* (): Generator<number, void, number> {
        let x = yield 0;
        for (;;) x = yield x;
      },
      { name: 'counts' },
    );
    const run = pipeline((x: Future<number>) => counts()(x)).run(upTo(5));
    await run.pull();
    expect((await rejected('DAG_SNAPSHOT', run.snapshot())).message).toContain('counts');
    expect(await collect(run)).toEqual([1, 2, 3, 4]);
  });

  test('is told of results that cannot be cloned', async () => {
    const give = node((x: number) => () => x, { name: 'give', replicas: 2 });
    const giveLater = node(async (x: () => number) => Promise.resolve(x), { name: 'giveLater' });
    const run = pipeline((x: Future<number>) => giveLater(give(x))).run(upTo(5));
    await run.pull();
    await rejected('DAG_SNAPSHOT', run.snapshot());
    expect(await collect(run)).toHaveLength(4);
  });

  test('is told of the snapshot of another pipeline, and of something else', async () => {
    const run = pipeline((x: Future<number>) => sums()(x)).run(upTo(5));
    const restore = await run.snapshot();
    await run.close();
    const other = pipeline((x: Future<number>) => later(x));
    expect(thrown('DAG_SNAPSHOT', () => other.run([], { restore })).message).toContain('sums');
    thrown('DAG_SNAPSHOT', () => other.run([], { restore: {} as never }));
    thrown('DAG_SNAPSHOT', () => other.run([], { restore: { version: 1, states: null } as never }));
    thrown('DAG_OPTION', () => other.run([], { restore: 5 as never }));
  });
});

test('there is no snapshot of a run that an error has ended', async () => {
  const picky = node(
    (x: number) => {
      if (x === 2) throw new RangeError('no 2');
      return x;
    },
    { name: 'picky' },
  );
  const run = pipeline((x: Future<number>) => later(picky(x))).run(upTo(9));
  await run.pull();
  await rejected('DAG_PIPELINE_OVER', run.snapshot());
});

test('there is no snapshot of a run that an error is about to end, and the error comes all the same', async () => {
  const picky = node(
    (x: number) => {
      if (x === 2) throw new RangeError('no 2');
      return x;
    },
    { name: 'picky' },
  );
  const run = pipeline((x: Future<number>) => picky(later(x))).run(upTo(9));
  await run.pull();
  await until(() => run.stats().steps.some(({ name, count }) => name === 'picky' && count >= 3));
  const { cause } = await rejected('DAG_SNAPSHOT', run.snapshot());
  const { all, error } = await collectUntilError(run);
  expect(all).toEqual([1]);
  expect(error).toMatchObject({ code: 'DAG_NODE_FAILED', item: 2 });
  expect(cause).toBe(error);
});

describe('behind an endless flow', () => {
  function* endless(): Generator<number, void> {
    for (let count = 0; ; count += 1) yield count;
  }
  test.each([['sync', endless]])('a snapshot is refused, and the run goes on (%s)', async (_, results) => {
    const flow = flatMap(results as () => Iterable<number>);
    const run = pipeline((x: Future<number>) => flow(x)).run([1]);
    expect(await run.pull()).toBe(0);
    const error = await within(20_000, rejected('DAG_SNAPSHOT', run.snapshot()));
    expect(error.message).toContain('10000 results');
    for (let count = 1; count < 10_050; count += 1) expect(await run.pull()).toBe(count);
    await run.close();
  });

  test('of many results of one item a snapshot waits for all', async () => {
    const run = pipeline((x: Future<number>) => flatMap(() => upTo(9000))(x)).run([1, 2], { inFlight: 2 });
    expect(await run.pull()).toBe(0);
    const { pending, items } = await run.snapshot();
    expect([pending.length % 9000, items]).toEqual([8999, pending.length > 9000 ? 2 : 1]);
    await run.close();
  });
});
