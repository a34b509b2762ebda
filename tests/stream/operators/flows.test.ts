import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { node } from '../../../src/index.js';
import { batch, compose, filter, flatMap, unbatch, window, type Flow } from '../../../src/stream/index.js';
import { sum } from '../factories.js';

const option = expect.objectContaining({ code: 'DAG_OPTION' });
const snapshot = expect.objectContaining({ code: 'DAG_SNAPSHOT' });
const counts = [0, -1, 1.5, NaN, Infinity, '2', undefined, null];

/** Everything that a flow makes of some chunks. */
function through<In, Out>(flow: Flow<In, Out>, chunks: readonly In[]): Out[] {
  return [...chunks.flatMap((chunk) => flow(chunk)), ...flow.flush()];
}

describe('batch', () => {
  test('gives arrays of a size, and the rest at the end', () => {
    const pairs = batch<number>(2);
    expect([1, 2, 3].map((x) => pairs(x))).toEqual([[], [[1, 2]], []]);
    expect([pairs.flush(), pairs.flush()]).toEqual([[[3]], []]);
  });

  test('forgets what it holds at reset()', () => {
    const pairs = batch<number>(2);
    pairs(1);
    pairs.reset();
    expect(through(pairs, [2, 3])).toEqual([[2, 3]]);
  });

  test('has no flush() once it is closed', () => {
    const pairs = batch<number>(2);
    pairs(1);
    pairs.close();
    expect(() => pairs.flush()).toThrow(expect.objectContaining({ code: 'DAG_TRANSFORM_ENDED' }));
  });

  test('and unbatch are nothing together', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 9 }), (chunks, size) => {
        expect(through(compose(batch<number>(size), unbatch<number>()), chunks)).toEqual(chunks);
      }),
    );
  });

  test.each(counts)('of %p is refused', (size) => {
    expect(() => batch(size as number)).toThrow(option);
  });
});

describe('unbatch', () => {
  test('gives what stands in anything that can be iterated', () => {
    const each = unbatch<number>();
    expect([each([1, 2]), each(new Set([3])), each(new Float64Array(2)), each([])]).toEqual([[1, 2], [3], [0, 0], []]);
    expect(() => each(5 as never)).toThrow(TypeError);
  });
});

describe('window', () => {
  test('gives what slices of the whole would be', () => {
    const size = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 40 }), size, size, (chunks, length, step) => {
        const slices = chunks
          .map((_, at) => at)
          .filter((at) => at % step === 0 && at + length <= chunks.length)
          .map((at) => chunks.slice(at, at + length));
        expect(through(window<number>(length, step), chunks)).toEqual(slices);
      }),
    );
  });

  test('moves by one chunk unless told otherwise', () => {
    expect(through(window<number>(2), [1, 2, 3])).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  test('has nothing left at its end, and forgets what it holds at reset() and close()', () => {
    const pairs = window<number>(2, 3);
    [1, 2, 3].forEach((x) => pairs(x));
    expect(pairs.flush()).toEqual([]);
    pairs.reset();
    expect([4, 5].map((x) => pairs(x))).toEqual([[], [[4, 5]]]);
    pairs.close();
    pairs.reset();
    expect([6, 7].map((x) => pairs(x))).toEqual([[], [[6, 7]]]);
  });

  test('gives arrays that later ones do not change', () => {
    const pairs = window<number>(2);
    pairs(1);
    const [first] = pairs(2);
    first?.fill(0);
    expect(pairs(3)).toEqual([[2, 3]]);
  });

  test.each(counts.filter((count) => count !== undefined))('of %p is refused, and so is such a step', (count) => {
    expect(() => window(count as number)).toThrow(option);
    expect(() => window(2, count as number)).toThrow(option);
    expect(() => window(undefined as never)).toThrow('`size` must be a whole number of at least 1, got undefined.');
  });
});

describe('filter', () => {
  test('lets pass what a function or a node is true for', () => {
    const even = (x: number): boolean => x % 2 === 0;
    for (const predicate of [filter(even), filter(node(even))]) {
      expect(through(predicate, [1, 2, 3, 4])).toEqual([2, 4]);
    }
  });

  test('waits for an async function', async () => {
    const even = filter(async (x: number) => Promise.resolve(x % 2 === 0));
    expect([await even(1), await even(2), await even.flush()]).toEqual([[], [2], []]);
  });

  test.each([undefined, 5, sum(), sum])('of %p is refused', (predicate) => {
    expect(() => filter(predicate as never)).toThrow(option);
  });
});

describe('flatMap', () => {
  test('gives the results of a function or a node one by one', () => {
    const letters = (word: string): string[] => word.split('');
    for (const flow of [flatMap(letters), flatMap(node(letters))]) {
      expect(through(flow, ['ab', '', 'c'])).toEqual(['a', 'b', 'c']);
    }
  });

  test('waits for async functions and asynchronous generators', async () => {
    const twice = flatMap(async (x: number) => Promise.resolve([x, x]));
    expect(await twice(1)).toEqual([1, 1]);
    const range = flatMap(async function* (n: number) {
      for (let i = 0; i < n; i += 1) yield Promise.resolve(i);
    });
    expect(await range(3)).toEqual([0, 1, 2]);
  });

  test.each([undefined, [], sum()])('of %p is refused', (fn) => {
    expect(() => flatMap(fn as never)).toThrow(option);
  });
});

describe('the state of an operator', () => {
  test('is put back at any point, and continues exactly', () => {
    const makers: readonly (() => Flow<number, unknown>)[] = [
      () => batch<number>(3),
      () => window<number>(3, 2),
      () => window<number>(2, 5),
      () => filter((x: number) => x > 0),
      () => flatMap((x: number) => [x, x]),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...makers), fc.array(fc.integer()), fc.nat(20), (make, chunks, at) => {
        const [first, second] = [make(), make()];
        chunks.slice(0, at).forEach((chunk) => first(chunk));
        second.restore(JSON.parse(JSON.stringify(first.snapshot())));
        expect(through(second, chunks.slice(at))).toEqual(through(first, chunks.slice(at)));
      }),
    );
  });

  test('is not changed by what comes after', () => {
    const threes = batch<number>(3);
    threes(1);
    const state = threes.snapshot();
    threes(2);
    threes.restore(state);
    threes(5);
    expect(state).toEqual([1]);
    expect(threes.flush()).toEqual([[1, 5]]);
  });

  test.each([undefined, 5, { held: [] }, { skip: 1 }])('is not %p', (state) => {
    for (const flow of [batch(2), window(2)]) {
      expect(() => {
        flow.restore(state);
      }).toThrow(snapshot);
    }
  });
});
