import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { struct, structFrom } from '../../src/memory/struct/define.js';
import type { StructDefinition, StructView } from '../../src/memory/struct/definition.js';
import { scalarArrays, type ScalarName } from '../../src/memory/struct/scalars.js';
import { structOf } from '../../src/memory/struct/struct.js';
import { travel } from './payload/travel.js';

const Point = struct({ x: 'f32', y: 'f64' });
const State = struct({
  on: 'bool',
  x: 'f64',
  count: 'i64',
  image: ['u8', 4, 3],
  marks: ['bool', 2],
  at: Point,
});

test('fields lie at multiples of their alignment', () => {
  expect(State.fields.map(({ name, offset, size }) => [name, offset, size])).toEqual([
    ['on', 0, 1],
    ['x', 8, 8],
    ['count', 16, 8],
    ['image', 24, 12],
    ['marks', 36, 2],
    ['at', 40, 16],
  ]);
  expect([State.size, State.alignment, struct({ a: 'u16', b: 'u8' }).size]).toEqual([56, 8, 4]);
});

test('views read and write memory in place, with the types of the fields', () => {
  const memory = new SharedArrayBuffer(State.size * 2);
  const view: StructView<typeof State> = State.view(memory, State.size);
  view.on = true;
  view.x = 1.5;
  view.count = 2n ** 62n;
  view.image[State.index('image', 2, 1)] = 7;
  view.at.y = -1;
  const data = new DataView(memory, State.size);
  expect(data.getUint8(0)).toBe(1);
  expect(data.getFloat64(8, true)).toBe(1.5);
  expect(data.getBigInt64(16, true)).toBe(2n ** 62n);
  expect(data.getUint8(24 + 2 * 3 + 1)).toBe(7);
  expect(data.getFloat64(48, true)).toBe(-1);
  data.setUint8(0, 0);
  expect([view.on, view.x, view.count]).toEqual([false, 1.5, 2n ** 62n]);
  expect(view.image).toBe(view.image);
  expect(inspect(view)).toContain('x: 1.5');
});

test('a struct is rebuilt from its description, and equal to that one only', () => {
  const copy = structFrom(structuredClone(State.describe()));
  expect(copy.equals(State)).toBe(true);
  expect([copy.size, copy.fields.length]).toEqual([State.size, 6]);
  expect(struct({ x: 'f32', y: 'f32' }).equals(Point)).toBe(false);
  expect(struct({ y: 'f64', x: 'f32' }).equals(Point)).toBe(false);
});

test('records are copied, turned into objects and assigned', () => {
  const [from, to] = [State.allocate(), State.allocate()];
  const values = { on: true, x: 2, image: Uint8Array.from({ length: 12 }, (_, index) => index), at: { x: 0.5, y: 3 } };
  State.assign(from, values);
  State.assign(from, { marks: [true, false] });
  State.copy(from, to);
  const object = State.toObject(to);
  expect(object).toEqual({ ...values, count: 0n, marks: Uint8Array.of(1, 0) });
  expect(object.image.buffer).toBeInstanceOf(ArrayBuffer);
});

test('any definition keeps what is written into any of its fields', () => {
  const scalar = fc.constantFrom(...(Object.keys(scalarArrays) as ScalarName[]));
  const field = fc.oneof(scalar, fc.tuple(scalar, fc.nat(3), fc.nat(3)));
  const name = fc
    .string({ minLength: 1, maxLength: 6 })
    .filter((text) => !(text in {}) && !['then', 'toJSON'].includes(text));
  const definitions = fc.dictionary(name, field, { minKeys: 1, maxKeys: 8 });
  fc.assert(
    fc.property(definitions, fc.nat(3), (definition: StructDefinition, record) => {
      const any = struct(definition);
      const memory = new SharedArrayBuffer(any.size * 4);
      const views = any.viewsOf(memory);
      const view = views(record * any.size) as Record<string, unknown>;
      any.fields.forEach((each, number) => {
        const value = 'type' in each && /64/.test(each.type) && each.type !== 'f64' ? BigInt(number + 1) : number + 1;
        if (each.kind === 'scalar') view[each.name] = each.type === 'bool' ? true : value;
        else if (each.kind === 'array') (view[each.name] as unknown[]).fill(value);
      });
      any.fields.forEach((each, number) => {
        const got = view[each.name];
        if (each.kind === 'scalar') expect(Number(got)).toBe(each.type === 'bool' ? 1 : number + 1);
        else
          expect(Array.from(got as ArrayLike<number>, Number)).toEqual(
            Array(each.size === 0 ? 0 : (got as []).length).fill(number + 1),
          );
      });
      const bytes = new Uint8Array(memory);
      const outside = bytes.filter((byte, at) => Math.floor(at / any.size) !== record && byte !== 0);
      expect(outside).toHaveLength(0);
    }),
    { numRuns: 100 },
  );
});

test('views work where texts must not be made into functions', () => {
  const original = globalThis.Function;
  const refused = function (): never {
    throw new EvalError('no code from strings');
  };
  globalThis.Function = refused as unknown as FunctionConstructor;
  try {
    const slow = struct({ x: 'f64', n: 'u64', on: 'bool', list: ['i16', 2], inner: Point });
    const view = slow.allocate();
    slow.assign(view, { x: 1, n: 2n, on: true, list: [3, 4], inner: { x: 5, y: 6 } });
    const list = Int16Array.of(3, 4);
    expect(slow.toObject(view)).toEqual({ x: 1, n: 2n, on: true, list, inner: { x: 5, y: 6 } });
  } finally {
    globalThis.Function = original;
  }
});

describe('refuses', () => {
  const code = (text: string): unknown =>
    expect.objectContaining({ code: 'DAG_OPTION', message: expect.stringContaining(text) });
  const define = (definition: unknown) => () => struct(definition as StructDefinition);

  test.each([
    ['no fields', {}, 'at least one field, got an object'],
    ['what is no object', 'f64', 'an object of fields and their types, got "f64"'],
    ['unknown types', { x: 'float64' }, 'the type of `x` must be one of f32, f64'],
    ['unknown types of arrays', { x: ['f16', 2] }, 'got "f16"'],
    ['types that are none', { x: 8 }, 'got 8'],
    ['negative shapes', { x: ['f64', -1] }, 'the shape of `x` must be whole numbers of at least 0, got -1'],
    ['arrays without a shape', { x: ['f64'] }, 'at least one dimension'],
    ['names that every object has', { toString: 'f64' }, 'a name that no object has, got "toString"'],
    ['names that make a view a promise', { then: 'f64' }, 'got "then"'],
    ['more bytes than a buffer has', { x: ['f64', 2 ** 30] }, 'the size must be at most'],
  ])('%s', (_, definition, message) => {
    expect(define(definition)).toThrow(code(message));
  });

  test('places where no record can lie', () => {
    const memory = new SharedArrayBuffer(64);
    expect(() => Point.view(memory, 4)).toThrow(code('a multiple of 8 from 0 to 48, got 4'));
    expect(() => Point.viewsOf(memory)(56)).toThrow(code('got 56'));
  });

  test('fields that there are not, arrays of other lengths, and views that are none', () => {
    const view = State.allocate();
    expect(() => State.assign(view, { z: 1 } as object)).toThrow(code('no field `z`'));
    expect(() => State.assign(view, { image: [1, 2] })).toThrow(code('12 elements in one flat list, got 2'));
    expect(() => State.assign(view, { image: null } as unknown as object)).toThrow(code('got null'));
    expect(() => State.index('image', 4, 0)).toThrow(code('[4, 3], got [4, 0]'));
    expect(() => State.index('x')).toThrow(code('got []'));
    expect(() => Point.copy({ x: 1, y: 2 }, Point.allocate())).toThrow(code('got an object'));
  });
});

test('a struct travels to other threads, also inside of what it is in', () => {
  const [arrived] = travel([State] as const);
  expect(arrived.equals(State)).toBe(true);
  expect(arrived).not.toBe(State);
  expect(travel({ point: Point }).point.size).toBe(Point.size);
});

test('a view says what it is a view of', () => {
  const view = State.allocate();
  expect(structOf(view)).toBe(State);
  expect(structOf(view.at)).toBe(Point);
  for (const other of [State.toObject(view), State, undefined, null, 5, Object.create(null)]) {
    expect(structOf(other)).toBeUndefined();
  }
});
