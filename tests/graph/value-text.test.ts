import { expect, test } from '@jest/globals';
import { valueText } from '../../src/graph/value-text.js';

class Point {
  x = 1;
}

test.each([
  [1.5, '1.5'],
  [-0, '-0'],
  [12n, '12n'],
  [undefined, 'undefined'],
  [null, 'null'],
  [true, 'true'],
  [Symbol('s'), 'Symbol(s)'],
  ['say "hi"\n', '"say \\"hi\\"\\n"'],
  ['x'.repeat(100), `"${'x'.repeat(32)}…"`],
  ['🎉'.repeat(40), `"${'🎉'.repeat(32)}…"`],
  [Math.max, 'max'],
  [() => 1, 'a function'],
  [[1, 'a', null], '[1, "a", null]'],
  [[], '[]'],
  [[[1]], 'Array(1)'],
  [new Array(9).fill(0), 'Array(9)'],
  [new Array(8).fill('long text'), 'Array(8)'],
  [{}, '{}'],
  [{ rate: 0.1, name: 'x' }, '{ rate: 0.1, name: "x" }'],
  [{ deep: {}, flat: 1 }, '{ deep, flat }'],
  [{ aVeryLongNameOfAProperty: {}, another: 1 }, 'Object(2)'],
  [Object.fromEntries(Array.from('abcdefghi', (key) => [key, 1])), 'Object(9)'],
  [Object.create(null), '{}'],
  [new Map([[1, 2]]), 'Map(1)'],
  [new Set([1, 2]), 'Set(2)'],
  [new Float64Array(8), 'Float64Array(8)'],
  [new DataView(new ArrayBuffer(8)), 'DataView'],
  [new ArrayBuffer(16), 'ArrayBuffer(16)'],
  [new SharedArrayBuffer(16), 'SharedArrayBuffer(16)'],
  [new Point(), 'Point'],
  [new Date(0), 'Date'],
  [new (class {})(), 'Object'],
])('writes %p as %s', (value, text) => {
  expect(valueText(value)).toBe(text);
});

test('writes what throws when it is looked at as an object', () => {
  const throwing = {
    get field(): never {
      throw new Error('no');
    },
  };
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(valueText(throwing)).toBe('an object');
  expect(valueText(proxy)).toBe('an object');
});
