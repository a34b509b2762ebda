import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { alloc, node, WorkerPool, type Future } from 'lazydag';
import { feedback, flatMap, parameter, pipeline, stateful } from 'lazydag/stream';
import { within } from '../../support/waiting.js';
import { fill, heads, mean, plus } from '../nodes/memory.js';
import { collect, upTo } from './streams.js';

const ITEMS = upTo(200);

/** Runs a test with a pool of two threads. */
async function withPool(run: (pool: WorkerPool) => Promise<void>): Promise<void> {
  await using pool = new WorkerPool({ threads: 2 });
  await within(30_000, run(pool));
}

/** Uses the memory that is free. */
async function churn(executor: WorkerPool): Promise<void> {
  const items = upTo(100).map((x) => 1000 + x);
  await collect(pipeline((x: Future<number>) => mean(fill(x)), { executor }).run(items));
}

const twice = (x: Future<number>): Future<number> => flatMap((one: number) => [one, one])(x);

test('values above a flow stay for all that see them', async () => {
  const later = node(
    async (x: number) => {
      await turn();
      await turn();
      return x;
    },
    { name: 'later', executor: 'inline' },
  );
  const ends = node((array: Float64Array, x: number) => [x, array[0], array[4095]], {
    name: 'ends',
    executor: 'inline',
  });
  await withPool(async (executor) => {
    const seeing = pipeline((x: Future<number>) => ends(fill(x), later(twice(x))), { executor });
    expect(await collect(seeing.run(ITEMS))).toEqual(ITEMS.flatMap((x) => [x, x].map(() => [x, x, x])));
  });
});

test('values above a flow that come out with its results stay the consumer’s', async () => {
  await withPool(async (executor) => {
    const pairs = pipeline((x: Future<number>) => ({ x: twice(x), array: fill(x) }), { executor });
    const kept = await collect(pairs.run(ITEMS));
    expect(kept.map(({ array }) => array[4095])).toEqual(kept.map(({ x }) => x));
  });
});

test('what a borrowing transform gives may lie on its chunk', async () => {
  const head = stateful<[], object, Float64Array, Float64Array>(
    { init: () => ({}), step: (_, array) => array.subarray(0, 10) },
    { name: 'head', borrows: true },
  );
  await withPool(async (executor) => {
    const kept = await collect(pipeline((x: Future<number>) => head()(fill(x)), { executor }).run(ITEMS));
    expect(kept.map((array) => array[9])).toEqual(ITEMS);
  });
});

test.each([1, 2, 16])(
  'an array that is fed back stays until the next item has read it (%d in flight)',
  async (inFlight) => {
    await withPool(async (executor) => {
      const options = { executor, inFlight };
      const sums = pipeline((x: Future<number>) => {
        const last = feedback(new Float64Array(4096));
        return mean(last.from(plus(fill(x), last)));
      }, options);
      expect(await collect(sums.run(ITEMS))).toEqual(ITEMS.map((x) => (x * (x + 1)) / 2));
      const pairs = pipeline((x: Future<number>) => {
        const last = feedback(new Float64Array(4096));
        last.from(fill(x));
        return heads(fill(x), last);
      }, options);
      expect(await collect(pairs.run(ITEMS))).toEqual(ITEMS.map((x) => [x, Math.max(0, x - 1)]));
    });
  },
);

test('a snapshot lies on no memory of the run', async () => {
  const lastOf = stateful<[], { last: Float64Array }, number, number>(
    {
      init: () => ({ last: alloc(Float64Array, 4096) }),
      step: (state, x) => {
        state.last.fill(x);
        return x;
      },
    },
    { name: 'lastOf' },
  );
  await withPool(async (executor) => {
    const bias = await fill(7).resolve({ executor });
    const saving = pipeline(
      (x: Future<number>) => {
        const last = feedback(new Float64Array(4096));
        return [last.from(fill(lastOf()(x))), parameter('bias', bias), last] as const;
      },
      { executor, inFlight: 4 },
    );
    const run = saving.run(upTo(8));
    await run.pull();
    const { pending, feedbacks, states, parameters } = await run.snapshot();
    const last = feedbacks[0] as Float64Array;
    const arrays = [
      ...(pending as Float64Array[][]).flat(),
      last,
      (states['lastOf'] as { last: Float64Array }).last,
      parameters['bias'] as Float64Array,
    ];
    expect(pending.length).toBeGreaterThan(0);
    const saved = arrays.map((array) => array[4095]);
    for (const array of arrays) expect(array.buffer).toBeInstanceOf(ArrayBuffer);
    await run.close();
    await churn(executor);
    expect(arrays.map((array) => array[4095])).toEqual(saved);
    expect(last[0]).toBe(pending.length);
  });
});
