import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  DagError,
  Future,
  lazy,
  node,
  registerCodec,
  type NodeFunction,
  type NodeOptions,
} from '../../../src/index.js';
import { keyBook } from '../../../src/store/key-book.js';
import '../../../src/store/index.js';
import type { LocalKeys } from '../../../src/store/key/local-keys.js';
import { freshKeys } from './support.js';

const options = { version: '1' };
const add = node((a: number, b: number) => a + b, { name: 'add', ...options });
const load = node((path: string) => path.length, { name: 'load', ...options });
const all = node((...values: unknown[]) => values.length, { name: 'all', ...options });

function keyOf(future: unknown, keys: LocalKeys = freshKeys()): string {
  return keys.keyOf(future as Future); // whatever type it is of
}

function thrownBy(action: () => unknown): DagError {
  try {
    action();
  } catch (error) {
    if (error instanceof DagError) return error;
  }
  throw new Error('nothing was thrown');
}

describe('the key of a call', () => {
  test('is the same for an equal call, in every run', () => {
    const keys = freshKeys();
    expect(keyOf(add(1, 2), keys)).toBe(keyOf(add(1, 2), keys));
    expect(keyOf(add(1, 2))).toBe(keyOf(add(1, 2)));
    expect(keyOf(add(1, 2))).toMatch(/^[0-9a-f]{32}$/u);
  });

  test('is made by the hash that the store asks for', () => {
    expect(keyOf(add(1, 2), freshKeys('sha256'))).toMatch(/^[0-9a-f]{64}$/u);
  });

  test('is another for other arguments, another order, or another number of them', () => {
    const calls = [add(1, 2), add(2, 1), add(1, 3), all(), all(undefined), all(1), all([1]), all(1, 2), all([1, 2])];
    expect(new Set(calls.map((call) => keyOf(call))).size).toBe(calls.length);
  });

  test('is another for another name, version or module', () => {
    const module = (name: string): string => new URL(name, import.meta.url).href;
    const body = (x: number): number => x;
    const calls = [
      node(body, { name: 'one', version: '1' })(1),
      node(body, { name: 'two', version: '1' })(1),
      node(body, { name: 'one', version: '2' })(1),
      node(body, { name: 'one', version: '1', module: module('elsewhere.ts') })(1),
      node(body, { name: 'one' })(1),
      node(body, { name: 'one', source: 'function' }).with({ source: 'none' })(1),
      node(body, { name: 'one', source: 'function' })(1),
      node(body, { name: 'one', source: 'module' })(1),
    ];
    expect(new Set(calls.map((call) => keyOf(call))).size).toBe(calls.length);
  });

  test('does not depend on options that do not change the result', () => {
    const same = add.with({ retries: 3, priority: 2, memo: true, persist: 'disk', concurrency: 1 });
    expect(keyOf(same(1, 2))).toBe(keyOf(add(1, 2)));
  });

  test('does not need the calls that it takes to have run', () => {
    const future = add(load('a'), 1);
    keyOf(future);
    expect(future.state).toBe('idle');
  });
});

describe('calls that take calls', () => {
  test('a change of any literal upstream, and no other, makes another key', () => {
    const shape = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer()), { minLength: 2, maxLength: 30 });
    /** Calls of which each takes two earlier ones, by number, and a literal. */
    const build = (calls: readonly (readonly [number, number, number])[]): Future[] => {
      const made: Future[] = [];
      for (const [first, second, literal] of calls) {
        const count = made.length;
        const arg = (pick: number): unknown => (count === 0 ? pick : made[pick % count]);
        made.push(all(arg(first), { nested: [new Map([['k', arg(second)]])] }, literal));
      }
      return made;
    };
    /** Whether a call takes another, itself included. */
    const takes = (calls: readonly (readonly [number, number, number])[], from: number, to: number): boolean => {
      if (from === to) return true;
      const [first, second] = calls[from] ?? [0, 0];
      return from > 0 && [first % from, second % from].some((next) => takes(calls, next, to));
    };
    fc.assert(
      fc.property(shape, fc.nat(), (calls, pick) => {
        const changed = pick % calls.length;
        const other = calls.map(([a, b, literal], index) => [a, b, index === changed ? literal + 1 : literal] as const);
        const target = calls.length - 1;
        const same = keyOf(build(calls)[target]) === keyOf(build(other)[target]);
        expect(same).toBe(!takes(calls, target, changed));
        expect(keyOf(build(calls)[target])).toBe(keyOf(build(structuredClone(calls))[target]));
      }),
      { numRuns: 100 },
    );
  });

  test('take their keys wherever they stand in an argument, also as the key of a Map', () => {
    const places: ((future: unknown) => unknown)[] = [
      (future) => future,
      (future) => [future],
      (future) => ({ a: { b: future } }),
      (future) => new Map([['k', future]]),
      (future) => new Map([[future, 'k']]),
      (future) => new Set([future]),
      (future) => [...Array.from({ length: 1000 }, (_, index) => index), future],
    ];
    const keys = places.flatMap((place) => [keyOf(all(place(load('a')))), keyOf(all(place(load('b'))))]);
    expect(new Set(keys).size).toBe(keys.length);
    for (const place of places) expect(keyOf(all(place(load('a'))))).toBe(keyOf(all(place(load('a')))));
  });

  test('a call that takes a value differs from one that takes a call with that value', () => {
    expect(keyOf(add(add(1, 2), 3))).not.toBe(keyOf(add(3, 3)));
  });

  test('may be 200,000 deep', () => {
    const chain = (first: number): Future<number> => {
      let future = add(first, 1);
      for (let index = 0; index < 200_000; index += 1) future = add(future, 1);
      return future;
    };
    const keys = freshKeys();
    const deep = chain(0);
    expect(keyOf(deep, keys)).toBe(keyOf(chain(0), keys));
    expect(keyOf(deep, keys)).not.toBe(keyOf(chain(1), keys));
  });

  test('that are made anew by a codec each time never get a key, and that is said', () => {
    class Restless {
      readonly kind = 'restless';
    }
    registerCodec(Restless, {
      encode: () => load(Math.random().toString()) as unknown,
      decode: () => new Restless(),
      name: 'keys.Restless',
    });
    const error = thrownBy(() => keyOf(all(new Restless())));
    expect(error.message).toContain('DAG_CANNOT_KEY: all: a call that takes other calls each time it is looked at');
  });

  test('that wait for themselves are told of with their path', () => {
    const args: unknown[] = [];
    const loop = node((list: unknown) => list, { name: 'loop', ...options })(args);
    args.push(all({ loop }));
    const error = thrownBy(() => keyOf(loop));
    expect(error.code).toBe('DAG_CYCLE');
    expect(error.message).toContain('loop → all → loop');
  });
});

describe('parts of a value', () => {
  const split = node((x: number) => ({ low: x, high: x + 1 }), { name: 'split', outputs: ['low', 'high'], ...options });
  const record = node((x: number) => ({ list: [x], text: 'a' }), { name: 'record', ...options });

  test('have keys of their own', () => {
    const { low, high } = split(1);
    const whole = record(1);
    const parts = [low, high, whole, whole.at('list'), whole.at('text'), whole.at('list').at(0)];
    const keys = freshKeys();
    expect(new Set(parts.map((part) => keyOf(part, keys))).size).toBe(parts.length);
    expect(keyOf(split(1).low)).toBe(keyOf(low, keys));
    expect(keyOf(split(2).low)).not.toBe(keyOf(low, keys));
  });

  test('tell of the call that they are parts of', () => {
    const keys = freshKeys();
    const facts = keys.factsOf(split(1).low);
    expect(facts.stamp?.node).toBe('lazydag:tests/store/key/keys.test.ts#split');
    expect(facts.args).toHaveLength(2);
    expect(facts.args?.[1]).toMatch(/^part:[0-9a-f]+$/u);
    expect(keys.factsOf(split(1).high).args?.[1]).not.toBe(facts.args?.[1]);
  });
});

describe('`this` of a method', () => {
  class Filter {
    readonly rate: number;
    constructor(rate: number) {
      this.rate = rate;
    }
    @node(options)
    apply(x: number): number {
      return x * this.rate;
    }
    @node(options)
    static compare(x: number): number {
      return x;
    }
  }
  class Finer extends Filter {}

  test('an instance counts by its fields and its class', () => {
    const key = (filter: Filter): string => keyOf(filter.apply(1));
    expect(key(new Filter(1))).toBe(key(new Filter(1)));
    expect(key(new Filter(1))).not.toBe(key(new Filter(2)));
    expect(key(new Filter(1))).not.toBe(key(new Finer(1)));
  });

  /** Classes as modules of their own would define them, which differ in what the method calls. */
  const one = {
    Model: class Model extends Filter {
      scale(): number {
        return 1;
      }
      static rate(): number {
        return 1;
      }
    },
  };
  const two = {
    Model: class Model extends Filter {
      scale(): number {
        return 2;
      }
      static rate(): number {
        return 2;
      }
    },
  };

  test('a class counts by its text, and by those between it and the one that has the method', () => {
    const key = (model: Filter): string => keyOf(model.apply(1));
    expect(key(new one.Model(1))).toBe(key(new one.Model(1)));
    expect(key(new one.Model(1))).not.toBe(key(new two.Model(1)));
    const last = (between: typeof Filter): Filter => new (class Last extends between {})(1);
    expect(key(last(one.Model))).toBe(key(last(one.Model)));
    expect(key(last(one.Model))).not.toBe(key(last(two.Model)));
    expect(keyOf(one.Model.compare(1))).not.toBe(keyOf(two.Model.compare(1)));
    const keys = freshKeys();
    const parts = [one, two].map(({ Model }) => keys.factsOf(new Model(1).apply(1) as unknown as Future).args?.[1]);
    expect(parts[0]).not.toBe(parts[1]); // so that what has changed can be told
  });

  /** Puts a node onto a prototype, as a decorator does. */
  const decorate = (prototype: object, options: NodeOptions & { readonly outputs?: never }): void => {
    const descriptor = { value: body, configurable: true, writable: true };
    const decorated = (node(options) as unknown as LegacyDecorator)(prototype, 'run', descriptor);
    Object.defineProperty(prototype, 'run', decorated);
  };
  type LegacyDecorator = (prototype: object, key: string, descriptor: PropertyDescriptor) => PropertyDescriptor;
  const body = (): number => 1;
  const run = (receiver: object): string => keyOf((receiver as { run(): unknown }).run()); // what was put there

  test('the class that has the method counts where the source of the node does', () => {
    // Only the texts of the classes differ.
    const first = (): new () => object =>
      class Owner {
        scale(): number {
          return 1;
        }
      };
    const second = (): new () => object =>
      class Owner {
        scale(): number {
          return 2;
        }
      };
    const given = (Owner: new () => object, options: NodeOptions & { readonly outputs?: never }): string => {
      decorate(Owner.prototype as object, { module: 'in no file', ...options });
      return run(new Owner());
    };
    const options = [{ version: '1' }, { source: 'none' }, { source: 'function' }, { source: 'module' }, {}] as const;
    const counts = options.map((one) => given(first(), one) !== given(second(), one));
    expect(counts).toEqual([false, false, false, true, true]);
  });

  test('methods that a function puts on its prototype count, too', () => {
    const key = (scale: () => number): string => {
      const Base = function (): void {
        // It has no fields.
      };
      const Old = function (): void {
        // Nor has it.
      };
      decorate(Base.prototype as object, options);
      Object.setPrototypeOf(Old.prototype as object, Base.prototype as object);
      Object.defineProperty(Old.prototype, 'scale', { value: scale });
      return run(Reflect.construct(Old, []) as object);
    };
    expect(key(() => 1)).toBe(key(() => 1));
    expect(key(() => 2)).not.toBe(key(() => 1));
  });

  test('a class counts by its name', () => {
    expect(keyOf(Filter.compare(1))).toBe(keyOf(lazy(Filter).compare(1)));
    expect(keyOf(Filter.compare(1))).not.toBe(keyOf(Finer.compare(1)));
  });

  test('an instance with a codec counts by that', () => {
    class Secret {
      readonly #seed: number;
      constructor(seed: number) {
        this.#seed = seed;
      }
      @node(options)
      draw(): number {
        return this.#seed;
      }
      static {
        registerCodec(Secret, {
          encode: (secret) => secret.#seed,
          decode: (seed) => new Secret(seed),
          name: 'keys.Secret',
        });
      }
    }
    expect(keyOf(new Secret(1).draw())).toBe(keyOf(new Secret(1).draw()));
    expect(keyOf(new Secret(1).draw())).not.toBe(keyOf(new Secret(2).draw()));
  });

  test('an instance whose state is hidden is refused', () => {
    class Hidden {
      readonly #seed = Math.random();
      @node(options)
      draw(): number {
        return this.#seed;
      }
    }
    class Table extends Map<string, number> {
      @node(options)
      total(): number {
        return this.size;
      }
    }
    const error = thrownBy(() => keyOf(new Hidden().draw()));
    expect(error.code).toBe('DAG_CANNOT_KEY');
    expect(error.message).toContain('draw: this: an instance of Hidden, whose private members cannot be seen');
    expect(thrownBy(() => keyOf(new Table().total())).message).toContain('total: this: an instance of Table');
  });

  test('a method as a value counts when it is static; one that may be bound to an instance is refused', () => {
    expect(keyOf(all(Filter.compare))).toBe(keyOf(all(lazy(Filter).compare)));
    const error = thrownBy(() => keyOf(all([lazy(new Filter(1)).apply])));
    expect(error.message).toContain('DAG_CANNOT_KEY: all: argument 0 [0]: the function apply');
  });

  test('a field that has no content is named', () => {
    const filter = Object.assign(new Filter(1), { onDone: () => 1 });
    expect(thrownBy(() => keyOf(filter.apply(1))).message).toContain('apply: this .onDone: the function onDone');
  });

  test('fields may hold calls, and large values', () => {
    const key = (path: string): string =>
      keyOf(Object.assign(new Filter(1), { source: load(path), table: new Float64Array(1000) }).apply(1));
    expect(key('a')).toBe(key('a'));
    expect(key('a')).not.toBe(key('b'));
  });
});

describe('the option `ignore`', () => {
  const fit = node((x: number, log: unknown, rate: number) => [x, log, rate], {
    name: 'fit',
    ignore: ['log'],
    ...options,
  });

  test('leaves a parameter out, whatever is given for it', () => {
    const key = keyOf(fit(1, console.log, 2));
    expect(keyOf(fit(1, undefined, 2))).toBe(key);
    expect(keyOf(fit(1, load('a'), 2))).toBe(key);
    expect(keyOf(fit(1, undefined, 3))).not.toBe(key);
    expect(keyOf(fit(2, undefined, 2))).not.toBe(key);
  });

  test('leaves out whether it was given, at the end', () => {
    const trace = node((x: number, log?: unknown) => [x, log], { name: 'trace', ignore: ['log'], ...options });
    expect(keyOf(trace(1))).toBe(keyOf(trace(1, console.log)));
  });

  test('does not take one argument for another', () => {
    const pair = node((a: number, b: number) => a + b, { name: 'pair', ...options });
    expect(keyOf(pair.with({ ignore: ['a'] })(9, 5))).not.toBe(keyOf(pair.with({ ignore: ['b'] })(5, 9)));
  });

  test('leaves out properties that a parameter takes apart', () => {
    const train = node(({ log, rate }: { log?: unknown; rate: number }) => [log, rate], {
      name: 'train',
      ignore: ['log'],
      ...options,
    });
    const key = keyOf(train({ log: console.log, rate: 1 }));
    expect(keyOf(train({ rate: 1 }))).toBe(key);
    expect(keyOf(train({ rate: 2 }))).not.toBe(key);
  });

  test('does not spoil the key of the same object elsewhere', () => {
    const train = node(({ log }: { log: unknown; list: number[] }) => log, {
      name: 'train2',
      ignore: ['log'],
      ...options,
    });
    const settings = { log: 1, list: Array.from({ length: 500 }, (_, index) => index) };
    const keys = freshKeys();
    keyOf(train(settings), keys);
    expect(keyOf(all(settings), keys)).toBe(keyOf(all(structuredClone(settings))));
  });

  test('leaves out all that a rest parameter takes', () => {
    const sum = node((x: number, ...more: unknown[]) => [x, more], { name: 'sum', ignore: ['more'], ...options });
    expect(keyOf(sum(1, 2, 3))).toBe(keyOf(sum(1, () => 4)));
    expect(keyOf(sum(1, 2, 3))).not.toBe(keyOf(sum(2, 2, 3)));
  });

  test('refuses what is no parameter, and says which there are', () => {
    const error = thrownBy(() => keyOf(fit.with({ ignore: ['rate', 'logger'] })(1, 2, 3)));
    expect(error.code).toBe('DAG_OPTION');
    expect(error.message).toContain('node(fit): `ignore` must name parameters, got "logger". It has x, log, rate.');
    const none = node(() => 1, { name: 'none', ignore: ['x'], ...options });
    expect(thrownBy(() => keyOf(none())).message).toContain('It has none that have a name.');
  });

  test('needs the text of the function', () => {
    const max = node(Math.max, { name: 'max', ignore: ['a'], ...options });
    expect(thrownBy(() => keyOf(max(1, 2))).message).toContain('has no source text');
  });
});

describe('the option `key`', () => {
  test('adds to the key', () => {
    let modified = 1;
    const read = node((path: string) => path, { name: 'read', key: () => ({ modified }), ...options });
    const before = keyOf(read('a'));
    expect(keyOf(read('a'))).toBe(before);
    expect(keyOf(read('b'))).not.toBe(before);
    modified = 2;
    expect(keyOf(read('a'))).not.toBe(before);
  });

  test('gets the arguments, Futures as Futures, and may give calls', () => {
    const seen: unknown[] = [];
    const source = load('a');
    const read = node((path: number, flag: boolean) => [path, flag], {
      name: 'read2',
      ignore: ['path'],
      key: (...args: unknown[]) => {
        seen.push(args[0] === source, args[1]);
        return [load('b'), load('c')];
      },
      ...options,
    });
    expect(keyOf(read(source, true))).toMatch(/^[0-9a-f]{32}$/u);
    expect(seen).toEqual([true, true]); // asked once
  });

  test('stands in for an argument that has no content, together with `ignore`', () => {
    class Client {
      readonly host: string;
      constructor(host: string) {
        this.host = host;
      }
    }
    const ask = node((client: Client, text: string) => [client, text], {
      name: 'ask',
      ignore: ['client'],
      key: ({ host }: Client) => host,
      ...options,
    });
    expect(keyOf(ask(new Client('a'), 'x'))).toBe(keyOf(ask(new Client('a'), 'x')));
    expect(keyOf(ask(new Client('a'), 'x'))).not.toBe(keyOf(ask(new Client('b'), 'x')));
  });

  test('that fails is told of with its cause', () => {
    const failing = (): never => {
      throw new RangeError('no key today');
    };
    const read = node((path: string) => path, { name: 'read3', key: failing, ...options });
    const error = thrownBy(() => keyOf(read('a')));
    expect(error.code).toBe('DAG_OPTION');
    expect(error.message).toContain('node(read3): its `key` failed: no key today.');
    expect(error.cause).toBeInstanceOf(RangeError);
  });

  test('that gives something without content is told of', () => {
    const read = node((path: string) => path, { name: 'read4', key: async () => 1, ...options });
    expect(thrownBy(() => keyOf(read('a'))).message).toContain(
      'DAG_CANNOT_KEY: read4: what `key` gave: a promise, which nothing in a key can stand for. Let `key` give its value at once',
    );
  });
});

describe('nodes', () => {
  test('without a name are known by their text', () => {
    const unnamed = (): NodeFunction<[number], number> => node((x: number) => x + 1);
    expect(keyOf(all(unnamed()(1)))).toBe(keyOf(all(unnamed()(1))));
    expect(keyOf(unnamed()(1))).toBe(keyOf(unnamed()(1)));
    expect(keyOf(all(node((x: number) => x + 2)(1)))).not.toBe(keyOf(all(unnamed()(1))));
  });

  test('without a name that look the same are not mistaken for each other', () => {
    const times = (factor: number): NodeFunction<[number], number> => node((x: number) => x * factor);
    const error = thrownBy(() => keyOf(all(times(2)(1), times(3)(1))));
    expect(error.code).toBe('DAG_DUPLICATE_NODE');
    expect(error.message).toContain('keys.test.ts');
  });

  test('of one name are not mistaken for each other either', () => {
    const times = (factor: number): NodeFunction<[number], number> =>
      node((x: number) => x * factor, { name: 'times' });
    const [two, three] = [times(2), times(3)];
    expect(thrownBy(() => keyOf(all(two(1)))).code).toBe('DAG_DUPLICATE_NODE');
    expect(three(1)).toBeInstanceOf(Future);
  });
});

describe('the facts of a call', () => {
  test('are hashes of its arguments; those of calls are their keys', () => {
    const keys = freshKeys();
    const first = load('a');
    const facts = keys.factsOf(all(first, 1, [1, 2], { a: first }));
    expect(facts.args?.[0]).toBe(keyOf(first, keys));
    expect(new Set(facts.args).size).toBe(4);
    expect(facts.args?.every((hash) => /^[0-9a-f]{32}$/u.test(hash))).toBe(true);
    expect(facts.stamp).toMatchObject({ node: 'lazydag:tests/store/key/keys.test.ts#all', version: '1', source: '' });
    expect(facts.files).toBeUndefined();
  });

  test('tell of `this`, of the option `key`, and of arguments that do not count', () => {
    class Filter {
      readonly rate = 1;
      @node({ ignore: ['log'], key: () => 'k', ...options })
      weigh(x: number, log: unknown): unknown {
        return [this.rate, x, log];
      }
    }
    const { args = [] } = freshKeys().factsOf(new Filter().weigh(1, () => 2) as Future);
    expect(args.map((hash) => hash.replace(/[0-9a-f]{32}$/u, '#'))).toEqual(['#', '', 'this:#', 'key:#']);
  });
});

describe('the book of keys', () => {
  test('is there once the entry point for stores is imported, and opens', async () => {
    const book = keyBook();
    if (book === undefined) throw new Error('there is none');
    expect(book.isOpen).toBe(false);
    expect(() => book.begin('xxh128')).toThrow('DAG_INTERNAL');
    await Promise.all([book.open(), book.open()]);
    expect(book.isOpen).toBe(true);
    expect(book.begin('xxh128').keyOf(add(1, 2))).toBe(keyOf(add(1, 2)));
    expect(book.begin('sha256').keyOf(add(1, 2))).toBe(keyOf(add(1, 2), freshKeys('sha256')));
  });
});
