import { describe, expect, test } from '@jest/globals';
import type { DagError } from '../../../src/errors.js';
import type { Future } from '../../../src/index.js';
import { node } from '../../../src/index.js';
import { filter, flatMap, pipeline, source, type Running } from '../../../src/stream/index.js';
import { rejection, within } from '../../support/waiting.js';
import { collect, collectUntilError, rejected, withCode } from './streams.js';

const same = node((x: number) => x, { name: 'same' });

function* endless(): Generator<number> {
  for (let n = 0; ; n += 1) yield n;
}

describe('timers and signals come to their turn in', () => {
  test.each<[string, (signal: AbortSignal) => AsyncIterable<unknown>]>([
    ['an endless synchronous source', (signal) => pipeline((x: Future<number>) => same(x)).run(endless(), { signal })],
    [
      'one of which nothing passes a filter',
      (signal) => pipeline((x: Future<number>) => filter((n: number) => n < 0)(x)).run(endless(), { signal }),
    ],
    [
      'a flow that has no end',
      (signal) => pipeline((x: Future<number>) => flatMap((_: number) => endless())(x)).run([1], { signal }),
    ],
  ])('%s', async (_, begin) => {
    const stop = new AbortController();
    setImmediate(() => {
      stop.abort();
    });
    let last: unknown;
    const read = async (): Promise<void> => {
      for await (const x of begin(stop.signal)) last = x;
    };
    withCode('DAG_ABORTED', await read().catch((error: unknown) => error));
    expect(last === undefined || typeof last === 'number').toBe(true);
  });
});

test('results come in the order in which they were asked for, also where the run gives way', async () => {
  const run = pipeline((x: Future<number>) => same(x)).run(endless());
  const asked = Array.from({ length: 500 }, () => run.pull());
  expect(await Promise.all(asked)).toEqual(Array.from({ length: 500 }, (_, n) => n));
  await run.close();
});

describe('a run waits for nothing that cannot come:', () => {
  test('results of a run without a source', async () => {
    const run = pipeline((x: Future<number>) => same(x)).run();
    await rejected('DAG_SOURCE', run.pull());
    expect(await run.call(3)).toBe(3);
    const { error } = await collectUntilError(run);
    withCode('DAG_SOURCE', error);
    await run.close();
    expect(await collect(run)).toEqual([]);
  });

  test.each<[string, (run: Running<[number], number>) => Promise<unknown>]>([
    ['call()', (run) => run.call(1)],
    ['snapshot()', (run) => run.snapshot()],
    ['drain()', (run) => run.drain()],
  ])('%s in a body of the run', async (_, ask) => {
    const runs: Running<[number], number>[] = [];
    const asking = (x: number): Promise<number> =>
      (runs[0] === undefined ? Promise.resolve() : ask(runs[0])).then(() => x);
    for (const options of [{}, { retries: 1 }]) {
      const body = node(async (x: number) => asking(x), { name: 'body', ...options });
      const later = node(
        async (x: number) => {
          await Promise.resolve();
          return asking(x);
        },
        { name: 'later', ...options },
      );
      for (const step of [body, later]) {
        runs[0] = pipeline((x: Future<number>) => step(x)).run();
        // A call that is tried again fails with what it threw as the cause.
        const { code, cause } = (await within(5000, rejection(runs[0].call(1)))) as DagError;
        expect(code === 'DAG_NODE_FAILED' ? (cause as DagError).code : code).toBe('DAG_CYCLE');
        await runs[0].close();
      }
    }
  });

  test('call() of another run of the pipeline in a body goes well', async () => {
    const runs: Running<[number], number>[] = [];
    const body = node(async (x: number): Promise<number> => (x > 0 ? ((await runs[x]?.call(x - 1)) ?? 0) + 1 : 0), {
      name: 'body',
    });
    const nested = pipeline((x: Future<number>) => body(x));
    runs.push(nested.run(), nested.run(), nested.run());
    expect(await nested.run().call(2)).toBe(2);
    for (const run of runs) await run.close();
  });

  test('call() from a timer that a body left behind goes well', async () => {
    let told: (result: Promise<number>) => void = () => undefined;
    const result = new Promise<number>((fulfil) => {
      told = fulfil;
    });
    const body = node(
      (x: number) => {
        if (x === 0)
          setImmediate(() => {
            told(run.call(1));
          });
        return x;
      },
      { name: 'body' },
    );
    const run: Running<[number], number> = pipeline((x: Future<number>) => body(x)).run();
    await run.call(0);
    expect(await result).toBe(1);
    await run.close();
  });
});

describe('drain()', () => {
  test('lets what is under way come to its end, calls that wait included, and closes the source', async () => {
    const gates: (() => void)[] = [];
    const slow = node(
      async (x: number) => {
        await new Promise<void>((open) => gates.push(open));
        return x;
      },
      { name: 'slow' },
    );
    const run = pipeline((x: Future<number>) => slow(x), { inFlight: 1 }).run();
    const calls = [run.call(1), run.call(2), run.call(3)];
    const drained = run.drain();
    await rejected('DAG_PIPELINE_OVER', run.call(4));
    const opening = setInterval(() => gates.shift()?.(), 1);
    expect(await Promise.all(calls)).toEqual([1, 2, 3]);
    await within(5000, drained);
    clearInterval(opening);
    await run.drain();
    await rejected('DAG_PIPELINE_OVER', run.call(5));
  });

  test('reads no more of the source, and keeps the results that nobody has taken', async () => {
    let returned = false;
    function* counted(): Generator<number> {
      try {
        yield* endless();
      } finally {
        returned = true;
      }
    }
    const later = node(async (x: number) => Promise.resolve(x), { name: 'later' });
    const run = pipeline((x: Future<number>) => later(x), { inFlight: 4 }).run(counted());
    expect(await run.pull()).toBe(0);
    await within(5000, run.drain());
    expect(returned).toBe(true);
    const rest = await collect(run);
    expect(rest).toEqual(Array.from({ length: rest.length }, (_, index) => index + 1));
    expect(rest.length).toBeLessThan(8);
  });

  test('ends a loop that waits for a source', async () => {
    const silent = source(async function* silent() {
      yield 1;
      await new Promise<never>(() => undefined);
    });
    const run = pipeline(() => same(silent())).run();
    const seen: number[] = [];
    for await (const x of run) {
      seen.push(x);
      setImmediate(() => void run.drain());
    }
    expect(seen).toEqual([1]);
  });

  test('ends a run that was never begun', async () => {
    const run = pipeline((x: Future<number>) => same(x)).run([1, 2]);
    await run.drain();
    expect(await collect(run)).toEqual([]);
  });
});

test('thousands of calls that wait are answered in their order', async () => {
  const later = node(async (x: number) => Promise.resolve(x), { name: 'later' });
  const run = pipeline((x: Future<number>) => later(x)).run();
  const answered: number[] = [];
  const calls = Array.from({ length: 3000 }, async (_, n) => answered.push(await run.call(n)));
  await Promise.all(calls);
  expect(answered).toEqual(Array.from({ length: 3000 }, (_, n) => n));
  await run.close();
});
