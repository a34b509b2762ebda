import { afterEach, describe, expect, it } from '@jest/globals';
import type { Future } from '../../src/index.js';
import { asCompleted, currentCall, node, resolve, resolveSync } from '../../src/index.js';
import { resolver } from '../../src/resolve/resolve.js';
import { Gauge } from '../support/gauge.js';
import { deferred, rejection, turnOfLoop, until, within } from '../support/waiting.js';

const pair = node((a: unknown, b: unknown) => [a, b], { name: 'pair' });
const add = node((a: number, b: number) => a + b, { name: 'add' });

afterEach(async () => {
  await turnOfLoop();
  expect(resolver.active).toBe(0);
});

describe('resolve() inside a body', () => {
  it('gives the value, and shares calls with the run outside', async () => {
    let runs = 0;
    const shared = node(() => (runs += 1), { name: 'shared' })();
    const outer = node(async () => (await shared.resolve()) + 10, { name: 'outer' });
    expect(await resolve([outer(), outer(), shared])).toEqual([11, 11, 1]);
    expect(runs).toBe(1);
  });

  it('works at any depth', async () => {
    const deep: (n: number) => Future<number> = node(
      async (n: number): Promise<number> => (n === 0 ? 0 : 1 + (await deep(n - 1).resolve())),
      { name: 'deep' },
    );
    expect(await deep(200).resolve()).toBe(200);
  });

  it('hands errors to the body, which may go on', async () => {
    const boom = new Error('boom');
    const fails = node(
      (): number => {
        throw boom;
      },
      { name: 'fails' },
    );
    const outer = node(
      async () =>
        fails()
          .resolve()
          .catch(() => 5),
      { name: 'outer' },
    );
    expect(await outer().resolve()).toBe(5);
    const careless = node(async () => fails().resolve(), { name: 'careless' });
    expect(await rejection(careless().resolve())).toMatchObject({
      node: 'careless',
      cause: { node: 'fails', cause: boom },
    });
  });

  it('inherits executor, debug, maxBytes, maxCalls, onEvent and verbose of the run outside', async () => {
    const names: string[] = [];
    const lines: string[] = [];
    const inner = add(1, 2);
    const outer = node(async () => inner.resolve(), { name: 'outer' });
    await outer().resolve({
      onEvent: (event) => {
        if (event.type === 'finished') names.push(event.name);
      },
      verbose: { log: (line) => lines.push(line) },
    });
    expect(names).toEqual(['add', 'outer']);
    expect(lines.filter((line) => line.startsWith('running add'))).toHaveLength(1);
  });

  it('goes on after the body that began it has ended, if nobody waited for it', async () => {
    const gate = deferred();
    const slow = node(async () => {
      await gate.promise;
      return 1;
    })();
    const inner: Promise<number>[] = [];
    const careless = node(
      () => {
        inner.push(slow.resolve());
        return 2;
      },
      { name: 'careless' },
    );
    expect(await careless().resolve()).toBe(2);
    gate.resolve();
    expect(await Promise.all(inner)).toEqual([1]);
  });
});

describe('a body that waits for its inner runs', () => {
  const many = [1, 2, 3, 4];

  it('gives its slot back under a concurrency of 1', async () => {
    const gauge = new Gauge();
    const outer = node(async (x: number) => {
      const value = await gauge.work(x, 2).resolve();
      gauge.enter(`outer ${x}`);
      await turnOfLoop();
      gauge.leave();
      return value;
    });
    const run = resolve(
      many.map((x) => outer(x)),
      { concurrency: 1 },
    );
    expect(await within(2000, run)).toEqual(many);
    expect(gauge.most).toBe(1);
  });

  it('gives it back once however many inner runs it begins at once', async () => {
    const gauge = new Gauge();
    const outer = node(async () => Promise.all(many.map((x) => gauge.work(x, 3).resolve())), { name: 'outer' });
    expect(await within(2000, outer().resolve({ concurrency: 1 }))).toEqual(many);
    expect(gauge.most).toBe(1);
    expect(await within(2000, outer().resolve({ concurrency: 2 }))).toEqual(many);
    expect(gauge.most).toBe(2);
  });

  it('keeps to the limit when it begins further inner runs after the first', async () => {
    const gauge = new Gauge();
    const outer = node(async () => {
      const first = gauge.work(1, 1).resolve();
      const second = gauge.work(2, 6).resolve();
      await first;
      return [await gauge.work(3, 1).resolve(), await second];
    });
    expect(await within(2000, resolve([outer(), outer()], { concurrency: 1 }))).toEqual([
      [3, 2],
      [3, 2],
    ]);
    expect(gauge.most).toBe(1);
  });

  it('keeps to the limit after a body ended without waiting for its inner runs', async () => {
    const gauge = new Gauge();
    const inner: Promise<unknown>[] = [];
    const careless = node((x: number) => {
      inner.push(gauge.work(x, 4).resolve());
      return x;
    });
    await within(2000, resolve([...many.map((x) => careless(x)), gauge.work(9, 4)], { concurrency: 1 }));
    await Promise.all(inner);
    expect(gauge.most).toBe(1);
  });

  it('keeps to the limit after such a body was aborted', async () => {
    const gauge = new Gauge();
    const gate = deferred();
    const fails = node(
      async (): Promise<number> => {
        await gate.promise;
        throw new Error('no');
      },
      { name: 'fails', executor: 'inline' },
    );
    const waits = node(async () => gauge.untilAborted(0).resolve(), { name: 'waits' });
    const doomed = pair(waits(), fails());
    const run = resolve([doomed, ...many.map((x) => gauge.work(x, 3))], { concurrency: 2, settle: true });
    await until(() => gauge.order.includes(0));
    gate.resolve();
    await within(2000, run);
    expect(gauge.most).toBe(2);
  });

  it('keeps its own limit and that of the inner run apart', async () => {
    const gauge = new Gauge();
    const outer = node(
      async () =>
        resolve(
          many.map((x) => gauge.work(x, 2)),
          { concurrency: 1 },
        ),
      { name: 'outer' },
    );
    expect(await within(2000, outer().resolve())).toEqual(many);
    expect(gauge.most).toBe(1);
    expect(await within(2000, outer().resolve({ concurrency: 1 }))).toEqual(many);
    expect(gauge.most).toBe(1);
  });

  it('gives its place among the calls of its node back, so that a node with a limit may resolve itself', async () => {
    const gauge = new Gauge();
    const deep: (n: number) => Future<number> = node(
      async (n: number): Promise<number> => {
        if (n === 0) return 0;
        const below = await deep(n - 1).resolve();
        gauge.enter(n);
        await turnOfLoop();
        gauge.leave();
        return below + 1;
      },
      { name: 'deep', concurrency: 1 },
    );
    expect(await within(2000, resolve([deep(5), deep(5)]))).toEqual([5, 5]);
    expect(gauge.most).toBe(1);
    expect(await within(2000, resolve([deep(5), deep(5)], { concurrency: 1 }))).toEqual([5, 5]);
    expect(gauge.most).toBe(1);
  });

  it('may loop over asCompleted under a concurrency of 1', async () => {
    const gauge = new Gauge();
    const outer = node(async () => {
      let sum = 0;
      for await (const [, x] of asCompleted(many.map((x) => gauge.work(x, 1)))) sum += x;
      return sum;
    });
    expect(await within(2000, outer().resolve({ concurrency: 1 }))).toBe(10);
    expect(gauge.most).toBe(1);
  });

  it('may leave such a loop early', async () => {
    const gauge = new Gauge();
    const outer = node(async () => {
      for await (const [, x] of asCompleted(many.map((x) => gauge.work(x, x)))) return x;
      return 0;
    });
    expect(await within(2000, resolve([outer(), outer()], { concurrency: 1 }))).toHaveLength(2);
  });
});

describe('an inner run of a body that is stopped', () => {
  it('ends with the body when the run outside is aborted', async () => {
    const gauge = new Gauge();
    const seen: unknown[] = [];
    const outer = node(async () => {
      await resolve([gauge.work(1, 3), gauge.work(2, 3)], { concurrency: 1 }).catch((error: unknown) => {
        seen.push((error as { code: string }).code);
        throw error;
      });
    });
    const abort = new AbortController();
    const run = rejection(outer().resolve({ signal: abort.signal }));
    await until(() => gauge.now === 1);
    abort.abort();
    expect(await run).toMatchObject({ code: 'DAG_ABORTED' });
    await until(() => gauge.now === 0);
    expect(seen).toEqual(['DAG_ABORTED']);
    expect(gauge.order).toHaveLength(1);
  });

  it('ends with the body when that times out', async () => {
    const gauge = new Gauge();
    const outer = node(async () => pair(gauge.untilAborted(1), gauge.untilAborted(2)).resolve(), {
      name: 'outer',
      timeout: 1,
    });
    expect(await rejection(outer().resolve({ concurrency: 1 }))).toMatchObject({ code: 'DAG_CALL_TIMEOUT' });
    await until(() => gauge.now === 0);
    await turnOfLoop();
    expect(gauge.order).toHaveLength(1);
  });

  it('goes on if another run wants what it resolves', async () => {
    const gauge = new Gauge();
    const shared = gauge.work(1, 20);
    const outer = node(async () => shared.resolve(), { name: 'outer' });
    const abort = new AbortController();
    const run = rejection(outer().resolve({ signal: abort.signal }));
    await until(() => gauge.now === 1);
    const other = shared.resolve();
    abort.abort();
    await run;
    expect(await other).toBe(1);
  });

  it('cannot be begun any more', async () => {
    const abort = new AbortController();
    const seen: unknown[] = [];
    const outer = node(
      async () => {
        abort.abort('enough');
        await add(1, 2)
          .resolve()
          .catch((error: unknown) => {
            seen.push(error);
          });
      },
      { name: 'outer' },
    );
    await rejection(outer().resolve({ signal: abort.signal }));
    await turnOfLoop();
    expect(seen).toEqual([expect.objectContaining({ code: 'DAG_ABORTED', cause: 'enough' })]);
  });

  it('leaves the body its call, to ask for the signal after the run is over', async () => {
    const abort = new AbortController();
    const seen: unknown[] = [];
    const gate = deferred();
    const outer = node(
      async () => {
        await gate.promise;
        const call = currentCall();
        seen.push(call?.name, call?.attempt, call?.signal.aborted);
      },
      { name: 'outer' },
    );
    const run = rejection(outer().resolve({ signal: abort.signal }));
    await turnOfLoop();
    abort.abort();
    await run;
    gate.resolve();
    await turnOfLoop();
    expect(seen).toEqual(['outer', 1, true]);
  });
});

describe('resolveSync() inside a body', () => {
  it('gives the value under a concurrency of 1, in a synchronous and in an asynchronous body', async () => {
    const inner = (x: number): number => resolveSync(add(x, add(x, 1)));
    const plain = node((x: number) => inner(x), { name: 'plain' });
    const awaits = node(
      async (x: number) => {
        await turnOfLoop();
        return inner(x);
      },
      { name: 'awaits' },
    );
    for (const options of [{}, { concurrency: 1 }]) {
      expect(await resolve([plain(1), awaits(2), plain(3), awaits(4)], options)).toEqual([3, 5, 7, 9]);
    }
  });

  it('works for a node with a limit that resolves itself', async () => {
    const deep: (n: number) => Future<number> = node(
      (n: number): number => (n === 0 ? 0 : 1 + deep(n - 1).resolveSync()),
      {
        name: 'deep',
        concurrency: 1,
      },
    );
    expect(await deep(20).resolve()).toBe(20);
    expect(deep(20).resolveSync()).toBe(20);
  });

  it('keeps to the limit afterwards', async () => {
    const gauge = new Gauge();
    const outer = node((x: number) => resolveSync(add(x, 1)), { name: 'outer' });
    await resolve([outer(1), gauge.work(1, 3), outer(2), gauge.work(2, 3), outer(3), gauge.work(3, 3)], {
      concurrency: 1,
    });
    expect(gauge.most).toBe(1);
  });

  it('is DAG_CYCLE when it waits for its own call', async () => {
    const self: Future<number> = node((): number => self.resolveSync(), { name: 'self' })();
    expect(await rejection(self.resolve())).toMatchObject({ code: 'DAG_CYCLE' });
    expect(() => self.resolveSync()).toThrow(expect.objectContaining({ code: 'DAG_CYCLE' }));
  });
});
