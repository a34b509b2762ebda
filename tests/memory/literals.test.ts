import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { alloc, lazy, node, resolve, type Future } from '../../src/index.js';
import { blocks } from '../../src/memory/blocks.js';

const LENGTH = 10_000;

const sevens = node(() => alloc(Float64Array, LENGTH).fill(7), { name: 'sevens' });
/** Takes memory of the same size and writes to it. */
const overwrite = node(() => alloc(Float64Array, LENGTH).fill(-1), { name: 'overwrite' });
const sum = node((x: Float64Array, _after?: unknown) => x.reduce((total, value) => total + value, 0), { name: 'sum' });
const sumOf = node(
  (parts: readonly Float64Array[], _after: unknown) => parts.reduce((total, part) => total + sum.body(part), 0),
  {
    name: 'sumOf',
  },
);

let before: number;
beforeEach(() => {
  before = blocks.stats.liveBlocks;
});
afterEach(() => {
  expect(blocks.stats.liveBlocks).toBe(before);
});

describe('a call made in a body may read what the body was given', () => {
  test('as it is', async () => {
    const outer = node((x: Float64Array): Future<number> => sum(x, overwrite()), { name: 'outer' });
    expect(await outer(sevens()).resolve()).toBe(7 * LENGTH);
  });

  test('as a view of it', async () => {
    const outer = node((x: Float64Array): Future<number> => sum(x.subarray(0, 10), overwrite()), { name: 'outer' });
    expect(await outer(sevens()).resolve()).toBe(70);
  });

  test('inside of containers', async () => {
    const outer = node((x: Float64Array): Future<number> => sumOf([x, x.subarray(5)], overwrite()), { name: 'outer' });
    expect(await outer(sevens()).resolve()).toBe(7 * (2 * LENGTH - 5));
  });

  test('through several levels', async () => {
    const inner = node((x: Float64Array): Future<number> => sum(x, overwrite()), { name: 'inner' });
    const outer = node((x: Float64Array): Future<number> => inner(x.subarray(1)), { name: 'outer' });
    expect(await outer(sevens()).resolve()).toBe(7 * (LENGTH - 1));
  });

  test('when the body returns several outputs', async () => {
    const outer = node(
      (x: Float64Array) => {
        const after = overwrite();
        return { all: sum(x, after), some: sum(x.subarray(0, 10), after) };
      },
      { name: 'outer', outputs: ['all', 'some'] },
    );
    const { all, some } = outer(sevens());
    expect(await resolve([all, some])).toEqual([7 * LENGTH, 70]);
  });

  test('as `this`', async () => {
    class Held {
      constructor(readonly x: Float64Array) {}

      @node()
      total(_after: Float64Array): number {
        return sum.body(this.x);
      }
    }
    const outer = node((x: Float64Array): Future<number> => lazy(new Held(x)).total(overwrite()), { name: 'outer' });
    expect(await outer(sevens()).resolve()).toBe(7 * LENGTH);
    // Nobody can see what an instance keeps in private fields: its memory is left to the garbage collector.
    before = blocks.stats.liveBlocks;
  });

  test('as an effect', async () => {
    let seen = 0;
    const note = node(
      (x: Float64Array, _after: unknown) => {
        seen = sum.body(x);
      },
      { name: 'note', effect: true },
    );
    const outer = node(
      (x: Float64Array) => {
        note(x, overwrite());
        return 1;
      },
      { name: 'outer' },
    );
    expect(await outer(sevens()).resolve()).toBe(1);
    expect(seen).toBe(7 * LENGTH);
  });

  test('and its memory is taken again when that call failed', async () => {
    const fail = node((_x: Float64Array): number => {
      throw new Error('no');
    });
    const outer = node((x: Float64Array): Future<number> => fail(x), { name: 'outer' });
    await expect(outer(sevens()).resolve()).rejects.toThrow('no');
  });
});

test('a chain of nested calls needs no more memory the longer it is', async () => {
  const plusOne = node(
    (x: Float64Array) => {
      const y = alloc(Float64Array, x.length);
      for (const [index, value] of x.entries()) y[index] = value + 1;
      return y;
    },
    { name: 'plusOne' },
  );
  const steps = node(
    (x: Float64Array, left: number): Float64Array | Future<Float64Array> =>
      left === 0 ? x : steps(plusOne(x), left - 1),
    { name: 'steps' },
  );
  let most = 0;
  const total = await sum(steps(sevens(), 20)).resolve({
    onEvent: () => (most = Math.max(most, blocks.stats.liveBlocks - before)),
  });
  expect(total).toBe(27 * LENGTH);
  expect(most).toBeLessThanOrEqual(3);
});
