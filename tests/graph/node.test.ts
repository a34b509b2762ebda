import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Future, Graph, lazy, node, resolve, value, type NodeFunction } from '../../src/index.js';
import { nodeOptionsOf } from '../../src/graph/reflect.js';

afterEach(() => {
  jest.restoreAllMocks();
});

describe('node() around a function', () => {
  const add = node((a: number, b: number) => a + b, { name: 'add' });

  it('runs nothing when it is called', () => {
    const body = jest.fn(() => 1);
    expect(node(body)().state).toBe('idle');
    expect(body).not.toHaveBeenCalled();
  });

  it('has the plain function as `body`, and the name', () => {
    expect(add.body(1, 2)).toBe(3);
    expect(add.name).toBe('add');
  });

  it('maps elements to calls with one argument', async () => {
    const load = node((file: string, index?: number) => `${file}${(index ?? -1).toString()}`);
    expect(await resolve(load.map(['a', 'b']))).toEqual(['a-1', 'b-1']);
  });

  it('finds Futures deep in containers, also cyclic ones', async () => {
    const one = add(0, 1);
    interface Ring {
      value: number;
      self?: Ring;
    }
    const ring: { value: unknown; self?: unknown } = { value: one };
    ring.self = ring;
    const read = node((parts: { ring: Ring; set: Set<number>; map: Map<string, number>; rows: number[][] }) => [
      parts.ring.value,
      parts.ring.self?.self?.value,
      [...parts.set][0],
      parts.map.get('k'),
      parts.rows[0]?.[0],
    ]);
    const parts = { ring: ring as unknown as Ring, set: new Set([one]), map: new Map([['k', one]]), rows: [[one]] };
    expect(await read(parts).resolve()).toEqual([1, 1, 1, 1, 1]);
  });

  it('does not look into instances, nor into subclasses of containers', async () => {
    class Named extends Map<string, unknown> {}
    class Box {
      constructor(readonly inner: unknown) {}
    }
    const one = add(0, 1);
    const seen = node((...args: unknown[]) => args)(new Named([['a', one]]), new Box(one));
    const [named, box] = (await seen.resolve()) as [Named, Box];
    expect(named).toBeInstanceOf(Named);
    expect(box.inner).toBe(one);
  });

  it('keeps symbol keys and keys named __proto__ of containers that it copies', async () => {
    const tag = Symbol('tag');
    const given = Object.assign(JSON.parse('{"__proto__": 1}') as object, { [tag]: 2, one: add(0, 1) });
    const got = (await node((x: object) => x)(given).resolve()) as Record<PropertyKey, unknown>;
    expect(got[tag]).toBe(2);
    expect(Object.hasOwn(got, '__proto__')).toBe(true);
    expect(got['one']).toBe(1);
  });

  it('names an unnamed node by where it was defined', () => {
    const unnamed = node(
      (
        () => () =>
          1
      )(),
    );
    expect(Object.prototype.toString.call(unnamed())).toBe('[object Future]');
    expect(node([() => 1][0] as () => number)()).toBeInstanceOf(Future);
  });

  it('refuses what is no function', () => {
    expect(() => node(3 as never)).toThrow(expect.objectContaining({ code: 'DAG_NOT_A_NODE' }));
    expect(() => node(undefined as never, {} as never)).not.toThrow();
    expect(() => node({} as never, {} as never)).toThrow(expect.objectContaining({ code: 'DAG_NOT_A_NODE' }));
  });
});

describe('@node()', () => {
  class Scale {
    constructor(readonly by: number) {}
    @node({ priority: 1 }) times(x: number): number {
      return x * this.by;
    }
    @node() static half(x: number): number {
      return x / 2;
    }
    @node({ outputs: 2 }) static split(x: number): [number, number] {
      return [x - 1, x + 1];
    }
    @node() static later(x: number): Future<number> {
      return x > 0 ? lazy(Scale).half(x) : value(0);
    }
  }

  it('keeps `this` of static and instance methods', async () => {
    expect(await resolve(new Scale(3).times(2))).toBe(6);
    expect(await resolve(Scale.half(8))).toBe(4);
  });

  it('is typed as nodes by lazy()', async () => {
    const { half, split, later } = lazy(Scale);
    const [low, high] = split(half(8));
    expect(await resolve([low, high])).toEqual([3, 5]);
    expect(await later(8).resolve()).toBe(4);
    expect(await later(0).resolve()).toBe(0);
    expect(await lazy(new Scale(5)).times(2).resolve()).toBe(10);
    expect(lazy(new Scale(5)).times.body(3)).toBe(15);
  });

  it('keeps the options as metadata', () => {
    const scale = new Scale(1);
    expect(nodeOptionsOf(Object.getPrototypeOf(scale) as object, 'times')).toMatchObject({ priority: 1 });
    expect(nodeOptionsOf(Scale, 'split')).toMatchObject({ outputs: 2, name: 'split' });
  });

  it('is a node no more where a subclass overrides it undecorated', () => {
    class Plain extends Scale {
      override times(x: number): number {
        return -x;
      }
      @node() other(): number {
        return 1;
      }
    }
    expect(Object.keys(lazy(new Plain(1)))).toEqual(['other']);
  });

  it('refuses what is no method, and lazy() what has none', () => {
    const decorate = node() as unknown as (target: unknown, context: unknown, descriptor?: unknown) => unknown;
    expect(() => decorate(undefined, { kind: 'field', name: 'x' })).toThrow(/got the member x/);
    expect(() => decorate({}, 'x', { value: 3 })).toThrow(/got the member x/);
    expect(() => lazy({})).toThrow(expect.objectContaining({ code: 'DAG_NOT_A_NODE' }));
  });

  it('works without parentheses', async () => {
    const bare = node as unknown as (method: () => number, context: unknown) => () => Future<number>;
    const made = bare(() => 7, { kind: 'method', name: 'seven', static: true, addInitializer: () => undefined });
    expect(await made().resolve()).toBe(7);
  });

  it('warns once when `checked` has nothing to check against', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const loose: NodeFunction<[number], number> = node((x: number) => x, { checked: true, name: 'loose' });
    loose(1);
    loose(2);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toMatch(/nothing to check loose against/);
  });
});

describe('outputs', () => {
  it('are a tuple or a record of Futures', async () => {
    const pair = node((x: number) => [x, -x] as const, { outputs: 2 });
    const [plus, minus] = pair(3);
    expect(await resolve({ plus, minus })).toEqual({ plus: 3, minus: -3 });
    const { low, high } = node((x: number) => ({ low: x - 1, high: x + 1 }), { outputs: ['low', 'high'] })(5);
    expect(await resolve([low, high])).toEqual([4, 6]);
  });

  it.each([
    ['too few', 2, () => [1], /array of 2 outputs, got 1 of them/],
    ['no array', 2, () => 7, /got 7/],
    ['an object instead', 2, () => ({ a: 1 }), /got an object with a/],
    ['a missing key', ['a', 'b'], () => ({ a: 1 }), /missing b in an object with a/],
    ['nothing', ['a'], () => undefined, /missing a in undefined/],
    ['an array instead', ['a'], () => [1], /missing a in an array/],
    ['an empty object', ['a'], () => ({}), /an object with nothing/],
  ])('refuse %s', async (_, outputs, body, message) => {
    const made = node(body as () => unknown, { outputs: outputs as readonly string[] })();
    const [first] = Object.values(made as Record<string, Future>);
    await expect(first?.resolve()).rejects.toMatchObject({
      code: 'DAG_OUTPUTS',
      message: expect.stringMatching(message) as unknown,
    });
  });
});

describe('at()', () => {
  const make = node(<T>(x: T): T => x) as unknown as <T>(x: T) => Future<T>;

  it('takes properties, elements from both ends and Map entries', async () => {
    expect(await make({ a: 1 }).at('a').resolve()).toBe(1);
    expect(await make([1, 2, 3]).at(-1).resolve()).toBe(3);
    expect(
      await make(new Map([['k', 4]]))
        .at('k')
        .resolve(),
    ).toBe(4);
    expect(
      await make(new Map([['k', 4]]))
        .at('other')
        .resolve(),
    ).toBeUndefined();
  });

  it('fails on what has no parts', async () => {
    await expect((make(undefined) as Future).at('a').resolve()).rejects.toMatchObject({
      code: 'DAG_NODE_FAILED',
      message: expect.stringContaining('cannot take part a of undefined') as unknown,
    });
  });
});

describe('identity', () => {
  it('must be unique and named for results that are stored', async () => {
    const double = (): unknown[] => [
      node((x: number) => x, { name: 'twin', persist: 'disk', module: 'm' })(1),
      node((x: number) => -x, { name: 'twin', persist: 'disk', module: 'm' })(1),
    ];
    await expect(resolve(double())).rejects.toMatchObject({ code: 'DAG_DUPLICATE_NODE' });
    const unnamed = node(
      (
        () => () =>
          1
      )(),
      { persist: 'disk' },
    );
    await expect(unnamed().resolve()).rejects.toMatchObject({ code: 'DAG_UNNAMED_NODE' });
    const versions = [1, 2].map((version) =>
      node(() => version, { name: 'versioned', version: version.toString(), persist: 'disk', module: 'm' })(),
    );
    expect(await resolve(versions)).toEqual([1, 2]);
  });

  it('of a thousand closures under one name costs no more than those that live', () => {
    for (let index = 0; index < 1000; index += 1) node(() => index, { name: 'closure' });
    expect(node(() => 1, { name: 'closure' }).name).toBe('closure');
  });
});

describe('graph.add', () => {
  it('takes lambdas, builtins, bound methods and nodes', async () => {
    const graph = new Graph();
    class Counter {
      constructor(readonly start: number) {}
      next(by: number): number {
        return this.start + by;
      }
    }
    const counter = new Counter(10);
    const max = graph.add(Math.max)(1, graph.add((x: number) => x * 2)(3));
    const next = graph.add(counter.next.bind(counter))(max);
    const again = graph.add(
      node((x: number) => x + 1, { name: 'again' }),
      { priority: 1 },
    )(next);
    expect(await again.resolve()).toBe(17);
    expect(graph.futures).toHaveLength(4);
    expect(graph.add(counter.next.bind(counter)).name).toBe('next');
  });

  it('refuses what cannot be called', () => {
    expect(() => new Graph().add(3 as never)).toThrow(expect.objectContaining({ code: 'DAG_NOT_A_NODE' }));
  });
});
