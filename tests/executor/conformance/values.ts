import { describe, expect, it } from '@jest/globals';
import { types } from 'node:util';
import type { Conforming } from '../conformance.js';
import { add, chosen, described, fold, same, sameLater } from '../pool/nodes/basic.js';

const date = new Date(Date.UTC(2024, 1, 29, 12));

/** What travels, and how a body and the caller must see it. */
const VALUES: readonly (readonly [what: string, value: unknown, seen: string])[] = [
  ['nothing', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a boolean', true, 'true'],
  ['a number', 1.5, '1.5'],
  ['minus zero', -0, '-0'],
  ['NaN', Number.NaN, 'NaN'],
  ['infinity', -Infinity, '-Infinity'],
  ['a text', 'ä\u0000\ud83d\ude00', 'ä\u0000\ud83d\ude00'],
  ['a bigint', -(2n ** 70n), '-1180591620717411303424n'],
  ['a date', date, 'Date<2024-02-29T12:00:00.000Z>'],
  ['a regular expression', /a+/gi, '/a+/gi'],
  ['an empty list', [], '[]'],
  ['an empty record', {}, '{}'],
  [
    'nested lists and records',
    { a: [1, [2, { b: null }]], c: { d: undefined } },
    '{a: [1, [2, {b: null}]], c: {d: undefined}}',
  ],
  [
    'a Map with odd keys',
    new Map<unknown, unknown>([
      [1, 'a'],
      [{ k: 1 }, new Set([2n])],
    ]),
    'Map<[1, a], [{k: 1}, Set<2n>]>',
  ],
  ['a Set', new Set(['x', 1, date]), 'Set<x, 1, Date<2024-02-29T12:00:00.000Z>>'],
  ['small bytes', Uint8Array.of(1, 2, 255), 'Uint8Array<1 2 255>'],
  ['clamped bytes', Uint8ClampedArray.of(300), 'Uint8ClampedArray<255>'],
  ['whole numbers', Int16Array.of(-2), 'Int16Array<254 255>'],
  ['big whole numbers', BigInt64Array.of(-1n), `BigInt64Array<${new Array(8).fill(255).join(' ')}>`],
  ['single precision', Float32Array.of(1), 'Float32Array<0 0 128 63>'],
  ['an empty array', new Float64Array(0), 'Float64Array<>'],
  ['a part of a buffer', Uint8Array.of(9, 1, 2, 9).subarray(1, 3), 'Uint8Array<1 2>'],
  ['a DataView', new DataView(Uint8Array.of(7, 8, 9).buffer, 1), 'DataView<8 9>'],
  [
    'typed arrays, dates, Maps and big numbers at depth',
    { list: [{ map: new Map([['k', { set: new Set([Float32Array.of(1)]), big: 3n, when: date }]]) }] },
    '{list: [{map: Map<[k, {set: Set<Float32Array<0 0 128 63>>, big: 3n, when: Date<2024-02-29T12:00:00.000Z>}]>}]}',
  ],
];

/** A value as a text that tells the types, too, whichever realm or thread made it. */
async function seenHere(value: unknown): Promise<string> {
  return described(value).resolve();
}

export function describeValues({ on, forced }: Conforming): void {
  describe('values', () => {
    it.each(VALUES)('hands over %s as it is', async (_, value, seen) => {
      expect(await described(value).resolve(on())).toBe(seen);
    });

    it.each(VALUES)('gives back %s as it is', async (_, value, seen) => {
      expect(await seenHere(await same(value).resolve(on()))).toBe(seen);
      expect(await seenHere(await sameLater(same(value)).resolve(on()))).toBe(seen);
    });

    it('keeps what stands twice in a value, and cycles', async () => {
      const list: unknown[] = [1];
      const twice = { a: list, b: list, self: undefined as unknown };
      twice.self = twice;
      const got = (await same(twice).resolve(on())) as typeof twice;
      expect(got.a).toBe(got.b);
      expect(got.self).toBe(got);
      expect(got.a).toEqual([1]);
    });

    it('keeps which views lie on one buffer', async () => {
      const whole = Float64Array.of(1, 2, 3, 4);
      const got = (await same({ whole, part: whole.subarray(1, 3) }).resolve(on())) as Record<string, Float64Array>;
      const { whole: all, part } = got;
      expect(part?.buffer).toBe(all?.buffer);
      expect([...(part ?? [])]).toEqual([2, 3]);
    });

    it('hands over an Error with its name, message, cause and properties', async () => {
      const cause = new TypeError('inner');
      const error = Object.assign(new RangeError('outer', { cause }), { errno: 5 });
      const got = await same({ error }).resolve(on());
      expect(got).toMatchObject({ error: { name: 'RangeError', message: 'outer', errno: 5, stack: error.stack } });
      expect(got).toMatchObject({ error: { cause: { name: 'TypeError', message: 'inner' } } });
      expect(types.isNativeError((got as { error: unknown }).error)).toBe(true);
    });

    it('passes nodes as arguments and as results', async () => {
      expect(await fold(add, [1, 2, 3]).resolve(on())).toBe(6);
      const got = (await chosen(true).resolve(on())) as typeof add;
      expect(await got(1, 2).resolve(on())).toBe(3);
      expect(await fold(chosen(true), [4, 5]).resolve(on())).toBe(9);
    });

    it('names the path of what cannot travel', async () => {
      const bad = { options: [{ model: () => 0 }] };
      const call = same(bad).resolve(on());
      if (forced) {
        await expect(call).rejects.toMatchObject({ code: 'DAG_CANNOT_TRAVEL', node: 'same' });
        await expect(call).rejects.toThrow(/argument 0\.options\[0\]\.model/);
      } else expect(await call).toBe(bad);
    });
  });
}
