import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { node } from '../../src/index.js';
import { batch, compose, filter, flatMap, stateful, unbatch, window, type Stateful } from '../../src/stream/index.js';
import { counter, sum, total } from './factories.js';

const option = expect.objectContaining({ code: 'DAG_OPTION' });
const snapshot = expect.objectContaining({ code: 'DAG_SNAPSHOT' });

function failIf(failing: boolean): void {
  if (failing) throw new Error('cannot end');
}

/** Any parts in a row, whatever their types. */
const loosely = compose as unknown as (...parts: readonly unknown[]) => {
  (chunk: unknown): unknown;
  flush(): unknown;
  snapshot(): unknown;
  restore(state: unknown): void;
};

describe('a composition', () => {
  test('takes a chunk through transforms, functions and nodes', () => {
    const twice = node((x: number) => 2 * x, { name: 'twice' });
    const chain = compose(sum(1), (x) => x + 0.5, twice, String);
    expect([chain(1), chain(1)]).toEqual(['5', '7']);
    expect(chain.name).toBe('compose');
  });

  test('calls methods that are nodes with their instance', () => {
    class Scale {
      by = 3;
      readonly times = node(function (this: Scale, x: number) {
        return x;
      });
    }
    expect(compose(new Scale().times)(2)).toBe(2);
  });

  test('leaves the state of what it was given alone', () => {
    const add = sum(10);
    const chain = compose(add);
    chain(5);
    expect([add(1), chain(1)]).toEqual([11, 16]);
    expect(chain.with({ name: 'other' })(1)).toBe(11);
  });

  test('is a part of another one', () => {
    const inner = compose(sum(), total());
    const outer = compose(inner, (x: number) => -x, inner);
    expect([outer(1), outer(2)]).toEqual([-1, -6]);
    expect(inner(1)).toBe(1);
  });

  test('gives what calling its parts by hand gives, however many they are', () => {
    const parts = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(parts, fc.array(fc.integer({ min: -9, max: 9 })), (kinds, chunks) => {
        const made = kinds.map((kind) => (kind > 1 ? (x: number) => x - kind : kind > 0 ? sum(kind) : total()));
        const chain = loosely(...made);
        for (const chunk of chunks) {
          expect(chain(chunk)).toBe(made.reduce<number>((x, part) => part(x), chunk));
        }
      }),
    );
  });

  test('begins anew and ends with all its parts', () => {
    const ended: string[] = [];
    const named = stateful(function* (name: string): Stateful<number, number> {
      try {
        for (let total = 0; ;) total += yield total;
      } finally {
        ended.push(name);
        failIf(name === 'bad');
      }
    });
    const chain = compose(named('a'), named('b'));
    chain(1);
    chain.reset();
    expect(ended).toEqual(['a', 'b']);
    expect(chain(2)).toBe(2);
    chain.close();
    expect(ended).toEqual(['a', 'b', 'a', 'b']);
    expect(() => chain(1)).toThrow(expect.objectContaining({ code: 'DAG_TRANSFORM_ENDED' }));
    const faulty = compose(named('bad'), named('good'));
    ended.length = 0;
    expect(() => {
      faulty.close();
    }).toThrow('cannot end');
    expect(ended).toEqual(['bad', 'good']);
    expect(() => faulty(1)).toThrow(expect.objectContaining({ code: 'DAG_TRANSFORM_ENDED' }));
  });

  test('that cannot be made lets go of the parts that were', () => {
    let ended = 0;
    const hold = stateful(function* (): Stateful<number, number> {
      try {
        for (;;) yield 0;
      } finally {
        ended += 1;
      }
    });
    expect(() => loosely(hold(), 5)).toThrow(option);
    expect(ended).toBe(1);
  });

  test.each([
    ['nothing', [], 'at least one part'],
    ['a number', [5], 'part 1 must be'],
    ['undefined', [sum(), undefined], 'part 2 must be'],
    ['a Future', [node(() => 1, { name: 'one' })()], 'got an object'],
    ['a factory', [sum], 'got a factory that was not called'],
  ])('of %s is refused', (_, parts, text) => {
    expect(() => loosely(...parts)).toThrow(option);
    expect(() => loosely(...parts)).toThrow(text);
  });
});

describe('the state of a composition', () => {
  test('is that of its parts, and continues exactly', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(20), (chunks, at) => {
        const make = () => compose(total(), (x) => x - 1, window<number>(3, 2), unbatch<number>(), batch<number>(2));
        const [first, second] = [make(), make()];
        chunks.slice(0, at).forEach((chunk) => first(chunk));
        second.restore(structuredClone(first.snapshot()));
        for (const chunk of chunks.slice(at)) expect(second(chunk)).toEqual(first(chunk));
        expect(second.flush()).toEqual(first.flush());
      }),
    );
  });

  test('has null for functions', () => {
    const chain = compose((x: number) => x, total());
    chain(2);
    expect(chain.snapshot()).toEqual([null, { sum: 2 }]);
  });

  test('cannot be had where a generator keeps part of it', () => {
    const chain = compose(total(), sum());
    expect(() => chain.snapshot()).toThrow(snapshot);
    expect(() => {
      chain.restore([]);
    }).toThrow(snapshot);
  });

  test.each([[undefined], [[]], [{}], [[null, null, null]]])('is not %p', (state) => {
    const chain = compose(total(), total());
    expect(() => {
      chain.restore(state);
    }).toThrow(snapshot);
  });
});

describe('a composition with flows', () => {
  test('gives an array of results, and what is left at its end', () => {
    const pairs = compose(sum(), batch<number>(2), (pair) => pair.join('+'));
    expect([1, 2, 3].flatMap((x) => pairs(x))).toEqual(['1+3']);
    expect(pairs.flush()).toEqual(['6']);
    expect(pairs.flush()).toEqual([]);
  });

  test('takes what is left through all the parts behind it, in order', () => {
    const chain = compose(batch<number>(2), unbatch<number>(), batch<number>(4));
    expect([1, 2, 3, 4, 5].flatMap((x) => chain(x))).toEqual([[1, 2, 3, 4]]);
    expect(chain.flush()).toEqual([[5]]);
  });

  test('drops what a filter drops, and spreads what is many', () => {
    const chain = compose(
      filter((x: number) => x > 0),
      flatMap(function* (x: number) {
        for (let i = 0; i < x; i += 1) yield i;
      }),
      (x) => -x,
      filter((x: number) => x < 0),
    );
    expect([2, -1, 0, 3, 1].map((x) => chain(x))).toEqual([[-1], [], [], [-1, -2], []]);
  });

  test('reads generators only as far as it goes', () => {
    const log: string[] = [];
    const chain = compose(
      flatMap(function* (n: number) {
        for (let i = 0; i < n; i += 1) {
          log.push(`made ${i}`);
          yield i;
        }
      }),
      (x) => log.push(`took ${x}`),
    );
    chain(2);
    expect(log).toEqual(['made 0', 'took 0', 'made 1', 'took 1']);
  });
});

describe('a composition that waits', () => {
  test('awaits asynchronous functions, nodes and transforms between its parts', async () => {
    const join = stateful(async function* () {
      let text = '';
      for (;;) {
        const x: number = yield Promise.resolve(text);
        text += x.toString();
      }
    });
    const fetched = node(async (x: number) => Promise.resolve(10 * x), { name: 'fetched' });
    const chain = compose(
      async (x: number) => Promise.resolve(x + 1),
      fetched,
      join(),
      (text) => `<${text}>`,
    );
    expect(await Promise.all([chain(1), chain(2)])).toEqual(['<20>', '<2030>']);
  });

  test('lets no chunk overtake another', async () => {
    const gates = new Map<number, () => void>();
    const gate = (x: number): Promise<void> => new Promise((open) => gates.set(x, open));
    const first = gate(1);
    const chain = compose(
      async (x: number) => {
        if (x === 1) await first;
        return x;
      },
      counter(),
      (count) => count,
    );
    const both = Promise.all([chain(1), chain(2)]);
    gates.get(1)?.();
    expect(await both).toEqual([1, 2]);
  });

  test('goes on after a chunk that failed', async () => {
    const chain = compose(async (x: number) => {
      if (x < 0) throw new RangeError('negative');
      return Promise.resolve(x);
    }, total());
    const results = await Promise.allSettled([chain(1), chain(-1), chain(2)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await chain(0)).toBe(3);
  });

  test('gives promises of arrays where a part is a flow', async () => {
    const chain = compose(
      batch<number>(2),
      async (pair) => Promise.resolve(pair),
      unbatch<number>(),
      flatMap(async function* (x: number) {
        yield Promise.resolve(x);
        yield -x;
      }),
    );
    expect(await Promise.all([1, 2, 3].map((x) => chain(x)))).toEqual([[], [1, -1, 2, -2], []]);
    expect(await chain.flush()).toEqual([3, -3]);
  });
});
