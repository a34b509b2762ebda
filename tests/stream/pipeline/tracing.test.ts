import { describe, expect, test } from '@jest/globals';
import type { Future } from '../../../src/index.js';
import { node } from '../../../src/index.js';
import { config, feedback, parameter, pipeline, stateful } from '../../../src/stream/index.js';
import { rejection } from '../../support/waiting.js';
import { batches, keeping } from './flows.js';
import { collect, rejected, thrown, upTo, withCode } from './streams.js';

const add = node((a: number, b: number) => a + b, { name: 'add' });
const double = node((x: number) => 2 * x, { name: 'double' });
const sums = stateful<[], { sum: number }, number, number>(
  { init: () => ({ sum: 0 }), step: (state, x) => (state.sum += x) },
  { name: 'sums' },
);

test('the function is called once, however many runs there are', async () => {
  let calls = 0;
  const doubling = pipeline((x: Future<number>) => {
    calls += 1;
    return double(x);
  });
  await collect(doubling.run(upTo(5)));
  await collect(doubling.run(upTo(5)));
  expect(calls).toBe(1);
});

test('its name is that of the option, else that of the function', () => {
  expect(
    pipeline(function doubling(x: Future<number>) {
      return double(x);
    }).name,
  ).toBe('doubling');
  expect(pipeline((x: Future<number>) => double(x), { name: 'other' }).name).toBe('other');
  expect(pipeline((x: Future<number>) => double(x)).name).toBe('pipeline');
});

test('`inputs` says how many there are where the function does not', async () => {
  const total = pipeline((...xs: Future<number>[]) => xs, { inputs: 3 });
  expect(await collect(total.run([[1], [2], [3]] as never))).toEqual([[1, 2, 3]]);
});

describe('DAG_PIPELINE', () => {
  test.each([
    ['nothing', () => undefined],
    ['a number', () => 5],
    ['an object without Futures', () => ({ a: [1] })],
  ])('is told when the function gives %s', (_, fn) => {
    expect(thrown('DAG_PIPELINE', () => pipeline(fn as never, { name: 'bad' })).message).toContain('bad');
  });

  test('is told when it gives a promise, also one that rejects', async () => {
    thrown('DAG_PIPELINE', () => pipeline(async (x: Future<number>) => Promise.resolve(double(x))));
    thrown('DAG_PIPELINE', () => pipeline(async () => Promise.reject(new Error('of the function'))));
    await new Promise((resume) => setImmediate(resume));
  });

  test('is told when a pipeline is called outside of one', () => {
    const doubling = pipeline((x: Future<number>) => double(x));
    thrown('DAG_PIPELINE', () => doubling(double(1)));
  });

  test('is behind the error when a Future of the items is resolved by itself', async () => {
    const kept: Future<number>[] = [];
    pipeline((x: Future<number>) => {
      kept.push(x, double(x));
      return double(x);
    });
    for (const future of kept) {
      const error = await rejection(future.resolve());
      withCode('DAG_PIPELINE', (error as Error).cause);
    }
  });
});

test('what the function throws is thrown as it is', () => {
  expect(() =>
    pipeline(() => {
      throw new RangeError('of the function');
    }),
  ).toThrow(new RangeError('of the function'));
  // It is no more traced than before.
  thrown('DAG_TRANSFORM_FUTURE', () => sums()(double(1)));
});

describe('DAG_OPTION', () => {
  test.each([
    ['no function', () => pipeline(5 as never)],
    ['an unknown option', () => pipeline((x: Future<number>) => x, { inflight: 3 } as never)],
    ['no room', () => pipeline((x: Future<number>) => x, { inFlight: 0 })],
    ['half a place', () => pipeline((x: Future<number>) => x, { inFlight: 1.5 })],
    ['no executor', () => pipeline((x: Future<number>) => x, { executor: 'pool' as never })],
    ['a policy', () => pipeline((x: Future<number>) => x, { onError: 'retry' as never })],
    ['no truth', () => pipeline((x: Future<number>) => x, { ordered: 'yes' as never })],
    ['an empty name', () => pipeline((x: Future<number>) => x, { name: '' })],
    ['an unknown option of a run', () => pipeline((x: Future<number>) => x).run([], { name: 'x' } as never)],
    ['no signal', () => pipeline((x: Future<number>) => x).run([], { signal: {} as never })],
    ['a total', () => pipeline((x: Future<number>) => x).run([], { total: -1 })],
  ])('%s', (_, fn) => {
    thrown('DAG_OPTION', fn);
  });
});

describe('DAG_TRANSFORM_SHARED', () => {
  test('a transform has one place in one pipeline', async () => {
    const shared = sums();
    expect(
      thrown('DAG_TRANSFORM_SHARED', () => pipeline((x: Future<number>) => add(shared(x), shared(x)))).message,
    ).toContain('sums');
    // A pipeline that could not be made does not keep it.
    const one = pipeline((x: Future<number>) => shared(x));
    thrown('DAG_TRANSFORM_SHARED', () => pipeline((x: Future<number>) => shared(x)));
    expect(await collect(one.run([1, 2]))).toEqual([1, 3]);
  });

  test('two of one factory are two', async () => {
    const results = pipeline((x: Future<number>) => sums()(sums()(x))).run([1, 1, 1]);
    expect(await collect(results)).toEqual([1, 3, 6]);
  });

  test('the transform itself keeps a state of its own', async () => {
    const own = sums();
    expect(own(5)).toBe(5);
    const summing = pipeline((x: Future<number>) => own(x));
    expect(await collect(summing.run([1, 1]))).toEqual([1, 2]);
    expect(await collect(summing.run([1, 1]))).toEqual([1, 2]);
    expect(own(5)).toBe(10);
  });
});

test('a transform takes a Future in a pipeline only', async () => {
  const own = sums();
  thrown('DAG_TRANSFORM_FUTURE', () => own(double(1)));
  const later = pipeline((x: Future<number>) => add(x, own(x)));
  await collect(later.run([1]));
  thrown('DAG_TRANSFORM_FUTURE', () => own(double(1)));
});

describe('DAG_RATES', () => {
  test('values behind a filter do not go with values behind another', () => {
    const [even, odd] = [keeping((x) => x % 2 === 0), keeping((x) => x % 2 === 1)];
    expect(thrown('DAG_RATES', () => pipeline((x: Future<number>) => add(even(x), odd(x)))).message).toContain('add');
  });

  test('nor do batches go with what they were made of', () => {
    const first = node((list: readonly number[], x: number) => [list, x], { name: 'first' });
    thrown('DAG_RATES', () => pipeline((x: Future<number>) => first(batches(2)(x), x)));
    thrown('DAG_RATES', () => pipeline((x: Future<number>) => [batches(2)(x), x] as const));
  });

  test('parameters and constants go with all', async () => {
    const gain = parameter('gain', 2);
    const offset = config('offset', 10);
    const total = node((list: readonly number[], by: number, more: number) => list.length * by + more, {
      name: 'total',
    });
    const results = pipeline((x: Future<number>) => total(batches(2)(x), gain, double(offset))).run(upTo(5));
    expect(await collect(results)).toEqual([24, 24, 22]);
  });
});

test('a long chain is no matter for the stack', async () => {
  const plus = node((x: number) => x + 1, { name: 'plus' });
  const long = pipeline((x: Future<number>) => {
    let at = x;
    for (let step = 0; step < 20_000; step += 1) at = plus(at);
    return at;
  });
  expect(await collect(long.run([0, 1]))).toEqual([20_000, 20_001]);
});

test('a pipeline of an input alone, and of a feedback alone', async () => {
  expect(await collect(pipeline((x: Future<number>) => x).run([1, 2]))).toEqual([1, 2]);
  const delayed = pipeline((x: Future<number>) => {
    const last = feedback(0);
    last.from(x);
    return last;
  });
  expect(await collect(delayed.run([1, 2]))).toEqual([0, 1]);
});

test('a body that uses a run that is over is told', async () => {
  const run = pipeline((x: Future<number>) => double(x)).run();
  await run.close();
  await rejected('DAG_PIPELINE_OVER', run.call(1));
});
