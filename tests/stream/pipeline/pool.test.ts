import { describe, expect, test } from '@jest/globals';
import { WorkerPool, type Future } from 'lazydag';
import { feedback, ItemError, pipeline, stateful } from 'lazydag/stream';
import { within } from '../../support/waiting.js';
import { exitsAt, failsAt, fill, halve, total, whichThread } from '../nodes/pipeline.js';
import { collect, collectUntilError, upTo } from './streams.js';

const sums = stateful<[], { sum: number }, number, number>(
  { init: () => ({ sum: 0 }), step: (state, x) => (state.sum += x) },
  { name: 'sums' },
);

/** Runs a test with a pool of two threads. */
async function withPool(run: (pool: WorkerPool) => Promise<void>): Promise<void> {
  await using pool = new WorkerPool({ threads: 2 });
  await run(pool);
}

describe('a pipeline on a pool', () => {
  test('gives results in order, from typed arrays that threads make and read', async () => {
    await withPool(async (executor) => {
      const totals = pipeline((x: Future<number>) => sums()(total(halve(fill(x)))), { executor });
      const expected = upTo(60).map((x) => (2500 * x * (x + 1)) / 2);
      expect(await within(20_000, collect(totals.run(upTo(60))))).toEqual(expected);
    });
  });

  test('works on threads, and feeds values back', async () => {
    await withPool(async (executor) => {
      const run = pipeline(
        (x: Future<number>) => {
          const last = feedback(0);
          return [whichThread(x), last.from(failsAt(x, -1)), last] as const;
        },
        { executor },
      ).run(upTo(20));
      const results = await within(20_000, collect(run));
      for (const [thread] of results) expect(thread).toBeGreaterThan(0);
      expect(results.map(([, x, last]) => [x, last])).toEqual(upTo(20).map((x) => [x, Math.max(0, x - 1)]));
    });
  });

  test('hands arrays to the consumer that stay as they are', async () => {
    await withPool(async (executor) => {
      const arrays = pipeline((x: Future<number>) => halve(fill(x)), { executor, inFlight: 4 });
      const results = await within(20_000, collect(arrays.run(upTo(30))));
      expect(results.map((array) => [array[0], array[4999]])).toEqual(upTo(30).map((x) => [x / 2, x / 2]));
    });
  });

  test('tells of the item that failed', async () => {
    await withPool(async (executor) => {
      const picky = pipeline((x: Future<number>) => failsAt(x, 5), { executor, name: 'all' });
      const { all, error } = await within(20_000, collectUntilError(picky.run(upTo(20))));
      expect(all).toEqual(upTo(5));
      expect(error).toBeInstanceOf(ItemError);
      expect(error).toMatchObject({ code: 'DAG_NODE_FAILED', item: 5, node: 'failsAt', path: ['all', 'failsAt'] });
    });
  });

  test('skips the item whose thread died, and goes on', async () => {
    await withPool(async (executor) => {
      const codes: string[] = [];
      const run = pipeline((x: Future<number>) => exitsAt(x, 5), { executor }).run(upTo(20), {
        onError: ({ code, item }) => {
          codes.push(`${code} ${item.toString()}`);
          return 'skip';
        },
      });
      expect(await within(20_000, collect(run))).toEqual(upTo(20).filter((x) => x !== 5));
      expect(codes).toEqual(['DAG_WORKER_DIED 5']);
    });
  });

  test('leaving the loop leaves the pool as it was', async () => {
    await withPool(async (executor) => {
      const arrays = pipeline((x: Future<number>) => halve(fill(x)), { executor });
      for await (const array of arrays.run(upTo(1000))) if (array[0] === 3) break;
      expect(await within(20_000, collect(arrays.run(upTo(3))))).toHaveLength(3);
    });
  });
});
