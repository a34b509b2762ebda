import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { Future } from '../../../src/index.js';
import { currentCall, node } from '../../../src/index.js';
import { config, pipeline, source, stateful } from '../../../src/stream/index.js';
import { root } from '../../support/paths.js';
import { deferred, rejection, until, within } from '../../support/waiting.js';
import { collect, collectUntilError, Counted, rejected, someTime, upTo, withCode } from './streams.js';

const double = node((x: number) => 2 * x, { name: 'double' });
const doubleLater = node(
  async (x: number) => {
    await someTime(x);
    return 2 * x;
  },
  { name: 'doubleLater', replicas: 4 },
);

/** Transforms by generators that tell of their end. */
function watched() {
  const ended: string[] = [];
  const counts = stateful(
    function* (name: string): Generator<number, void, number> {
      try {
        let x = yield 0;
        for (;;) x = yield x;
      } finally {
        ended.push(name);
      }
    },
    { name: 'counts' },
  );
  return { ended, counts };
}

describe.each([
  ['sync', double],
  ['async', doubleLater],
])('a run through a step that is %s', (_, step) => {
  /** A run that is asked for two results, with all that must be let go. */
  async function begun(options: { signal?: AbortSignal } = {}) {
    const { ended, counts } = watched();
    const items = new Counted(1000);
    const run = pipeline((x: Future<number>) => step(counts('first')(x)), { inFlight: 4 }).run(items, options);
    ended.length = 0; // what the plan looked at
    expect(await run.pull()).toBe(0);
    expect(await run.pull()).toBe(2);
    return { run, items, ended };
  }

  test('is let go by leaving its loop', async () => {
    const { run, items, ended } = await begun();
    for await (const result of run) if (result === 8) break;
    expect(items.returned).toBe(1);
    expect(ended).toEqual(['first']);
    expect(await run.next()).toEqual({ done: true, value: undefined });
  });

  test('is let go by an error in its loop', async () => {
    const { run, items, ended } = await begun();
    const loop = async (): Promise<void> => {
      for await (const result of run) if (result === 8) throw new RangeError('of the consumer');
    };
    expect(await rejection(loop())).toEqual(new RangeError('of the consumer'));
    expect(items.returned).toBe(1);
    expect(ended).toEqual(['first']);
  });

  test('is closed once, however often it is closed', async () => {
    const { run, items, ended } = await begun();
    await Promise.all([run.close(), run.close(), run.return()]);
    await run[Symbol.asyncDispose]();
    expect(await rejection(run.throw(new RangeError('of the caller')))).toEqual(new RangeError('of the caller'));
    expect(items.returned).toBe(1);
    expect(ended).toEqual(['first']);
  });

  test('is closed by `await using`', async () => {
    const outside = await begun();
    {
      await using run = outside.run;
      await run.pull();
    }
    expect(outside.items.returned).toBe(1);
    expect(outside.ended).toEqual(['first']);
  });

  test('is aborted by its signal', async () => {
    const controller = new AbortController();
    const { run, items, ended } = await begun({ signal: controller.signal });
    controller.abort('enough');
    expect(withCode('DAG_ABORTED', await rejection(run.next()))).toMatchObject({ cause: 'enough', name: 'AbortError' });
    expect(await run.next()).toEqual({ done: true, value: undefined });
    expect(items.returned).toBe(1);
    expect(ended).toEqual(['first']);
  });

  test('ends by itself: transforms are let go, the source is not told what it knows', async () => {
    const { ended, counts } = watched();
    const items = new Counted(10);
    const run = pipeline((x: Future<number>) => step(counts('first')(x))).run(items);
    ended.length = 0;
    await collect(run);
    expect(items.returned).toBe(0);
    expect(ended).toEqual(['first']);
    await run.close();
    expect(items.returned).toBe(0);
  });

  test('an error lets go of everything, too', async () => {
    const { ended, counts } = watched();
    const items = new Counted(1000);
    const picky = node(
      (x: number) => {
        if (x === 10) throw new RangeError('no 10');
        return x;
      },
      { name: 'picky' },
    );
    const run = pipeline((x: Future<number>) => picky(step(counts('first')(x)))).run(items);
    ended.length = 0;
    const { error } = await collectUntilError(run);
    expect(error).toMatchObject({ item: 5 });
    expect(items.returned).toBe(1);
    expect(ended).toEqual(['first']);
  });
});

test('a signal that was aborted before says so at once', async () => {
  const items = new Counted(10);
  const run = pipeline((x: Future<number>) => double(x)).run(items, { signal: AbortSignal.abort('before') });
  withCode('DAG_ABORTED', await rejection(run.next()));
  expect(items).toMatchObject({ read: 0, returned: 1 });
});

test('a signal rejects consumers and callers that wait', async () => {
  const never = node((x: number) => new Promise<number>(() => x), { name: 'never' });
  const controller = new AbortController();
  const run = pipeline((x: Future<number>) => never(x)).run(upTo(5), { signal: controller.signal });
  const waiting = [run.next(), run.next(), run.call(1)].map((promise) => rejected('DAG_ABORTED', promise));
  await turn();
  controller.abort();
  await Promise.all(waiting);
});

test('a signal that aborts when the source is at its end is not passed over', async () => {
  const controller = new AbortController();
  const run = pipeline((x: Future<number>) => doubleLater(x)).run(upTo(5), { signal: controller.signal });
  await run.pull();
  await until(() => run.stats().ready === 4);
  controller.abort();
  withCode('DAG_ABORTED', await rejection(run.next()));
});

test('bodies under way are told by their signal', async () => {
  const reasons: unknown[] = [];
  const wait = (careful: object) =>
    node(
      async (_: number) => {
        const signal = currentCall()?.signal;
        await new Promise((resume) => signal?.addEventListener('abort', resume));
        reasons.push(signal?.reason);
      },
      { name: 'wait', replicas: 2, ...careful },
    );
  for (const careful of [{}, { timeout: 10_000 }]) {
    reasons.length = 0;
    let begun = 0;
    const begins = node((x: number) => ((begun += 1), x), { name: 'begins' });
    const run = pipeline((x: Future<number>) => wait(careful)(begins(x))).run(upTo(2));
    void run.next();
    await until(() => begun === 2);
    await turn();
    await run.close();
    await until(() => reasons.length === 2);
    expect(reasons).toEqual([
      expect.objectContaining({ code: 'DAG_PIPELINE_OVER' }),
      expect.objectContaining({ code: 'DAG_PIPELINE_OVER' }),
    ]);
  }
});

test('calls that a body returned are told, too', async () => {
  let aborted = false;
  const started = deferred();
  const inner = node(
    async () => {
      const signal = currentCall()?.signal;
      started.resolve();
      await new Promise((resume) => signal?.addEventListener('abort', resume));
      aborted = true;
    },
    { name: 'inner' },
  );
  const outer = node((_: number) => inner(), { name: 'outer' });
  const run = pipeline((x: Future<number>) => outer(x)).run([1]);
  void run.next();
  await started.promise;
  await run.close();
  await until(() => aborted);
});

test('a run that is closed while it makes its constants ends at once', async () => {
  const wait = node((_: number) => new Promise<number>(() => undefined), { name: 'wait' });
  const size = config('size', 1);
  const run = pipeline((x: Future<number>) => [x, wait(size)] as const).run(upTo(3));
  const result = run.next();
  await turn();
  await run.close();
  expect(await within(2000, result)).toEqual({ done: true, value: undefined });
});

test('what a source throws when it is let go is told to those who close, and to nobody else', async () => {
  const failing = () => ({
    next: () => Promise.resolve({ done: false, value: 1 }),
    return: () => Promise.reject(new RangeError('of the source')),
  });
  const run = pipeline((x: Future<number>) => double(x)).run(failing());
  await run.pull();
  expect(await rejection(run.close())).toEqual(new RangeError('of the source'));
  const controller = new AbortController();
  const aborted = pipeline((x: Future<number>) => double(x)).run(failing(), { signal: controller.signal });
  await aborted.pull();
  controller.abort();
  withCode('DAG_ABORTED', await rejection(aborted.next()));
  const syncly = {
    next: () => ({ done: false, value: 1 }),
    return: () => {
      throw new RangeError('at once');
    },
  };
  const other = pipeline((x: Future<number>) => double(x)).run(syncly);
  await other.pull();
  expect(await rejection(other.close())).toEqual(new RangeError('at once'));
  await turn();
});

test('a stream that is waited for is let go', async () => {
  const readable = new Readable({ objectMode: true, read: () => undefined });
  const one = pipeline((x: Future<number>) => double(x)).run(readable as AsyncIterable<number>);
  void one.next();
  await turn();
  await within(2000, one.close());
  expect(readable.destroyed).toBe(true);
  let cancelled = false;
  const web = new ReadableStream<number>({
    pull: () => new Promise(() => undefined),
    cancel: () => {
      cancelled = true;
    },
  });
  const other = pipeline((x: Future<number>) => double(x)).run(web);
  void other.next();
  await turn();
  await within(2000, other.close());
  expect(cancelled).toBe(true);
});

test('several sources are let go, but not the one that has ended', async () => {
  const [short, long] = [new Counted(2), new Counted(10)];
  const pairs = pipeline((a: Future<number>, b: Future<number>) => [a, b] as const);
  const { all, error } = await collectUntilError(pairs.run([short, long]));
  expect(all).toEqual([
    [0, 0],
    [1, 1],
  ]);
  withCode('DAG_SOURCE', error);
  expect(short.returned).toBe(0);
  expect(long.returned).toBe(1);
});

test('sources inside are let go', async () => {
  let ended = 0;
  const ticks = source(
    function* () {
      try {
        for (let tick = 0; ; tick += 1) yield tick;
      } finally {
        ended += 1;
      }
    },
    { name: 'ticks' },
  );
  const run = pipeline(() => double(ticks())).run();
  for await (const result of run) if (result === 10) break;
  expect(ended).toBe(1);
});

test('a generator that throws at its end does not get in the way of closing', async () => {
  const stubborn = stateful(
    function* (): Generator<number, void, number> {
      try {
        let x = yield 0;
        for (;;) x = yield x;
      } finally {
        // eslint-disable-next-line no-unsafe-finally -- what the test is about
        if (hard) throw new RangeError('no end');
      }
    },
    { name: 'stubborn' },
  );
  let hard = false;
  const run = pipeline((x: Future<number>) => stubborn()(x)).run(new Counted(5));
  await run.pull();
  hard = true;
  await run.close();
  expect(await run.next()).toEqual({ done: true, value: undefined });
});

test('runs that were left alone, or closed midway, keep no process alive', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'tests/stream/nodes/leaves.js')], {
    timeout: 20_000,
  });
  expect(stdout).toBe('0 2\nclosed\n');
});
