import { describe, expect, it } from '@jest/globals';
import type { Executor, Future } from '../../../src/index.js';
import { until } from '../../support/waiting.js';
import { keyBy, pipeline, stateful, type Stateful } from '../../../src/stream/index.js';

/** Keeps states where a pool would, but on this thread: its sessions take nothing. */
const here: Executor = { name: 'here', workers: 2, open: () => undefined };

const closed: string[] = [];
const sum = stateful(
  {
    init: (from: number) => ({ sum: from }),
    step: (state, x: number) => {
      if (x < 0) throw new RangeError('negative');
      return (state.sum += x);
    },
    close: () => closed.push('sum'),
  },
  { name: 'sum', executor: 'pool' },
);
const counter = stateful(
  function* counter(): Stateful<string, string> {
    for (let n = 0, result = ''; ;) {
      const key: string = yield result;
      n += 1;
      result = `${key}${n.toString()}`;
    }
  },
  { executor: 'pool' },
);
const slow = stateful(
  {
    init: () => ({ n: 0 }),
    step: async (state, x: number) => {
      const { n } = state;
      await new Promise((done) => setTimeout(done, x % 3));
      if (x === 13) throw new Error('unlucky');
      state.n = n + x;
      return state.n;
    },
  },
  { name: 'slow', executor: 'pool' },
);

async function all<T>(results: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const result of results) list.push(result);
  return list;
}

describe('a state that is kept by an executor', () => {
  it('takes the chunks in order, and is closed with the run', async () => {
    const sums = pipeline((x: Future<number>) => sum(10)(x), { executor: here });
    expect(await all(sums.run([1, 2, 3]))).toEqual([11, 13, 16]);
    await until(() => closed.length > 0);
  });

  it('begins anew after an item that failed, whose error names the step', async () => {
    const sums = pipeline((x: Future<number>) => sum(0)(x), { executor: here, name: 'sums' });
    expect(await all(sums.run([1, 2, -1, 4], { onError: 'skip' }))).toEqual([1, 3, 4]);
    await expect(all(sums.run([1, -1]))).rejects.toMatchObject({
      code: 'DAG_NODE_FAILED',
      node: 'sum',
      item: 1,
      cause: expect.any(RangeError),
    });
  });

  it('begins anew when the pipeline is reset', async () => {
    const running = pipeline((x: Future<number>) => sum(0)(x), { executor: here, inFlight: 1 }).run([1, 2, 3, 4]);
    expect([await running.pull(), await running.pull()]).toEqual([1, 3]);
    // The third item has been read as soon as there was room for it.
    expect(running.reset()).toBe(3);
    expect(await all(running)).toEqual([6, 4]);
  });

  it('is saved and put back', async () => {
    const sums = pipeline((x: Future<number>) => sum(0)(x), { executor: here, inFlight: 1 });
    const running = sums.run([1, 2, 3, 4]);
    expect([await running.pull(), await running.pull()]).toEqual([1, 3]);
    const snapshot = await running.snapshot();
    await running.close();
    expect(await all(sums.run([1, 2, 3, 4], { restore: snapshot }))).toEqual([6, 10]);
  });

  it('cannot be saved when a generator keeps it', async () => {
    const running = pipeline((x: Future<string>) => counter()(x), { executor: here }).run(['a']);
    await running.pull();
    await expect(running.snapshot()).rejects.toMatchObject({ code: 'DAG_SNAPSHOT' });
    await running.close();
  });

  it('works on one chunk after the other when its steps are asynchronous', async () => {
    const sums = pipeline((x: Future<number>) => slow()(x), { executor: here });
    expect(await all(sums.run([1, 2, 3, 4, 5]))).toEqual([1, 3, 6, 10, 15]);
    expect(await all(sums.run([1, 2, 13, 4], { onError: 'skip' }))).toEqual([1, 3, 4]);
  });
});

describe('states by key', () => {
  it('are spread over the threads of an executor', async () => {
    const counts = pipeline((x: Future<string>) => keyBy((key: string) => key, counter()).with({ replicas: 2 })(x), {
      executor: here,
    });
    expect(await all(counts.run(['a', 'b', 'a', 'c', 'b', 'a']))).toEqual(['a1', 'b1', 'a2', 'c1', 'b2', 'a3']);
  });

  it('can be saved there, and scaled', async () => {
    const parity = pipeline((x: Future<number>) => keyBy((n: number) => n % 2, sum(0)).with({ executor: 'pool' })(x), {
      executor: here,
      inFlight: 1,
    });
    const running = parity.run([1, 2, 3, 4]);
    expect([await running.pull(), await running.pull()]).toEqual([1, 2]);
    running.scale('keyBy', 2);
    const snapshot = await running.snapshot();
    await running.close();
    expect(await all(parity.run([1, 2, 3, 4], { restore: snapshot }))).toEqual([4, 6]);
  });

  it('work side by side on this thread when their steps are asynchronous', async () => {
    const sums = pipeline((x: Future<number>) =>
      keyBy((n: number) => n % 2, slow()).with({ replicas: 4, executor: 'inline' })(x),
    );
    expect(await all(sums.run([1, 2, 3, 4, 5]))).toEqual([1, 2, 4, 6, 9]);
    expect(await all(sums.run([1, 2, 13, 4, 5], { onError: 'skip' }))).toEqual([1, 2, 6, 5]);
    const running = sums.run([1, 2, 3, 4, 5, 6]);
    expect(await running.pull()).toBe(1);
    running.reset();
    const rest = await all(running);
    expect(rest).toHaveLength(5);
  });
});
