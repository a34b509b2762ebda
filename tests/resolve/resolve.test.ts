import { afterEach, describe, expect, it } from '@jest/globals';
import { currentCall, type Future, Graph, node, resolve, resolveSync } from '../../src/index.js';
import { resolver } from '../../src/resolve/resolve.js';
import { Gauge } from '../support/gauge.js';
import { Recorder } from '../support/recorder.js';
import { rejection, turnOfLoop } from '../support/waiting.js';

const add = node((a: number, b: number) => a + b, { name: 'add' });

/** A node that counts its runs, by what it is called with. */
function counting() {
  const runs: number[] = [];
  const counted = node(
    (x: number, ..._: unknown[]) => {
      runs.push(x);
      return x;
    },
    { name: 'counted' },
  );
  return { runs, counted };
}

afterEach(async () => {
  await turnOfLoop();
  expect(resolver.active).toBe(0);
});

describe('resolve', () => {
  it('gives one value, and keeps the shape of arrays, records, Maps and Sets', async () => {
    const [f, g] = [add(1, 2), add(3, 4)];
    expect(await f.resolve()).toBe(3);
    expect(await resolve(f)).toBe(3);
    expect(await resolve([f, g])).toEqual([3, 7]);
    expect(await resolve({ f, deep: { list: [g, 5] } })).toEqual({ f: 3, deep: { list: [7, 5] } });
    expect(await resolve(new Map([['f', f]]))).toEqual(new Map([['f', 3]]));
    expect(await resolve(new Set([f, g]))).toEqual(new Set([3, 7]));
  });

  it('leaves containers without Futures as they are', async () => {
    const plain = { a: [1, 2] };
    expect(await resolve(plain)).toBe(plain);
    expect(await resolve([])).toEqual([]);
    expect(await resolve({})).toEqual({});
    expect(await resolve(new Map())).toEqual(new Map());
  });

  it.each([
    5,
    'text',
    null,
    undefined,
    true,
    3n,
    Symbol('s'),
    () => 1,
    new Date(),
    new Float64Array(2),
    Promise.resolve(1),
  ])('refuses %p, in which no Future can be', async (target) => {
    expect(await rejection(resolve(target))).toMatchObject({ code: 'DAG_NOT_A_FUTURE' });
    expect(() => resolveSync(target)).toThrow(expect.objectContaining({ code: 'DAG_NOT_A_FUTURE' }));
  });

  it('rejects rather than throws, also for wrong options', async () => {
    expect(await rejection(resolve(add(1, 2), { nonsense: 1 } as object))).toMatchObject({ code: 'DAG_OPTION' });
    expect(await rejection(add(1, 2).resolve({ concurrency: 0 }))).toMatchObject({ code: 'DAG_OPTION' });
  });

  it('begins bodies after the current code', async () => {
    const { runs, counted } = counting();
    const run = counted(1).resolve();
    expect(runs).toEqual([]);
    await run;
    expect(runs).toEqual([1]);
  });

  it('runs only what the targets need', async () => {
    const { runs, counted } = counting();
    const wanted = counted(1, counted(2));
    counted(3, wanted);
    counted(4);
    await wanted.resolve();
    expect(runs).toEqual([2, 1]);
  });

  it('runs what several targets share once', async () => {
    const { runs, counted } = counting();
    const shared = counted(1);
    expect(await resolve([counted(2, shared), counted(3, shared, shared), shared])).toEqual([2, 3, 1]);
    expect(runs.filter((x) => x === 1)).toHaveLength(1);
  });

  it('hands values over by identity', async () => {
    const value = { a: 1 };
    const give = node(() => value, { name: 'give' });
    const f = give();
    const same = node((x: object) => x, { name: 'same' })(f);
    const result = await resolve([f, f, same]);
    for (const each of result) expect(each).toBe(value);
  });

  it('gives undefined, null and NaN like any value', async () => {
    const give = node(<T>(x: T) => x, { name: 'give' });
    expect(await resolve([give(undefined), give(null), give(Number.NaN)])).toEqual([undefined, null, Number.NaN]);
  });

  it('reads arguments when the call runs', async () => {
    const list = [1];
    const sum = node((xs: number[]) => xs.reduce((a, b) => a + b, 0), { name: 'sum' });
    const call = sum(list);
    list.push(add(1, 1) as never);
    expect(await call.resolve()).toBe(3);
  });

  it('finds Futures anywhere inside arguments, and passes on the rest as it is', async () => {
    const untouched = { deep: [1] };
    const seen: unknown[] = [];
    const look = node(
      (...args: unknown[]) => {
        seen.push(...args);
      },
      { name: 'look' },
    );
    await look(
      [add(1, 2), [add(3, 4)]],
      { f: add(5, 6), untouched },
      new Map([[1, new Set([add(7, 8)])]]),
      untouched,
    ).resolve();
    expect(seen).toEqual([[3, [7]], { f: 11, untouched }, new Map([[1, new Set([15])]]), untouched]);
    expect((seen[1] as { untouched: unknown }).untouched).toBe(untouched);
    expect(seen[3]).toBe(untouched);
  });

  it('needs a call that was removed from its Graph no more', async () => {
    const graph = new Graph();
    const [f, g] = graph.run(() => {
      const first = add(1, 2);
      return [first, add(first, 1)] as const;
    });
    graph.remove(f);
    for (const target of [f, g, [add(1, 1), g], { deep: new Map([[1, g]]) }]) {
      expect(await rejection(resolve(target))).toMatchObject({ code: 'DAG_REMOVED' });
      expect(() => resolveSync(target)).toThrow(expect.objectContaining({ code: 'DAG_REMOVED' }));
    }
    expect(g.state).toBe('idle');
  });

  it('fails a body that returns a removed call', async () => {
    const graph = new Graph();
    const removed = graph.run(() => add(1, 2));
    graph.remove(removed);
    const outer = node(() => add(removed, 1), { name: 'outer' });
    expect(await rejection(outer().resolve())).toMatchObject({ code: 'DAG_REMOVED', node: 'outer' });
  });
});

describe('overlapping runs', () => {
  it('share calls that wait or run', async () => {
    const gauge = new Gauge();
    const shared = gauge.work(1, 3);
    const waiting = add(shared, 1);
    const runs = [waiting.resolve(), shared.resolve(), waiting.resolve(), add(waiting, 1).resolve()];
    await turnOfLoop();
    runs.push(add(waiting, shared).resolve());
    expect(await Promise.all(runs)).toEqual([2, 1, 2, 3, 3]);
    expect(gauge.order).toEqual([1]);
  });

  it('keep a value for a run that came while it was there', async () => {
    const gauge = new Gauge();
    const { runs, counted } = counting();
    const shared = counted(1);
    const first = add(shared, gauge.work(1, 5)).resolve();
    await turnOfLoop();
    expect(shared.state).toBe('done');
    const second = add(shared, gauge.work(2, 20)).resolve();
    await first;
    expect(shared.state).toBe('done');
    await second;
    expect(shared.state).toBe('released');
    expect(runs).toEqual([1]);
  });

  it('run a call again that was released in between', async () => {
    const { runs, counted } = counting();
    const shared = counted(1);
    await add(shared, 1).resolve();
    await add(shared, 2).resolve();
    expect(runs).toEqual([1, 1]);
  });

  it('use a target’s value that is still there', async () => {
    const { runs, counted } = counting();
    const shared = counted(1);
    await shared.resolve();
    expect(await add(shared, 1).resolve()).toBe(2);
    expect(await shared.resolve()).toBe(1);
    expect(shared.state).toBe('done');
    expect(runs).toEqual([1]);
  });

  it('may have targets that other runs have as intermediates', async () => {
    const gauge = new Gauge();
    const shared = gauge.work(1, 2);
    const [a, b] = await Promise.all([add(shared, 1).resolve(), shared.resolve()]);
    expect([a, b]).toEqual([2, 1]);
    expect(shared.state).toBe('done');
  });

  it('fail each for itself', async () => {
    const fails = node(
      async (): Promise<number> => {
        await turnOfLoop();
        throw new Error('no');
      },
      { name: 'fails' },
    );
    const shared = fails();
    const runs = [shared.resolve(), add(shared, 1).resolve(), add(1, 1).resolve()];
    const outcomes = await Promise.allSettled(runs);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  it('of many Futures at once end each with its own value', async () => {
    const shared = add(1, 1);
    const values = await Promise.all(Array.from({ length: 1000 }, (_, index) => add(shared, index).resolve()));
    expect(values).toEqual(Array.from({ length: 1000 }, (_, index) => index + 2));
  });
});

describe('settle', () => {
  const boom = new Error('boom');
  const fails = node(
    (): number => {
      throw boom;
    },
    { name: 'fails' },
  );

  it('finishes every target, in its shape', async () => {
    const bad = fails();
    const results = await resolve({ good: add(1, 2), list: [bad, add(bad, 1)] }, { settle: true });
    expect(results.good).toEqual({ status: 'fulfilled', value: 3 });
    expect(results.list[0]).toEqual({
      status: 'rejected',
      reason: expect.objectContaining({ node: 'fails', cause: boom }),
    });
    expect(results.list[1]).toMatchObject({ status: 'rejected', reason: { path: ['add', 'fails'] } });
  });

  it('goes with a single Future, Graphs and resolveSync', async () => {
    expect(await fails().resolve({ settle: true })).toMatchObject({ status: 'rejected' });
    expect(await add(1, 2).resolve({ settle: true })).toEqual({ status: 'fulfilled', value: 3 });
    expect(add(1, 2).resolveSync({ settle: true })).toEqual({ status: 'fulfilled', value: 3 });
    expect(resolveSync([fails()], { settle: true })).toMatchObject([{ status: 'rejected' }]);
    expect(await resolve([], { settle: true })).toEqual([]);
  });

  it('gives targets that have their values already', async () => {
    const done = add(1, 2);
    await done.resolve();
    expect(await resolve([done, fails()], { settle: true })).toMatchObject([
      { status: 'fulfilled', value: 3 },
      { status: 'rejected' },
    ]);
  });

  it('gives a Future that stands twice twice', async () => {
    const bad = fails();
    const [first, second] = await resolve([bad, bad], { settle: true });
    expect(first).toEqual(second);
    expect(first).toMatchObject({ status: 'rejected' });
  });

  it('lets unrelated targets finish after the failure', async () => {
    const gauge = new Gauge();
    const [bad, good] = await resolve([fails(), gauge.work(5, 10)], { settle: true });
    expect([bad.status, good]).toEqual(['rejected', { status: 'fulfilled', value: 5 }]);
  });
});

describe('resolveSync', () => {
  it('gives the value at once', () => {
    expect(add(add(1, 2), 3).resolveSync()).toBe(6);
    expect(resolveSync({ f: add(1, 2) })).toEqual({ f: 3 });
  });

  it('follows what bodies return', () => {
    const deep: (n: number) => Future<number> = node((n: number) => (n === 0 ? 0 : add(1, deep(n - 1))), {
      name: 'deep',
    });
    expect(deep(100).resolveSync()).toBe(100);
  });

  it('throws what bodies throw', () => {
    const fails = node(
      () => {
        throw new Error('no');
      },
      { name: 'fails' },
    );
    expect(() => fails().resolveSync()).toThrow(expect.objectContaining({ code: 'DAG_NODE_FAILED' }));
  });

  it('refuses an async function in its way, before anything runs', () => {
    const { runs, counted } = counting();
    const slow = node(async (x: number) => x, { name: 'slow' });
    const error = (() => {
      try {
        return add(slow(counted(1)), 1).resolveSync();
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ code: 'DAG_ASYNC_NODE', node: 'slow' });
    expect(runs).toEqual([]);
  });

  it('refuses a body that turns out to be asynchronous, also one made by a body', () => {
    const sneaky = node((x: number): Promise<number> => Promise.resolve(x), { name: 'sneaky' });
    expect(() => sneaky(1).resolveSync()).toThrow(expect.objectContaining({ code: 'DAG_ASYNC_NODE' }));
    const slow = node(async (x: number) => x, { name: 'slow' });
    const outer = node(() => slow(1), { name: 'outer' });
    expect(() => outer().resolveSync()).toThrow(expect.objectContaining({ code: 'DAG_ASYNC_NODE' }));
  });

  it('does not try an asynchronous body again', () => {
    let runs = 0;
    const sneaky = node(
      (): Promise<number> => {
        runs += 1;
        return Promise.resolve(1);
      },
      { name: 'sneaky', retries: 5 },
    );
    expect(() => sneaky().resolveSync()).toThrow(expect.objectContaining({ code: 'DAG_ASYNC_NODE' }));
    expect(runs).toBe(1);
  });

  it('does not need asynchronous calls that have their values', async () => {
    const slow = node(async (x: number) => x, { name: 'slow' });
    const input = slow(1);
    await input.resolve();
    expect(add(input, 1).resolveSync()).toBe(2);
  });

  it('runs what an asynchronous run has begun, while that waits', async () => {
    const { runs, counted } = counting();
    const shared = counted(1);
    const other = resolve([shared, add(shared, 1)]);
    expect(add(shared, 5).resolveSync()).toBe(6);
    expect(await other).toEqual([1, 2]);
    expect(runs).toEqual([1]);
  });

  it('cannot wait for an asynchronous body that runs already', async () => {
    const gauge = new Gauge();
    const shared = gauge.work(1, 3);
    const other = shared.resolve();
    await turnOfLoop();
    expect(() => add(shared, 1).resolveSync()).toThrow(expect.objectContaining({ code: 'DAG_ASYNC_NODE' }));
    expect(await other).toBe(1);
  });

  it('leaves the asynchronous context as it was, in a Graph and outside', () => {
    const curious = node(() => currentCall()?.name, { name: 'curious' });
    const graph = new Graph();
    graph.run(() => {
      expect(curious().resolveSync()).toBe('curious');
      add(3, 4);
    });
    expect(graph.futures).toHaveLength(2);
    expect(curious().resolveSync()).toBe('curious');
    expect(currentCall()).toBeUndefined();
    expect(add(5, 6)._parent).toBeUndefined();
  });
});

describe('the state of a call', () => {
  it('goes from idle over waiting and running to done, and released', async () => {
    const states: string[] = [];
    const seen = (): string => call.state;
    const body = node(
      (_: number) => {
        states.push(seen());
        return 1;
      },
      { name: 'body' },
    );
    const input = add(1, 2);
    const call = body(input);
    states.push(call.state);
    const run = call.resolve();
    states.push(call.state, input.state);
    await run;
    states.push(call.state, input.state);
    call.release();
    states.push(call.state);
    expect(states).toEqual(['idle', 'waiting', 'waiting', 'running', 'done', 'released', 'released']);
  });

  it('is expanded while nested calls run', async () => {
    const gauge = new Gauge();
    const outer = node(() => gauge.work(1, 3), { name: 'outer' });
    const call = outer();
    const run = call.resolve();
    await turnOfLoop();
    expect(call.state).toBe('expanded');
    await run;
    expect(call.state).toBe('done');
  });
});

describe('order', () => {
  it('is depth first, so that few values are held at once', async () => {
    const recorder = new Recorder();
    const leaf = node((x: number) => x, { name: 'leaf' });
    const level = (from: number, to: number): Future<number> =>
      to - from === 1 ? leaf(from) : add(level(from, (from + to) / 2), level((from + to) / 2, to));
    expect(await level(0, 64).resolve({ onEvent: recorder.listen })).toBe(2016);
    let live = 0;
    let most = 0;
    for (const { type } of recorder.events) {
      if (type === 'finished') most = Math.max(most, (live += 1));
      if (type === 'released') live -= 1;
    }
    expect(most).toBeLessThanOrEqual(8);
  });
});
