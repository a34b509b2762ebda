import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import type { Future } from '../../../src/index.js';
import { node } from '../../../src/index.js';
import { pipeline, source } from '../../../src/stream/index.js';
import { within } from '../../support/waiting.js';
import { collect, collectUntilError, Counted, someTime, thrown, upTo, withCode } from './streams.js';

const double = node((x: number) => 2 * x, { name: 'double' });
const doubleLater = node(
  async (x: number) => {
    await someTime(x);
    return 2 * x;
  },
  { name: 'doubleLater', replicas: 3 },
);
const doubling = pipeline((x: Future<number>) => double(x), { name: 'doubling' });
const doubled = [0, 2, 4, 6];

function* generator(): Generator<number> {
  yield* upTo(4);
}
async function* asyncGenerator(): AsyncGenerator<number> {
  for (const x of upTo(4)) {
    await someTime(x);
    yield x;
  }
}

describe('run() reads', () => {
  test.each<[string, () => AsyncIterable<number> | Iterable<number>]>([
    ['an array', () => upTo(4)],
    ['a set', () => new Set(upTo(4))],
    ['a generator', generator],
    ['an asynchronous generator', asyncGenerator],
    ['a Readable', () => Readable.from(upTo(4)) as AsyncIterable<number>],
    ['a ReadableStream', () => ReadableStream.from(upTo(4))],
    ['an asynchronous iterator', () => new Counted(4)],
    ['a typed array', () => new Float64Array(upTo(4))],
    ['another run', () => pipeline((x: Future<number>) => doubleLater(x)).run([0, 0.5, 1, 1.5].map((x) => x)) as never],
  ])('%s', async (_, make) => {
    const results = await within(5000, collect(doubling.run(make())));
    expect(results).toEqual(_ === 'another run' ? [0, 2, 4, 6] : doubled);
  });

  test('a bare iterator', async () => {
    let at = 0;
    const bare = { next: () => (at < 4 ? { done: false, value: at++ } : { done: true, value: undefined }) };
    expect(await collect(doubling.run(bare as Iterator<number>))).toEqual(doubled);
  });

  test('null and undefined as any other items', async () => {
    const same = node((x: unknown) => [x], { name: 'same' });
    const items = [null, undefined, 0, '', false, Number.NaN];
    expect(await collect(pipeline((x: Future) => same(x)).run(items))).toEqual(items.map((x) => [x]));
    expect(await collect(pipeline((x: Future) => x).run(items))).toEqual(items);
  });

  test('several sources side by side, of either kind', async () => {
    const pairs = pipeline((a: Future<number>, b: Future<number>, c: Future<number>) => ({ a, b: [b, c] }));
    expect(await within(5000, collect(pairs.run([upTo(4), asyncGenerator(), new Counted(4)])))).toEqual(
      upTo(4).map((x) => ({ a: x, b: [x, x] })),
    );
  });

  test('an input that nothing uses as well', async () => {
    const left = pipeline((a: Future<number>, _: Future<number>) => double(a));
    expect(await collect(left.run([upTo(4), upTo(4)]))).toEqual(doubled);
  });
});

test('the result goes into a Readable and a ReadableStream', async () => {
  const run = () => pipeline((x: Future<number>) => doubleLater(x)).run(upTo(40));
  const expected = upTo(40).map((x) => 2 * x);
  expect(await collect(Readable.from(run()))).toEqual(expected);
  expect(await collect(ReadableStream.from(run()) as unknown as AsyncIterable<number>)).toEqual(expected);
  const items = new Counted(1000);
  const readable = Readable.from(pipeline((x: Future<number>) => doubleLater(x)).run(items));
  for await (const result of readable) if (result === 10) break;
  expect(items.returned).toBe(1);
});

describe('DAG_SOURCE', () => {
  test.each([
    ['a text', 'abc'],
    ['a number', 5],
    ['null', null],
    ['true', true],
    ['an object', {}],
    ['a function', () => []],
    ['a promise', Promise.resolve([1])],
  ])('%s is no source', (_, bad) => {
    expect(thrown('DAG_SOURCE', () => doubling.run(bad as never)).message).toContain('source');
  });

  test('a stream that somebody else reads cannot be read', () => {
    const stream = new ReadableStream<number>();
    stream.getReader();
    thrown('DAG_SOURCE', () => doubling.run(stream));
  });

  const pairs = pipeline((a: Future<number>, b: Future<number>) => [a, b] as const, { name: 'pairs' });

  test('there must be as many as inputs', () => {
    expect(thrown('DAG_SOURCE', () => pairs.run([[1]] as never)).message).toContain('2 sources');
    thrown('DAG_SOURCE', () => pairs.run([[1], [2], [3]] as never));
    thrown('DAG_SOURCE', () => pairs.run(new Set([[1], [2]]) as never));
    thrown('DAG_SOURCE', () => pairs.run([[1], undefined] as never));
  });

  test.each([
    ['the first', 5, 3],
    ['the second', 3, 5],
  ])('they must be equally long: %s goes on', async (_, first, second) => {
    for (const kind of [upTo, (end: number) => new Counted(end)]) {
      const { all, error } = await within(5000, collectUntilError(pairs.run([kind(first), kind(second)])));
      expect(all).toEqual(upTo(3).map((x) => [x, x]));
      expect(withCode('DAG_SOURCE', error).message).toContain('after 3 items');
    }
  });

  test.each([
    ['sync', double],
    ['async', doubleLater],
  ])('what came before a source failed is delivered, through a step that is %s', async (_, step) => {
    const cause = new RangeError('of the source');
    const failing: (() => Iterable<number> | AsyncIterable<number>)[] = [
      function* () {
        yield* upTo(3);
        throw cause;
      },
      async function* () {
        yield* upTo(3);
        await someTime(1);
        throw cause;
      },
    ];
    for (const items of failing) {
      const { all, error } = await within(
        5000,
        collectUntilError(pipeline((x: Future<number>) => step(x)).run(items())),
      );
      expect(all).toEqual([0, 2, 4]);
      const told = withCode('DAG_SOURCE', error);
      expect(told.cause).toBe(cause);
      expect(told.message).toContain('after 3 items');
    }
  });

  test('an iterator must give objects', async () => {
    const { error } = await collectUntilError(doubling.run({ next: () => 5 } as never));
    withCode('DAG_SOURCE', error);
  });
});

describe('source()', () => {
  test('of a generator ends the run with its end', async () => {
    const numbers = source(generator);
    expect(await collect(pipeline(() => double(numbers())).run())).toEqual(doubled);
    const later = source(asyncGenerator, { name: 'later' });
    expect(await collect(pipeline(() => doubleLater(later())).run())).toEqual(doubled);
  });

  test('of any other function is called for each item, as often as is asked', async () => {
    let calls = 0;
    const ticks = source(async () => Promise.resolve((calls += 1)), { name: 'ticks' });
    const run = pipeline(() => double(ticks()), { inFlight: 2 }).run();
    expect([await run.pull(), await run.pull(), await run.pull()]).toEqual([2, 4, 6]);
    await run.close();
    expect(calls).toBeLessThanOrEqual(5);
  });

  test('goes side by side with an input, and gives several outputs', async () => {
    const points = source(
      function* () {
        for (let at = 0; ; at += 1) yield { x: at, y: -at };
      },
      { name: 'points', outputs: ['x', 'y'] },
    );
    const add = node((a: number, b: number, c: number) => [a, b, c], { name: 'add' });
    const run = pipeline((a: Future<number>) => {
      const { x, y } = points();
      return add(a, x, y);
    });
    expect(await collect(run.run([7, 8]))).toEqual([
      [7, 0, -0],
      [8, 1, -1],
    ]);
  });

  test('begins anew with each run, and with reset()', async () => {
    const numbers = source(generator);
    const counting = pipeline(() => double(numbers()), { inFlight: 1 });
    expect(await collect(counting.run())).toEqual(doubled);
    const run = counting.run();
    expect([await run.pull(), await run.pull()]).toEqual([0, 2]);
    expect(run.reset()).toBe(2);
    expect(await collect(run)).toEqual(doubled);
  });

  test('that fails is told by its name', async () => {
    const failing = source(
      (): number => {
        throw new RangeError('no more');
      },
      { name: 'failing' },
    );
    const { error } = await collectUntilError(pipeline(() => double(failing())).run());
    expect(withCode('DAG_SOURCE', error).message).toContain('source failing');
  });

  test('is refused outside of a pipeline, and without a function', () => {
    thrown('DAG_PIPELINE', () => source(generator)());
    thrown('DAG_OPTION', () => source(5 as never));
  });
});
