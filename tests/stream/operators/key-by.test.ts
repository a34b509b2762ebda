import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { node } from '../../../src/index.js';
import { batch, compose, flatMap, keyBy, stateful, type Stateful } from '../../../src/stream/index.js';
import { machineOf, recipeOf } from '../../../src/stream/transform.js';
import { counter, sum, total } from '../factories.js';

const option = expect.objectContaining({ code: 'DAG_OPTION' });
const snapshot = expect.objectContaining({ code: 'DAG_SNAPSHOT' });

interface Event {
  readonly user: string;
}

const events = ['ann', 'bob', 'ann'].map((user): Event => ({ user }));
const byUser = (event: Event): string => event.user;

describe('keyBy', () => {
  test('keeps a state per key', () => {
    const count = keyBy(byUser)(counter());
    expect(events.map((event) => count(event))).toEqual([1, 1, 2]);
    const atOnce = keyBy(byUser, counter(10));
    expect(events.map((event) => atOnce(event))).toEqual([11, 11, 12]);
  });

  test('makes each state like the transform, which keeps its own', () => {
    const add = sum(1);
    add(100);
    const byParity = keyBy((x: number) => x % 2)(add);
    expect([byParity(1), byParity(2), byParity(3), add(0)]).toEqual([2, 3, 5, 101]);
  });

  test('tells keys apart as a Map does', () => {
    const count = keyBy((x: unknown) => x)(counter());
    const object = {};
    expect([NaN, NaN, 0, -0, object, {}, object].map((x) => count(x))).toEqual([1, 2, 1, 2, 1, 1, 2]);
  });

  test('takes the body of a node', () => {
    const count = keyBy(node(byUser))(counter());
    expect(events.map((event) => count(event))).toEqual([1, 1, 2]);
  });

  test('agrees with a transform per key kept by hand', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 })), (chunks) => {
        const keyed = keyBy((x: number) => x % 3)(total());
        const byHand = new Map<number, ReturnType<typeof total>>();
        for (const chunk of chunks) {
          const own = byHand.get(chunk % 3) ?? total();
          byHand.set(chunk % 3, own);
          expect(keyed(chunk)).toBe(own(chunk));
        }
      }),
    );
  });

  test('of a flow is a flow, which flushes the keys in the order in which they came', () => {
    const pairs = keyBy((x: number) => x % 2)(batch<number>(2));
    expect([1, 2, 3].flatMap((x) => pairs(x))).toEqual([[1, 3]]);
    pairs(5);
    expect(pairs.flush()).toEqual([[5], [2]]);
  });

  test('of what waits, waits', async () => {
    const slow = compose(batch<number>(2), async (pair) => Promise.resolve(pair.length));
    const sizes = keyBy((x: number) => x % 2)(slow);
    expect([await sizes(1), await sizes(2), await sizes(3), await sizes.flush()]).toEqual([[], [], [2], [1]]);
    const twice = keyBy((x: number) => x)(flatMap(async (x: number) => Promise.resolve([x, x])));
    expect(await twice(1)).toEqual([1, 1]);
    expect(await twice.flush()).toEqual([]);
  });

  test('drops all states at reset(), and ends them at close()', () => {
    let open = 0;
    const hold = stateful(function* (): Stateful<number, number> {
      open += 1;
      try {
        for (let count = 0; ; count += 1) yield count;
      } finally {
        open -= 1;
      }
    });
    const pattern = hold();
    const count = keyBy((x: number) => x)(pattern);
    [1, 1, 2].forEach((x) => count(x));
    expect(open).toBe(3);
    count.reset();
    expect(open).toBe(1);
    expect(count(1)).toBe(1);
    count.close();
    pattern.close();
    expect(open).toBe(0);
    expect(() => count(1)).toThrow(expect.objectContaining({ code: 'DAG_TRANSFORM_ENDED' }));
  });

  test('ends one key where its transform throws, and no other', () => {
    const strict = stateful(function* strict(): Stateful<number, number> {
      let chunk = yield 0;
      for (;;) {
        if (chunk < 0) throw new RangeError('negative');
        chunk = yield chunk;
      }
    });
    const keyed = keyBy((x: number) => Math.abs(x))(strict());
    expect(() => keyed(-1)).toThrow(RangeError);
    expect(() => keyed(1)).toThrow(expect.objectContaining({ code: 'DAG_TRANSFORM_ENDED' }));
    expect(keyed(2)).toBe(2);
  });

  test('may have replicas', () => {
    expect(keyBy(byUser)(counter()).with({ replicas: 4 })({ user: 'ann' })).toBe(1);
  });

  test('tells pipelines how it works by its machine', () => {
    const key = (x: number): number => x % 2;
    const recipe = recipeOf(keyBy(key)(batch<number>(2)));
    if (recipe === undefined) throw new Error('no transform');
    const machine = machineOf(recipe);
    expect(machine.emits).toBe(true);
    expect(machine.keyed?.keyOf(3)).toBe(1);
    const own = machine.keyed === undefined ? undefined : machineOf(machine.keyed.recipe);
    expect([own?.step(1), own?.step(2)]).toEqual([[], [[1, 2]]]);
  });

  test.each([[5], [undefined], [async () => Promise.resolve(1)], [counter()], [counter]])('by %p is refused', (key) => {
    expect(() => keyBy(key as never)).toThrow(option);
    expect(() => keyBy(key as never, counter())).toThrow(option);
  });

  test.each([[5], [undefined], [(x: number) => x], [node((x: number) => x)], [counter]])(
    'over %p is refused',
    (other) => {
      expect(() => keyBy(byUser)(other as never)).toThrow(option);
      expect(() => keyBy(byUser, other as never)).toThrow(option);
    },
  );
});

describe('the state of a keyed transform', () => {
  test('is a list of keys with their states', () => {
    const count = keyBy(byUser)(counter());
    events.forEach((event) => count(event));
    expect(count.snapshot()).toEqual([
      ['ann', { count: 2 }],
      ['bob', { count: 1 }],
    ]);
  });

  test('is put back at any point, and continues exactly', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(20), (chunks, at) => {
        const make = () => keyBy((x: number) => x % 3)(total());
        const [first, second] = [make(), make()];
        second(1);
        chunks.slice(0, at).forEach((chunk) => first(chunk));
        second.restore(JSON.parse(JSON.stringify(first.snapshot())));
        for (const chunk of chunks.slice(at)) expect(second(chunk)).toBe(first(chunk));
      }),
    );
  });

  test('cannot be had where generators keep it', () => {
    expect(() => keyBy(byUser)(sum() as never).snapshot()).toThrow(snapshot);
  });

  test.each([[5], [[5]], [[['key']]]])('is not %p', (state) => {
    expect(() => {
      keyBy(byUser)(counter()).restore(state);
    }).toThrow(snapshot);
  });

  test('that cannot be put back changes nothing', () => {
    const pairs = keyBy((x: number) => x % 2)(batch<number>(2));
    pairs(1);
    expect(() => {
      pairs.restore([
        [0, [2]],
        [1, 'none'],
      ]);
    }).toThrow(snapshot);
    expect(pairs(3)).toEqual([[1, 3]]);
  });
});
