import { afterEach, describe, expect, it } from '@jest/globals';
import { type Future, Graph, node, NodeError, resolve } from '../../src/index.js';
import { resolver } from '../../src/resolve/resolve.js';
import { Gauge } from '../support/gauge.js';
import { Recorder } from '../support/recorder.js';
import { rejection, turnOfLoop } from '../support/waiting.js';

type Recursive = (n: number) => Future<number>;

const add = node((a: number, b: number) => a + b, { name: 'add' });
const inc = node((x: number) => x + 1, { name: 'inc' });

afterEach(async () => {
  await turnOfLoop();
  expect(resolver.active).toBe(0);
});

describe('a body that returns Futures', () => {
  it('gives the value of a Future it returns', async () => {
    const outer = node((x: number) => inc(inc(x)), { name: 'outer' });
    expect(await outer(1).resolve()).toBe(3);
    const slow = node(async (x: number) => Promise.resolve(inc(x)), { name: 'slow' });
    expect(await slow(1).resolve()).toBe(2);
  });

  it('gives containers with values in place of Futures, at any depth', async () => {
    const outer = node((x: number) => ({ list: [inc(x), [inc(x)]], map: new Map([['a', inc(x)]]), plain: x }), {
      name: 'outer',
    });
    expect(await outer(1).resolve()).toEqual({ list: [2, [2]], map: new Map([['a', 2]]), plain: 1 });
  });

  it('may return calls that were made elsewhere, done, idle or running', async () => {
    const gauge = new Gauge();
    const done = inc(1);
    await done.resolve();
    const running = gauge.work(7, 3);
    const other = running.resolve();
    const outer = node((which: number) => [done, inc(5), running][which], { name: 'outer' });
    expect(await resolve([outer(0), outer(1), outer(2)])).toEqual([2, 6, 7]);
    expect(done.state).toBe('done');
    await other;
    expect(gauge.order).toEqual([7]);
  });

  it('may end in another call’s Future that several others end in, too', async () => {
    const gauge = new Gauge();
    const shared = gauge.work(3, 2);
    const ends = node((_: number) => shared, { name: 'ends' });
    expect(await resolve([ends(1), ends(2), add(ends(3), ends(4))])).toEqual([3, 3, 6]);
    expect(gauge.order).toEqual([3]);
    expect(shared.state).toBe('released');
  });

  it('may return a part of what another call gives', async () => {
    const record = node(() => ({ a: [1, 2], b: inc(4) }), { name: 'record' });
    const outer = node(() => [record().at('a').at(-1), record().at('b')] as const, { name: 'outer' });
    expect(await outer().resolve()).toEqual([2, 5]);
  });

  it('is run again with new nested calls after its value was released', async () => {
    const made: Future<number>[] = [];
    const outer = node(
      () => {
        const call = inc(1);
        made.push(call);
        return call;
      },
      { name: 'outer' },
    );
    const call = outer();
    await call.resolve();
    call.release();
    expect(await call.resolve()).toBe(2);
    expect(made).toHaveLength(2);
    expect(made[0]).not.toBe(made[1]);
    expect(made.map(({ state }) => state)).toEqual(['released', 'released']);
  });

  it('runs the calls that it returned only', async () => {
    const gauge = new Gauge();
    const outer = node(
      () => {
        gauge.work(1, 1);
        return gauge.work(2, 1);
      },
      { name: 'outer' },
    );
    await outer().resolve();
    expect(gauge.order).toEqual([2]);
  });

  it('belongs with its nested calls to the Graph of its call', async () => {
    const graph = new Graph();
    const outer = node((x: number) => inc(inc(x)), { name: 'outer' });
    const call = graph.run(() => outer(1));
    await call.resolve();
    expect(graph.futures).toHaveLength(3);
    expect(graph.futures.filter((future) => future._parent === call)).toHaveLength(2);
  });

  it('fails when a nested call fails, and so does whatever waits for it', async () => {
    const fails = node(
      (_: number): number => {
        throw new Error('no');
      },
      { name: 'fails' },
    );
    const outer = node((x: number) => add(inc(x), fails(x)), { name: 'outer' });
    const call = outer(1);
    const dependent = inc(call);
    expect(await rejection(dependent.resolve())).toMatchObject({ path: ['inc', 'outer', 'add', 'fails'] });
    expect([call.state, dependent.state]).toEqual(['failed', 'idle']);
  });
});

describe('depth', () => {
  const DEEP = 1_000_000;

  it('of a chain may be a million', async () => {
    let chain = inc(0);
    for (let depth = 1; depth < DEEP; depth += 1) chain = inc(chain);
    expect(await chain.resolve()).toBe(DEEP);
  });

  it('of nested calls may be a million, where each waits for the next', async () => {
    const deep: Recursive = node((n: number) => (n === 0 ? 0 : inc(deep(n - 1))), { name: 'deep' });
    expect(await deep(DEEP / 2).resolve()).toBe(DEEP / 2);
  });

  it('of nested calls may be a million, where each ends in the next', async () => {
    const count: Recursive = node((n: number) => (n === 0 ? 5 : count(n - 1)), { name: 'count' });
    expect(await count(DEEP).resolve()).toBe(5);
  });

  it('of asynchronous nested calls may be ten thousands', async () => {
    const deep: Recursive = node(async (n: number) => Promise.resolve(n === 0 ? 0 : inc(deep(n - 1))), {
      name: 'deep',
    });
    expect(await deep(20_000).resolve()).toBe(20_000);
  });

  it('of a failure may be large, too', async () => {
    const fails = node(
      (): number => {
        throw new Error('no');
      },
      { name: 'fails' },
    );
    let chain = inc(fails());
    for (let depth = 1; depth < 200_000; depth += 1) chain = inc(chain);
    expect(await rejection(chain.resolve())).toMatchObject({ node: 'fails', path: expect.arrayContaining(['fails']) });
  });
});

describe('maxCalls', () => {
  it('stops runaway recursion, with the chain of names', async () => {
    const endless: Recursive = node((n: number) => inc(endless(n + 1)), { name: 'endless' });
    const error = await rejection(endless(0).resolve({ maxCalls: 1000 }));
    expect(error).toMatchObject({ code: 'DAG_MAX_CALLS' });
    expect(String(error)).toMatch(/more than 1,000 calls, .*endless → endless → .*… \d+ more …/);
  });

  it('counts calls that bodies make, not those made before', async () => {
    let chain = inc(0);
    for (let depth = 0; depth < 50; depth += 1) chain = inc(chain);
    expect(await chain.resolve({ maxCalls: 1 })).toBe(51);
    const nested = node((x: number) => inc(x), { name: 'nested' });
    expect(await nested(1).resolve({ maxCalls: 1 })).toBe(2);
    expect(await rejection(nested(nested(1)).resolve({ maxCalls: 1 }))).toMatchObject({ code: 'DAG_MAX_CALLS' });
  });

  it('stops recursion through inner runs', async () => {
    const endless: Recursive = node(async (n: number) => endless(n + 1).resolve(), { name: 'endless' });
    let error = await rejection(endless(0).resolve({ maxCalls: 200 }));
    while (error instanceof NodeError) error = error.cause;
    expect(error).toMatchObject({ code: 'DAG_MAX_CALLS' });
  });
});

describe('effects', () => {
  const told: string[] = [];
  const tell = node(
    async (text: string) => {
      await turnOfLoop();
      told.push(text);
    },
    { name: 'tell', effect: true },
  );

  afterEach(() => {
    told.length = 0;
  });

  it('run when their parent’s body ran, and it is done only when they are', async () => {
    const parent = node(
      (x: number) => {
        tell('ran');
        return x;
      },
      { name: 'parent' },
    );
    const seen = node((x: number) => [x, ...told], { name: 'seen' });
    expect(await seen(parent(1)).resolve()).toEqual([1, 'ran']);
  });

  it('run once, also when the parent returns or uses them', async () => {
    const parent = node(
      () => {
        const effect = tell('once');
        const used = node((_: unknown) => 1, { name: 'used' })(effect);
        return [effect, used];
      },
      { name: 'parent' },
    );
    await parent().resolve();
    expect(told).toEqual(['once']);
  });

  it('after an await belong to the body, too', async () => {
    const parent = node(
      async () => {
        await turnOfLoop();
        tell('late');
      },
      { name: 'parent' },
    );
    await parent().resolve();
    expect(told).toEqual(['late']);
  });

  it('of effects run', async () => {
    const outer = node(
      () => {
        tell('inner');
        told.push('outer');
      },
      { name: 'outer', effect: true },
    );
    const parent = node(() => void outer(), { name: 'parent' });
    await parent().resolve();
    expect(told).toEqual(['outer', 'inner']);
  });

  it('fail their parent', async () => {
    const bad = node(
      (): void => {
        throw new Error('no');
      },
      { name: 'bad', effect: true },
    );
    const parent = node(() => void bad(), { name: 'parent' });
    const call = parent();
    expect(await rejection(call.resolve())).toMatchObject({ node: 'bad', path: ['parent', 'bad'] });
    expect(call.state).toBe('failed');
  });

  it('run again when the parent does', async () => {
    const parent = node(() => void tell('again'), { name: 'parent' });
    const call = parent();
    await call.resolve();
    await call.resolve();
    expect(told).toEqual(['again']);
    call.release();
    await call.resolve();
    expect(told).toEqual(['again', 'again']);
  });

  it('made outside any body run only as targets, or in graph.resolve()', async () => {
    tell('nobody');
    await tell('target').resolve();
    expect(told).toEqual(['target']);
    const graph = new Graph();
    graph.run(() => {
      tell('first');
      tell('second');
    });
    await graph.resolve();
    expect(told.sort()).toEqual(['first', 'second', 'target']);
  });

  it('that were given an input run after it', async () => {
    const log = node((x: number) => void told.push(String(x)), { name: 'log', effect: true });
    const parent = node(
      (x: number) => {
        log(inc(x));
        return x;
      },
      { name: 'parent' },
    );
    expect(await parent(1).resolve()).toBe(1);
    expect(told).toEqual(['2']);
  });

  it('do not run when their parent’s value is there', async () => {
    const parent = node(() => void tell('once'), { name: 'parent' });
    const call = parent().persist();
    await inc(call as never).resolve();
    await inc(call as never).resolve();
    expect(told).toEqual(['once']);
  });

  it('go with outputs and with returned Futures', async () => {
    const parent = node(
      (x: number) => {
        tell('outputs');
        return [x, inc(x)] as const;
      },
      { name: 'parent', outputs: 2 },
    );
    const [, second] = parent(1);
    expect(await second.resolve()).toBe(2);
    expect(told).toEqual(['outputs']);
  });

  it('of failed attempts do not run', async () => {
    let tries = 0;
    const parent = node(
      () => {
        tries += 1;
        tell(`attempt ${tries}`);
        if (tries === 1) throw new Error('no');
      },
      { name: 'parent', retries: 1 },
    );
    await parent().resolve();
    expect(told).toEqual(['attempt 2']);
  });
});

describe('events of an expansion', () => {
  it('tell it between the body and the value', async () => {
    const recorder = new Recorder();
    const outer = node((x: number) => inc(x), { name: 'outer' });
    await outer(1).resolve({ onEvent: recorder.listen });
    expect(recorder.lines()).toEqual([
      'run-started',
      'activated outer',
      'started outer',
      'activated inc',
      'expanded outer',
      'started inc',
      'finished inc',
      'deactivated inc',
      'finished outer',
      'released inc',
      'deactivated outer',
      'run-finished',
    ]);
  });
});
