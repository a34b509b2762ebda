import { describe, expect, test } from '@jest/globals';
// Threads keep states by modules of the build, which have to be those of the tests, too.
import { node, WorkerPool, type Future } from '../../../dist/index.js';
import { flatMap, keyBy, pipeline, stateful } from '../../../dist/stream/index.js';
import { within } from '../../support/waiting.js';
import { counts, wheres } from '../nodes/pinned.js';
import { collect, upTo } from './streams.js';

/** Runs a test on the calling thread, or with a pool of two threads. */
async function withExecutor(away: boolean, run: (executor: WorkerPool | 'inline') => Promise<void>): Promise<void> {
  await using pool = new WorkerPool({ threads: 2 });
  await within(20_000, run(away ? pool : 'inline'));
}

describe.each([
  ['on the calling thread', false],
  ['on threads', true],
])('a keyed transform of a pipeline %s', (_, away) => {
  test('loses the state of one key when a step of it fails', async () => {
    await withExecutor(away, async (executor) => {
      const counted = pipeline((x: Future<string>) => counts().with({ replicas: 2 })(x), { onError: 'skip' });
      const results = await collect(counted.run(['a', 'b', 'a', 'B', 'a', 'b'], { executor }));
      expect(results).toEqual(['a1', 'b1', 'a2', 'a3', 'b1']);
    });
  });

  test('saves its keys in pairs, behind a reset and behind a step that failed', async () => {
    await withExecutor(away, async (executor) => {
      const run = pipeline((x: Future<string>) => counts().with({ replicas: 2 })(x), { executor }).run();
      for (const key of ['a', 'b', 'c', 'a']) await run.call(key);
      await expect(run.call('B')).rejects.toMatchObject({ code: 'DAG_NODE_FAILED' });
      expect((await run.snapshot()).states).toEqual({
        counts: [
          ['a', { count: 2 }],
          ['c', { count: 1 }],
        ],
      });
      run.reset();
      expect(await run.call('c')).toBe('c1');
      expect((await run.snapshot()).states).toEqual({ counts: [['c', { count: 1 }]] });
      await run.close();
    });
  });

  test('goes on from what the other kind has saved', async () => {
    await withExecutor(true, async (pool) => {
      const counted = pipeline((x: Future<string>) => counts()(x));
      const [before, after] = away ? ([pool, 'inline'] as const) : (['inline', pool] as const);
      const run = counted.run(undefined, { executor: before });
      await run.call('a');
      const restore = await run.snapshot();
      await run.close();
      const next = counted.run(undefined, { executor: after, restore });
      expect(await Promise.all(['a', 'b'].map((key) => next.call(key)))).toEqual(['a2', 'b1']);
      await next.close();
    });
  });
});

describe('a keyed transform on threads', () => {
  test('is spread over more of them when it is scaled, for keys met later', async () => {
    await withExecutor(true, async (executor) => {
      const run = pipeline((x: Future<number>) => wheres()(x), { executor }).run();
      const first = await Promise.all(upTo(4).map((key) => run.call(key)));
      expect(new Set(first).size).toBe(1);
      run.scale('wheres', 2);
      const later = await Promise.all(upTo(4).map((key) => run.call(key + 4)));
      expect(new Set(later).size).toBe(2);
      expect(await run.call(0)).toBe(first[0]);
      expect(run.stats().steps[0]).toMatchObject({ replicas: 2 });
      await run.close();
    });
  });

  test('keeps thousands of keys', async () => {
    await withExecutor(true, async (executor) => {
      const keyed = pipeline((x: Future<number>) => wheres().with({ replicas: 2 })(x), { executor });
      expect(new Set(await collect(keyed.run(upTo(3000)))).size).toBe(2);
    });
  });
});

describe('a keyed transform', () => {
  test('with asynchronous steps is reset behind the items before', async () => {
    const gate: { open: () => void } = { open: () => undefined };
    const opened = new Promise<void>((open) => (gate.open = open));
    const count = stateful(
      {
        init: () => ({ count: 0 }),
        step: async (state, key: string) => {
          await opened;
          state.count += 1;
          return `${key}${state.count.toString()}`;
        },
      },
      { name: 'count' },
    );
    const run = pipeline((x: Future<string>) => keyBy((key: string) => key, count()).with({ replicas: 4 })(x)).run();
    const before = [run.call('a'), run.call('a'), run.call('b')];
    while (run.stats().live < 3) await new Promise((resume) => setImmediate(resume));
    expect(run.reset()).toBe(3);
    const after = run.call('a');
    gate.open();
    expect(await Promise.all([...before, after])).toEqual(['a1', 'a2', 'b1', 'a1']);
    expect((await run.snapshot()).states).toEqual({ keyBy: [['a', { count: 1 }]] });
    await run.close();
  });

  test('of flows loses the state of one key when giving its results fails', async () => {
    const twice = flatMap(function* (x: number) {
      yield x;
      if (x < 0) throw new RangeError('negative');
    });
    const same = node((x: number) => x, { name: 'same' });
    const run = pipeline((x: Future<number>) => same(keyBy((y: number) => Math.abs(y), twice)(x)), {
      onError: 'skip',
    }).run([1, 2, -2, 2, 1]);
    expect(await collect(run)).toEqual([1, 2, -2, 2, 1]);
  });
});
