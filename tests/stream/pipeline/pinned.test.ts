import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
// Threads keep states by modules of the build, which have to be those of the tests, too.
import { WorkerPool, type Future } from '../../../dist/index.js';
import { pipeline } from '../../../dist/stream/index.js';
import { until, within } from '../../support/waiting.js';
import { both, closing, holds, shades, slow, slowSum, stubborn, sum, total, varying } from '../nodes/pinned.js';
import { collect, upTo } from './streams.js';

type Sums = number | string;

/** Runs a test with a pool of two threads. */
async function withPool(run: (pool: WorkerPool) => Promise<void>): Promise<void> {
  await using pool = new WorkerPool({ threads: 2 });
  await within(20_000, run(pool));
}

/** Runs a test with a file that states write into when they end. */
async function withFile(run: (file: string, ends: () => number) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lazydag-pinned-'));
  const file = join(folder, 'ends');
  writeFileSync(file, '');
  try {
    await run(file, () => readFileSync(file, 'utf8').split('\n').length - 1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a state on a thread ends', () => {
  test.each([
    ['behind the last item', [1, 2], 5],
    ['behind an error', [1, -1], 1],
    ['with steps under way', upTo(200), 2],
  ])('%s', async (_, items, taken) => {
    await withPool(async (executor) => {
      await withFile(async (file, ends) => {
        const run = pipeline((x: Future<number>) => closing(file)(x), { executor }).run(items);
        const read = async (): Promise<void> => {
          let left = taken;
          for await (const _result of run) if ((left -= 1) === 0) break;
        };
        await read().catch(() => undefined);
        // One ends by itself where it throws.
        await until(() => ends() > 0);
        await run.close();
        expect(ends()).toBe(1);
      });
    });
  });
});

describe('a state on a thread', () => {
  test('takes asynchronous steps one after the other, and begins anew behind a rejection', async () => {
    await withPool(async (executor) => {
      const run = pipeline((x: Future<number>) => slowSum()(x), { executor, onError: 'skip' }).run([1, 2, 3, -1, 4, 5]);
      expect(await collect(run)).toEqual([1, 3, 6, 4, 9]);
    });
  });

  test.each([
    ['from a thread to here', true],
    ['from here to a thread', false],
  ])('is saved in the form of the transform: %s', async (_, away) => {
    await withPool(async (pool) => {
      const sums = pipeline((x: Future<Sums>) => sum()(x), { inFlight: 1 });
      const run = sums.run([1, 2, 3, 4], { executor: away ? pool : 'inline' });
      await run.pull();
      const snapshot = await run.snapshot();
      await run.close();
      const state = snapshot.states['sum'];
      expect(Object.keys(state as object)).toEqual(['sum']);
      const rest = await collect(sums.run([1, 2, 3, 4], { restore: snapshot, executor: away ? 'inline' : pool }));
      expect(rest).toEqual([1, 3, 6, 10].slice(1));
    });
  });

  test('is saved before its first step', async () => {
    await withPool(async (executor) => {
      const run = pipeline((x: Future<Sums>) => sum()(x), { executor }).run([1]);
      expect((await run.snapshot()).states).toEqual({ sum: { sum: 0 } });
      await run.close();
    });
  });

  test('is saved behind a reset, and behind a step that failed', async () => {
    await withPool(async (executor) => {
      const run = pipeline((x: Future<Sums>) => sum()(x), { executor }).run();
      expect(await run.call(4)).toBe(4);
      run.reset();
      expect((await run.snapshot()).states).toEqual({ sum: { sum: 0 } });
      expect(await run.call(3)).toBe(3);
      await expect(run.call('bad')).rejects.toMatchObject({ code: 'DAG_NODE_FAILED' });
      expect((await run.snapshot()).states).toEqual({ sum: { sum: 0 } });
      await run.close();
    });
  });

  test('that cannot be put back says so before the run begins', async () => {
    await withPool(async (pool) => {
      const sums = pipeline((x: Future<number>) => stubborn()(x), { name: 'sums' });
      const run = sums.run([1, 2], { executor: pool });
      await run.pull();
      const restore = await run.snapshot();
      await run.close();
      for (const executor of ['inline', pool] as const) {
        const cause = expect.objectContaining({ message: 'never again' });
        await expect(sums.run([1, 2], { restore, executor }).next()).rejects.toMatchObject({
          code: 'DAG_SNAPSHOT',
          cause,
        });
      }
    });
  });

  test('fails by the name of its step, with its chunk and what it threw', async () => {
    await withPool(async (executor) => {
      const run = pipeline((x: Future<Sums>) => sum()(x), { executor, name: 'sums' }).run();
      await expect(run.call('bad')).rejects.toMatchObject({
        code: 'DAG_NODE_FAILED',
        node: 'sum',
        path: ['sums', 'sum'],
        args: '("bad")',
        cause: expect.objectContaining({ name: 'RangeError', message: 'no bad' }),
      });
      await run.close();
    });
  });

  test('is lost with its thread, and with it the one item that it worked on', async () => {
    await withPool(async (executor) => {
      const failures: unknown[] = [];
      const ones: Sums[] = upTo(60).map((item) => (item === 30 ? 'die' : 1));
      const run = pipeline((x: Future<Sums>) => sum()(x), { executor }).run(ones, {
        onError: ({ code, item, node }) => {
          failures.push([code, item, node]);
          return 'skip';
        },
      });
      const results = await collect(run);
      expect(failures).toEqual([['DAG_WORKER_DIED', 30, 'sum']]);
      expect(results).toHaveLength(59);
      // From where it begins anew, it counts on without a gap.
      const anew = results.lastIndexOf(1);
      expect(results.slice(0, anew)).toEqual(upTo(anew).map((x) => x + 1));
      expect(results.slice(anew)).toEqual(upTo(59 - anew).map((x) => x + 1));
    });
  });

  test('is begun by the next chunk where the first cannot travel', async () => {
    await withPool(async (executor) => {
      const codes: string[] = [];
      const run = pipeline((x: Future<Sums>) => sum()(x), { executor }).run([(() => 0) as never, 1, 2, 3], {
        onError: ({ code, item }) => {
          codes.push(`${code} ${item.toString()}`);
          return 'skip';
        },
      });
      expect(await collect(run)).toEqual([1, 3, 6]);
      expect(codes).toEqual(['DAG_CANNOT_TRAVEL 0']);
    });
  });

  test('is made with the transforms inside of its options, and with nothing that only looks like them', async () => {
    await withPool(async (executor) => {
      const options = { parts: [sum(), both()] as never[], factory: 'text', inner: [1] };
      const run = pipeline((x: Future<number>) => holds(options)(x), { executor }).run([1, 2]);
      expect(await collect(run)).toEqual([
        [1, 1, 'text', 1],
        [3, 4, 'text', 1],
      ]);
    });
  });

  test('is measured without its time in the queue, as one replica', async () => {
    await withPool(async (executor) => {
      const run = pipeline((x: Future<number>) => slow()(x), { executor, inFlight: 8 }).run(upTo(20));
      const startedAt = performance.now();
      await collect(run);
      const elapsed = performance.now() - startedAt;
      const [step] = run.stats().steps;
      expect(step).toMatchObject({ name: 'slow', count: 20, replicas: 1, overlap: 8 });
      expect(step?.mean).toBeGreaterThanOrEqual(5);
      // One after the other they take no longer than the run; with the seven before each they would, eight times.
      expect(20 * (step?.mean ?? Infinity)).toBeLessThan(4 * elapsed);
      expect(() => {
        run.scale('slow', 2);
      }).toThrow(expect.objectContaining({ code: 'DAG_REPLICAS' }));
    });
  });
});

describe('short steps', () => {
  test('stay on no account where the pool is to have all', async () => {
    await using executor = new WorkerPool({ threads: 1, placement: 'pool' });
    const threads = await within(
      20_000,
      collect(pipeline((x: Future<number>) => varying(x), { executor }).run(new Array<number>(100).fill(0))),
    );
    expect(threads).not.toContain(0);
  });

  test('go to the threads when they take longer', async () => {
    await withPool(async (executor) => {
      const items = upTo(500).map((item) => (item < 400 ? 0 : 2));
      const threads = await collect(pipeline((x: Future<number>) => varying(x), { executor }).run(items));
      expect(threads.slice(300, 400)).toContain(0);
      expect(threads.slice(450)).not.toContain(0);
    });
  });
});

test('memory that states on threads give is used again at once, also of steps that are measured', async () => {
  await withPool(async (executor) => {
    const sums = pipeline((x: Future<number>) => total()(shades()(x)), { executor, inFlight: 4 });
    const items = upTo(2000);
    expect(await collect(sums.run(items))).toEqual(items.map((x) => x * 2048));
    const { liveBlocks, freeBlocks } = executor.stats().blocks;
    // One step in eight is measured: as many blocks would wait for the garbage collector.
    expect(liveBlocks + freeBlocks).toBeLessThan(64);
  });
});
