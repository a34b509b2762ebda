import { expect, test } from '@jest/globals';
import { node, type Future } from '../../src/index.js';
import { eachArgumentPath } from '../../src/graph/argument-paths.js';

const make = node((x: unknown) => x, { name: 'make' });

/** Every visit: `path` for a Future, `path=value` for a literal. */
function visits(...args: unknown[]): string[] {
  const found: string[] = [];
  eachArgumentPath(args, {
    future: (path) => found.push(path),
    literal: (path, value) => found.push(`${path}=${String(value)}`),
  });
  return found;
}

test('names arguments by position', () => {
  expect(visits(make(1), 2, make(3), undefined)).toEqual(['0', '1=2', '2', '3=undefined']);
});

test('writes the way into arrays, records, Maps and Sets', () => {
  const f = make(0);
  expect(visits([f, [f]], { items: [1, 2, f], 'odd key': f, été: f })).toEqual([
    '0[0]',
    '0[1][0]',
    '1.items[0]=1',
    '1.items[1]=2',
    '1.items[2]',
    '1["odd key"]',
    '1.été',
  ]);
  expect(
    visits(
      new Map<unknown, unknown>([
        ['k', f],
        [2, { deep: f }],
      ]),
      new Set(['x', f]),
    ),
  ).toEqual(['0$map["k"]', '0$map[2].deep', '1$set[0]=x', '1$set[1]']);
});

test('gives a container without Futures as one literal, at any depth', () => {
  expect(visits([1, 2], { a: [1, 2], b: make(0) })).toEqual(['0=1,2', '1.a=1,2', '1.b']);
});

test('does not look into class instances and buffers', () => {
  class Box {
    inside = make(0);
    toString(): string {
      return 'a box';
    }
  }
  expect(visits(new Box(), new Float64Array(2))).toEqual(['0=a box', '1=0,0']);
});

test('visits a shared or cyclic container once', () => {
  const shared: unknown[] = [make(0)];
  shared.push(shared);
  expect(visits([shared, shared])).toEqual(['0[0][0]']);
});

test('goes 100,000 containers deep', () => {
  let nested: unknown = make(0);
  for (let depth = 0; depth < 100_000; depth += 1) nested = [nested];
  const found: Future[] = [];
  eachArgumentPath([nested], { future: (_, future) => found.push(future) });
  expect(found).toHaveLength(1);
});
