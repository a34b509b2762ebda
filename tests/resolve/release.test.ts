import { afterEach, describe, expect, it } from '@jest/globals';
import { Graph, node, resolve } from '../../src/index.js';
import { resolver } from '../../src/resolve/resolve.js';
import { Gauge } from '../support/gauge.js';
import { Recorder } from '../support/recorder.js';
import { rejection, turnOfLoop } from '../support/waiting.js';

const runs: string[] = [];
const make = node(
  (name: string) => {
    runs.push(name);
    return { name };
  },
  { name: 'make' },
);
const join = node((...parts: { name: string }[]) => ({ name: parts.map(({ name }) => name).join('+') }), {
  name: 'join',
});
const same = node(<T>(x: T): T => x, { name: 'same' });

afterEach(async () => {
  runs.length = 0;
  await turnOfLoop();
  expect(resolver.active).toBe(0);
});

describe('a value is released', () => {
  it('when its last dependent has finished, and not before', async () => {
    const recorder = new Recorder();
    const a = make('a');
    const first = join(a);
    const second = join(first, a);
    await second.resolve({ onEvent: recorder.listen });
    expect([a.state, first.state, second.state]).toEqual(['released', 'released', 'done']);
    const lines = recorder.lines('finished', 'released', 'still-needed');
    expect(lines).toEqual([
      'finished make',
      'finished join',
      'still-needed make',
      'finished join',
      expect.stringMatching(/^released /),
      expect.stringMatching(/^released /),
    ]);
  });

  it('when only dependents are left that no run needs', async () => {
    const a = make('a');
    join(a); // made, but never activated
    await join(a).resolve();
    expect(a.state).toBe('released');
  });

  it('once, however often a call takes it', async () => {
    const recorder = new Recorder();
    const a = make('a');
    expect(await join(a, a, a).resolve({ onEvent: recorder.listen })).toEqual({ name: 'a+a+a' });
    expect(recorder.lines('released')).toEqual(['released make']);
  });

  it('after both sides of a diamond', async () => {
    const gauge = new Gauge();
    const a = gauge.work(1, 1);
    const late = gauge.work(a, 5);
    const pair = node((x: number, y: number) => [x, y], { name: 'pair' });
    const run = pair(gauge.work(a, 1), late).resolve();
    await run;
    expect(a.state).toBe('released');
    expect(gauge.order).toEqual([1, 1, 1]);
  });

  it('while it is returned by the dependent: the result stays', async () => {
    const a = make('a');
    const returned = same(same(a));
    const value = await returned.resolve();
    expect(value).toEqual({ name: 'a' });
    expect([a.state, returned.state]).toEqual(['released', 'done']);
    expect(await returned.resolve()).toBe(value);
  });

  it('when the call that takes it has expanded, though that is not done yet', async () => {
    const gauge = new Gauge();
    const a = make('a');
    const outer = node((_: { name: string }) => gauge.work(5, 3), { name: 'outer' });
    const run = outer(a).resolve();
    await turnOfLoop();
    expect(a.state).toBe('released');
    expect(await run).toBe(5);
  });

  it('when its dependents failed or were skipped', async () => {
    const a = make('a');
    const fails = node(
      (_: unknown): { name: string } => {
        throw new Error('no');
      },
      { name: 'fails' },
    );
    await rejection(join(fails(a), a).resolve());
    expect(a.state).toBe('released');
  });
});

describe('a value is kept', () => {
  it('of a target, until release(), also when a later run uses it', async () => {
    const a = make('a');
    await a.resolve();
    await join(a).resolve();
    expect(a.state).toBe('done');
    a.release();
    expect(a.state).toBe('released');
    await join(a).resolve();
    expect(a.state).toBe('released');
    expect(runs).toEqual(['a', 'a']);
  });

  it('of a persisting call, by node, by call site, by Future and by Graph', async () => {
    const byNode = node((x: number) => x, { name: 'byNode', persist: true })(1);
    const byCall = make.with({ persist: true })('b');
    const byFuture = make('c').persist();
    const byGraph = new Graph({ persist: true }).run(() => make('d'));
    const against = new Graph({ persist: true }).run(() => make.with({ persist: false })('e'));
    const all = node((...parts: unknown[]) => parts.length, { name: 'all' });
    await all(byNode, byCall, byFuture, byGraph, against).resolve();
    expect([byNode, byCall, byFuture, byGraph, against].map(({ state }) => state)).toEqual([
      'done',
      'done',
      'done',
      'done',
      'released',
    ]);
  });

  it('of a persisting call until release(), and again after the next run', async () => {
    const a = make('a').persist();
    await join(a).resolve();
    a.release();
    expect(a.state).toBe('released');
    await join(a).resolve();
    expect(a.state).toBe('done');
    expect(runs).toEqual(['a', 'a']);
  });

  it('for a run that still needs it after release()', async () => {
    const gauge = new Gauge();
    const a = make('a');
    await a.resolve();
    const both = node((x: { name: string }, y: number) => `${x.name}${y}`, { name: 'both' });
    const run = both(a, gauge.work(1, 3)).resolve();
    await turnOfLoop();
    a.release();
    expect(a.state).toBe('done');
    expect(await run).toBe('a1');
    expect(a.state).toBe('released');
    expect(runs).toEqual(['a']);
  });

  it('when release() comes before there is one', async () => {
    const a = make('a');
    a.release();
    expect(a.state).toBe('idle');
    const run = a.resolve();
    a.release();
    expect(await run).toEqual({ name: 'a' });
    expect(a.state).toBe('done');
  });
});

describe('a later resolve', () => {
  it('computes again what was released, and nothing else', async () => {
    const a = make('a');
    const b = make('b').persist();
    const first = join(a, b);
    await first.resolve();
    expect(runs.sort()).toEqual(['a', 'b']);
    await join(first, b).resolve();
    expect(runs.sort()).toEqual(['a', 'b']);
    await join(a, b).resolve();
    expect(runs.sort()).toEqual(['a', 'a', 'b']);
  });

  it('begins in the middle, where values are', async () => {
    const a = make('a');
    const middle = join(a).persist();
    const end = join(middle);
    await end.resolve();
    end.release();
    runs.length = 0;
    await end.resolve();
    expect(runs).toEqual([]);
  });

  it('of a released target runs it again', async () => {
    const a = make('a');
    const first = await a.resolve();
    a.release();
    const second = await a.resolve();
    expect(second).toEqual(first);
    expect(second).not.toBe(first);
  });
});

describe('outputs', () => {
  const splits: string[] = [];
  const split = node(
    (name: string) => {
      splits.push(name);
      return [{ name: `${name}1` }, { name: `${name}2` }] as [{ name: string }, { name: string }];
    },
    { name: 'split', outputs: 2 },
  );

  afterEach(() => {
    splits.length = 0;
  });

  it('are released one by one', async () => {
    const gauge = new Gauge();
    const [one, two] = split('s');
    const late = node((x: { name: string }, _: number) => x.name, { name: 'late' });
    const run = resolve([join(one), late(two, gauge.work(1, 3))]);
    await turnOfLoop();
    expect([one.state, two.state]).toEqual(['released', 'done']);
    await run;
    expect(two.state).toBe('released');
    expect(splits).toEqual(['s']);
  });

  it('that are not asked for are not kept', async () => {
    const [one, two] = split('s');
    await one.resolve();
    expect([one.state, two.state]).toEqual(['done', 'idle']);
    await two.resolve();
    expect(splits).toEqual(['s', 's']);
  });

  it('of a persisting call are all kept, and released each on its own', async () => {
    const [one, two] = split.with({ persist: true })('s');
    const value = await one.resolve();
    expect([one.state, two.state]).toEqual(['done', 'done']);
    two.release();
    expect([one.state, two.state]).toEqual(['done', 'released']);
    await two.resolve();
    expect(splits).toEqual(['s', 's']);
    expect(await one.resolve()).toBe(value);
  });

  it('may persist one by one', async () => {
    const [one, two] = split('s');
    two.persist();
    await join(one, two).resolve();
    expect([one.state, two.state]).toEqual(['released', 'done']);
  });

  it('hold Futures that their body returned, and are done each when theirs is', async () => {
    const gauge = new Gauge();
    const nested = node(() => ({ quick: gauge.work(1, 1), slow: gauge.work(2, 9) }), {
      name: 'nested',
      outputs: ['quick', 'slow'],
    });
    const { quick, slow } = nested();
    const order: string[] = [];
    await Promise.all([quick.resolve().then(() => order.push('quick')), slow.resolve().then(() => order.push('slow'))]);
    expect(order).toEqual(['quick', 'slow']);
    expect(gauge.order.sort()).toEqual([1, 2]);
  });

  it('run nested calls only of parts that are wanted', async () => {
    const gauge = new Gauge();
    const nested = node(() => [gauge.work(1, 1), gauge.work(2, 1)] as const, { name: 'nested', outputs: 2 });
    const [one] = nested();
    expect(await one.resolve()).toBe(1);
    expect(gauge.order).toEqual([1]);
  });

  it.each([
    ['too few', () => [1]],
    ['too many', () => [1, 2, 3]],
    ['no array', () => 5],
    ['nothing', () => undefined],
  ])('must be as many as promised: %s', async (_, body) => {
    const [one] = node(body as () => unknown[], { name: 'wrong', outputs: 2 })();
    expect(await rejection((one as ReturnType<typeof make>).resolve())).toMatchObject({
      code: 'DAG_OUTPUTS',
      node: 'wrong',
    });
  });

  it.each([
    ['a missing key', () => ({ a: 1 })],
    ['an array', () => [1, 2]],
    ['null', () => null],
  ])('must have the promised names: %s', async (_, body) => {
    const { a } = node(body as () => { a: number; b: number }, { name: 'wrong', outputs: ['a', 'b'] })();
    expect(await rejection(a.resolve())).toMatchObject({ code: 'DAG_OUTPUTS', node: 'wrong' });
  });

  it('are checked in what a returned Future gives, too, without trying again', async () => {
    let tries = 0;
    const wrong = node(
      () => {
        tries += 1;
        return node(() => [1])() as never;
      },
      { name: 'wrong', outputs: 2, retries: 3 },
    );
    const [one] = wrong() as unknown as [ReturnType<typeof make>];
    expect(await rejection(one.resolve())).toMatchObject({ code: 'DAG_OUTPUTS' });
    expect(tries).toBe(1);
  });
});
