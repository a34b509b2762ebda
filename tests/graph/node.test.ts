import { describe, expect, it } from '@jest/globals';
import { type Future, Graph, node, resolve } from '../../src/index.js';
import { specOf } from '../../src/graph/node.js';

const add = node((a: number, b: number) => a + b, { name: 'add' });

describe('node(fn)', () => {
  it('runs nothing when it is called', async () => {
    let ran = 0;
    const count = node(() => (ran += 1));
    const call = count();
    expect([ran, call.state]).toEqual([0, 'idle']);
    expect(await call.resolve()).toBe(1);
  });

  it('makes a new call each time', () => {
    expect(add(1, 2)).not.toBe(add(1, 2));
  });

  it('takes its name from the function, the options, or the place where it was defined', async () => {
    function named(): number {
      return 1;
    }
    expect(node(named).name).toBe('named');
    expect(node(named, { name: 'other' }).name).toBe('other');
    const arrow = (): number => 1;
    expect(node(arrow).name).toBe('arrow');
    expect(node(() => 1).name).toBe('');
    const events: string[] = [];
    await node(() => 1)().resolve({
      onEvent: (event) => {
        if (event.type === 'started') events.push(event.name);
      },
    });
    expect(events[0]).toMatch(/^graph\/node\.test\.ts:\d+:\d+$/);
  });

  it('keeps the plain function as `body`', () => {
    expect(add.body(1, 2)).toBe(3);
    const twice = (x: number): number => 2 * x;
    expect(node(twice).body).toBe(twice);
  });

  it.each([5, 'text', null, [], Symbol('s'), true])('refuses to wrap %p', (fn) => {
    expect(() => node(fn as never, {} as never)).toThrow(expect.objectContaining({ code: 'DAG_NOT_A_NODE' }));
  });

  it('refuses to wrap a class, which cannot be called', () => {
    class Plain {
      readonly x = 1;
    }
    expect(() => node(Plain as never)).toThrow(expect.objectContaining({ code: 'DAG_NOT_A_NODE' }));
    expect(() => new Graph().add(Plain as never)).toThrow(expect.objectContaining({ code: 'DAG_NOT_A_NODE' }));
  });

  it('wraps constructors that may be called, builtins and bound functions', async () => {
    expect(await node(Number)('5').resolve()).toBe(5);
    expect(await node(Math.max)(1, 3, 2).resolve()).toBe(3);
    expect(await node(JSON.stringify as (x: unknown) => string)([1]).resolve()).toBe('[1]');
    expect(await node([1, 2, 3].at.bind([1, 2, 3]))(-1).resolve()).toBe(3);
  });

  it('wraps async functions, and functions with any number of arguments', async () => {
    const slow = node(async (x: number) => Promise.resolve(x));
    expect(await slow(4).resolve()).toBe(4);
    for (const count of [0, 1, 2, 3, 4, 10]) {
      const list = Array.from({ length: count }, (_, index) => index);
      const all = node((...args: number[]) => args);
      expect(await all(...list.map((x) => add(x, 0))).resolve()).toEqual(list);
    }
  });

  it('gives arguments that are missing and those that are undefined apart', async () => {
    const count = node((...args: unknown[]) => args.length);
    expect(await resolve([count(), count(undefined), count(undefined, undefined)])).toEqual([0, 1, 2]);
    const defaulted = node((x = 5) => x, { name: 'defaulted' }) as (x?: number) => Future<number>;
    expect(await resolve([defaulted(), defaulted(undefined), defaulted(1)])).toEqual([5, 5, 1]);
  });

  it('has no `this` inside', async () => {
    const self = node(function (this: unknown) {
      return this;
    } as () => unknown);
    expect(await self().resolve()).toBeUndefined();
  });
});

describe('node.with()', () => {
  it('changes options for one call site', async () => {
    const kept = add.with({ persist: true })(1, 2);
    const plain = add(1, 2);
    await add(kept, plain).resolve();
    expect([kept.state, plain.state]).toEqual(['done', 'released']);
  });

  it('keeps identity, name, body and earlier options', async () => {
    let tries = 0;
    const flaky = node(
      () => {
        tries += 1;
        if (tries < 3) throw new Error('no');
        return tries;
      },
      { name: 'flaky', retries: 2 },
    );
    const other = flaky.with({ priority: 1 }).with({ timeout: 1000 });
    expect(other.name).toBe('flaky');
    expect(other.body).toBe(flaky.body);
    expect(specOf(other)?.identity).toBe(specOf(flaky)?.identity);
    expect(await other().resolve()).toBe(3);
  });

  it('goes for map, outputs and Graphs, too', async () => {
    const split = node((x: number) => [x, -x], { name: 'split', outputs: 2 });
    const [[first]] = split.with({ persist: true }).map([3]) as unknown as [[Future<number>]];
    expect(await first.resolve()).toBe(3);
    const graph = new Graph();
    graph.add(add).with({ priority: 1 })(1, 2);
    expect(graph.futures).toHaveLength(1);
  });
});

describe('node.map()', () => {
  it('makes a call per element, with the element alone', async () => {
    const count = node((...args: unknown[]) => args.length);
    const double = node((x: number) => 2 * x);
    expect(await resolve(double.map([1, 2, 3]))).toEqual([2, 4, 6]);
    expect(await resolve(double.map(new Set([1, add(1, 1)])))).toEqual([2, 4]);
    expect(await resolve(count.map(['a', 'b']))).toEqual([1, 1]);
    expect(double.map([])).toEqual([]);
  });
});

describe('@node()', () => {
  it('gives a private method of an instance no class, since no prototype has it', () => {
    const initializers: ((this: unknown) => void)[] = [];
    const addInitializer = (initializer: (this: unknown) => void): void => void initializers.push(initializer);
    const context = { kind: 'method', name: '#draw', static: false, private: true, addInitializer } as const;
    const draw = node()(() => 1, context);
    class First {
      readonly x = 1;
    }
    for (const initializer of initializers) initializer.call(new First());
    expect(specOf(draw)?.identity).toMatchObject({ owner: '', home: undefined, method: true });
  });
});

describe('specOf', () => {
  it('knows node functions and nothing else', () => {
    expect(specOf(add)?.name).toBe('add');
    for (const other of [() => 1, 5, null, undefined, {}, add(1, 2)]) expect(specOf(other)).toBeUndefined();
  });
});
