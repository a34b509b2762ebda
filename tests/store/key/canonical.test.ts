import { createContext, runInContext } from 'node:vm';
import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import type * as Arrow from 'apache-arrow';
import fc from 'fast-check';
import type makeArray from 'ndarray';
import { alloc, DagError, node, registerCodec } from '../../../src/index.js';
import { freshKeys, keyOfValue, quickKey, taking } from './support.js';

const require = createRequire(import.meta.url);
const ndarray = require('ndarray') as typeof makeArray;
const arrow = require('apache-arrow') as typeof Arrow;

/** Values of every sort that have a content, without cycles. */
const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  withNullPrototype: true,
  withObjectString: true,
  stringUnit: 'binary',
  maxDepth: 3,
});

function objection(value: unknown): DagError {
  try {
    keyOfValue(value);
  } catch (error) {
    if (error instanceof DagError) return error;
  }
  throw new Error('it has a key');
}

describe('equal values have equal keys', () => {
  test('whatever the value, a clone has the same key', () => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(quickKey(structuredClone(value))).toBe(quickKey(value));
      }),
      { numRuns: 400 },
    );
  });

  test('the order of properties does not count', () => {
    expect(quickKey({ a: 1, b: { c: 2, d: 3 } })).toBe(quickKey({ b: { d: 3, c: 2 }, a: 1 }));
  });

  test('an object that stands in two places is the same as two equal ones', () => {
    const shared = { x: [1, 2] };
    expect(quickKey([shared, shared])).toBe(quickKey([{ x: [1, 2] }, { x: [1, 2] }]));
  });

  test('objects without a prototype are the same as others', () => {
    expect(quickKey(Object.assign(Object.create(null) as object, { a: 1 }))).toBe(quickKey({ a: 1 }));
  });

  test('typed arrays count by what they show, in whatever memory', () => {
    const values = Float64Array.from({ length: 200 }, (_, index) => Math.sqrt(index));
    const shared = new Float64Array(new SharedArrayBuffer(values.byteLength));
    shared.set(values);
    const inside = new Float64Array(400);
    inside.set(values, 100);
    const recycled = alloc(Float64Array, 200);
    recycled.set(values);
    for (const same of [shared, inside.subarray(100, 300), recycled, values.slice()])
      expect(quickKey(same)).toBe(quickKey(values));
  });

  test('values of another realm are the same as those of this one', () => {
    const foreign: unknown = runInContext(
      '({ list: [1, , 3], map: new Map([[1, new Set([2])]]), date: new Date(5), text: /a/g, big: 3n, error: new RangeError("x") })',
      createContext(),
    );
    const own = {
      list: runInContext('[1, , 3]', createContext()) as unknown,
      map: new Map([[1, new Set([2])]]),
      date: new Date(5),
      text: /a/g,
      big: 3n,
      error: new RangeError('x'),
    };
    expect(quickKey(foreign)).toBe(quickKey(own));
  });

  test('errors count by what they say, not by where they were made', () => {
    const make = (): Error => Object.assign(new TypeError('bad', { cause: { code: 3 } }), { path: '/x' });
    const there = ((): Error => make())();
    expect(quickKey(make())).toBe(quickKey(there));
  });
});

describe('other values have other keys', () => {
  const cyclic: unknown[] = [1];
  cyclic.push(cyclic);
  const named = Object.assign([1, 2], { name: 'x' });
  const holes: unknown[] = [1, undefined, 3];
  Reflect.deleteProperty(holes, 1);
  const bytes = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
  const long = 'x'.repeat(5000);

  const different: readonly (readonly [string, unknown])[] = [
    ['0', 0],
    ['-0', -0],
    ['NaN', Number.NaN],
    ['Infinity', Infinity],
    ['1', 1],
    ['one as a text', '1'],
    ['one as a BigInt', 1n],
    ['minus one as a BigInt', -1n],
    ['one in a box', new Number(1)],
    ['a large BigInt', 2n ** 80n],
    ['true', true],
    ['true in a box', new Boolean(true)],
    ['false', false],
    ['null', null],
    ['undefined', undefined],
    ['an empty text', ''],
    ['an empty text in a box', new String('')],
    ['a text', 'é'],
    ['a text of the same length', 'e\u0301'],
    ['a lone surrogate', '\ud800'],
    ['another lone surrogate', '\udbff'],
    ['the replacement of lone surrogates', '\ufffd'],
    ['a long text', long],
    ['a longer text', `${long}x`],
    ['a long text that ends in a lone surrogate', `${long}\ud800`],
    ['a long text that ends in another', `${long}\ud801`],
    ['an empty list', []],
    ['an empty object', {}],
    ['an empty Map', new Map()],
    ['an empty Set', new Set()],
    ['a list with undefined', [1, undefined, 3]],
    ['a list with a hole', holes],
    ['a list with null', [1, null, 3]],
    ['a list of nothing but holes', new Array<unknown>(3)],
    ['a list of more holes', new Array<unknown>(2 ** 31)],
    ['a list with a name', named],
    ['the list without', [1, 2]],
    ['a list of a list', [[1, 2]]],
    ['a list after a list', [[1], 2]],
    ['a property that is undefined', { a: undefined }],
    ['a property', { a: 1 }],
    ['another property', { b: 1 }],
    ['a property called __proto__', JSON.parse('{"__proto__":1}')],
    ['a Map', new Map([['a', 1]])],
    ['a Map of two', new Map([['a', 1], ['b', 2]])], // prettier-ignore
    ['a Map in another order', new Map([['b', 2], ['a', 1]])], // prettier-ignore
    ['a Set', new Set([1, 2])],
    ['a Set in another order', new Set([2, 1])],
    ['a Map with an object as the key', new Map([[{ a: 1 }, 1]])],
    ['a Date', new Date(0)],
    ['a later Date', new Date(1)],
    ['an invalid Date', new Date(Number.NaN)],
    ['a regular expression', /a/],
    ['another flag', /a/g],
    ['another expression', /b/],
    ['an Error', new Error('x')],
    ['another Error', new Error('y')],
    ['a TypeError', new TypeError('x')],
    ['an Error with a cause', new Error('x', { cause: 1 })],
    ['an Error with a property', Object.assign(new Error('x'), { code: 1 })],
    ['an Error with another name', Object.assign(new Error('x'), { name: 'Odd' })],
    ['a URL', new URL('https://example.com/a')],
    ['its text', 'https://example.com/a'],
    ['another URL', new URL('https://example.com/b')],
    ['bytes', bytes],
    ['fewer bytes', bytes.subarray(1)],
    ['clamped bytes', new Uint8ClampedArray(bytes)],
    ['signed bytes', new Int8Array(bytes)],
    ['words', new Uint16Array(bytes.buffer)],
    ['a float', new Float64Array(bytes.buffer)],
    ['a BigInt of 64 bits', new BigInt64Array(bytes.buffer)],
    ['a DataView', new DataView(bytes.buffer)],
    ['a Buffer', Buffer.from(bytes)],
    ['an ArrayBuffer', bytes.buffer],
    ['a SharedArrayBuffer', new SharedArrayBuffer(8)],
    ['no bytes', new Uint8Array()],
    ['zeros', new Uint8Array(1000)],
    ['more zeros', new Uint8Array(1001)],
    ['zeros as floats', new Float32Array(250)],
    ['a cyclic list', cyclic],
    ['a list around the cyclic list', [cyclic]],
    ['a list of thousands', Array.from({ length: 20_000 }, (_, index) => index)],
    ['a list of thousands but one', Array.from({ length: 20_000 }, (_, index) => (index === 7 ? -7 : index))],
    ['a list of thousands but the last', Array.from({ length: 20_000 }, (_, index) => (index === 19_999 ? 0 : index))],
  ];

  test('all of these differ from each other', () => {
    const names = new Map<string, string[]>();
    for (const [name, value] of different) {
      const key = quickKey(value);
      expect(key).toMatch(/^[0-9a-f]{32}$/u);
      names.set(key, [...(names.get(key) ?? []), name]);
    }
    expect([...names.values()].filter((same) => same.length > 1)).toEqual([]);
  });

  test('and as the only element of a list, and as a property', () => {
    // Sets themselves make no difference between -0 and 0.
    const inSets = different.filter(([, value]) => !Object.is(value, -0));
    const keys = [
      ...different.flatMap(([, value]) => [quickKey([value]), quickKey({ value })]),
      ...inSets.map(([, value]) => quickKey(new Set([value]))),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('values that JSON tells apart have other keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const same = quickKey(one) === quickKey(other);
        expect(same).toBe(stable(one) === stable(other));
      }),
      { numRuns: 500 },
    );
  });

  test('a change anywhere in a value makes it another', () => {
    fc.assert(
      fc.property(fc.array(anything, { minLength: 1, maxLength: 6 }), fc.nat(), (list, pick) => {
        const changed = [...list];
        changed[pick % list.length] = ['something that is not in it', list[pick % list.length]];
        expect(quickKey(changed)).not.toBe(quickKey(list));
      }),
      { numRuns: 200 },
    );
  });

  /** JSON with the properties by name; -0 apart. */
  function stable(value: unknown): string {
    if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : JSON.stringify(value);
    if (Array.isArray(value)) return `[${value.map(stable).join()}]`;
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, element]) => `${JSON.stringify(key)}:${stable(element)}`).join()}}`;
  }
});

describe('cyclic values', () => {
  interface Person {
    name: string;
    friends: Person[];
  }

  function crowd(size: number, name = 'somebody'): Person {
    const people = Array.from({ length: size }, (_, index): Person => ({
      name: `${name} ${index.toString()}`,
      friends: [],
    }));
    for (const person of people) person.friends.push(...people);
    const [first] = people;
    if (first === undefined) throw new Error('nobody');
    return first;
  }

  test('end, and count by their content', () => {
    expect(quickKey(crowd(3))).toBe(quickKey(structuredClone(crowd(3))));
    expect(quickKey(crowd(3))).not.toBe(quickKey(crowd(4)));
    expect(quickKey(crowd(3))).not.toBe(quickKey(crowd(3, 'anybody')));
  });

  test('take no longer for every way through them', () => {
    expect(quickKey(crowd(60))).toBe(quickKey(crowd(60)));
  });

  test('have the same key again, also after they were met inside another value', () => {
    const person = crowd(3);
    const keys = freshKeys();
    const alone = keyOfValue(crowd(3), freshKeys());
    keyOfValue({ wrapped: [person] }, keys);
    expect(keyOfValue(person, keys)).toBe(alone);
    expect(keyOfValue(person, keys)).toBe(alone);
    expect(keyOfValue({ wrapped: [person] }, keys)).toBe(keyOfValue({ wrapped: [crowd(3)] }, freshKeys()));
  });

  test('may hold large values that were met before', () => {
    const large = Array.from({ length: 1000 }, (_, index) => index);
    const loop = (list: unknown[]): unknown => {
      const value: Record<string, unknown> = { list };
      value['self'] = value;
      return value;
    };
    const keys = freshKeys();
    keyOfValue(large, keys);
    expect(keyOfValue(loop(large), keys)).toBe(keyOfValue(loop([...large]), freshKeys()));
  });
});

describe('large values', () => {
  test('may be nested deeper than the JavaScript stack', () => {
    const nested = (depth: number, core: unknown): unknown => {
      let value = core;
      for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { value };
      return value;
    };
    expect(quickKey(nested(100_000, 1))).toBe(quickKey(nested(100_000, 1)));
    expect(quickKey(nested(100_000, 1))).not.toBe(quickKey(nested(100_000, 2)));
  });

  test('are found once, however often they stand in a value', () => {
    let value: unknown = Array.from({ length: 100 }, (_, index) => index);
    for (let level = 0; level < 200; level += 1) value = [value, value];
    expect(quickKey(value)).toMatch(/^[0-9a-f]{32}$/u);
  });

  test('have the same key whether they were met before or not', () => {
    const inner = { list: Array.from({ length: 500 }, (_, index) => index), text: 'x'.repeat(9000) };
    const keys = freshKeys();
    keyOfValue(inner, keys);
    expect(keyOfValue({ inner, more: [inner] }, keys)).toBe(
      keyOfValue(structuredClone({ inner, more: [inner] }), freshKeys()),
    );
  });

  test('are read again in the next run, since they may have been changed', () => {
    const samples = new Float64Array(1000);
    const list = Array.from({ length: 1000 }, () => 0);
    const [before, listBefore] = [keyOfValue(samples), keyOfValue(list)];
    samples[999] = 1;
    list[999] = 1;
    expect(keyOfValue(samples)).not.toBe(before);
    expect(keyOfValue(list)).not.toBe(listBefore);
  });
});

describe('instances', () => {
  class Signal {
    readonly #samples: Float64Array;
    constructor(samples: Float64Array) {
      this.#samples = samples;
    }
    static {
      registerCodec(Signal, {
        encode: (signal) => signal.#samples,
        decode: (samples) => new Signal(samples),
        name: 'keys.Signal',
      });
    }
  }

  test('count by what their codec makes of them', () => {
    const signal = (last: number): Signal => new Signal(Float64Array.from([1, 2, last]));
    expect(quickKey(signal(3))).toBe(quickKey(signal(3)));
    expect(quickKey([signal(3)])).not.toBe(quickKey([signal(4)]));
    expect(quickKey(signal(3))).not.toBe(quickKey(Float64Array.from([1, 2, 3])));
  });

  test('a codec that fails is told of, and what it threw', () => {
    class Fragile {
      readonly kind = 'fragile';
    }
    registerCodec(Fragile, {
      encode: () => {
        throw new RangeError('broken');
      },
      decode: () => new Fragile(),
      name: 'keys.Fragile',
    });
    const error = objection({ a: new Fragile() });
    expect(error.message).toContain('argument 0 .a: an instance that the codec keys.Fragile failed to encode (broken)');
    expect(error.cause).toBeInstanceOf(RangeError);
  });

  test('ndarrays and values of Arrow count', () => {
    const image = (last: number) => ndarray(Float64Array.from([1, 2, 3, last]), [2, 2]);
    expect(quickKey(image(4))).toBe(quickKey(image(4)));
    expect(quickKey(image(4))).not.toBe(quickKey(image(5)));
    expect(quickKey(image(4))).not.toBe(quickKey(image(4).transpose(1, 0)));
    const table = (last: number) => arrow.tableFromArrays({ x: Float64Array.from([1, last]), name: ['a', 'b'] });
    expect(quickKey(table(2))).toBe(quickKey(table(2)));
    expect(quickKey(table(2))).not.toBe(quickKey(table(3)));
    expect(quickKey(table(2))).not.toBe(
      quickKey(arrow.tableFromArrays({ y: Float64Array.from([1, 2]), name: ['a', 'b'] })),
    );
    const [batch] = table(2).batches;
    const column = (last: number) => table(last).getChild('x');
    expect(quickKey(column(2))).toBe(quickKey(column(2)));
    expect(new Set([table(2), batch, column(2), column(3)].map(quickKey)).size).toBe(4);
  });

  test('nodes count by what they are', () => {
    const keys = freshKeys();
    const double = node((x: number) => 2 * x, { name: 'double', version: '1' });
    const better = node((x: number) => x + x, { name: 'double', version: '2' });
    const triple = node((x: number) => 3 * x, { name: 'triple', version: '1' });
    expect(keyOfValue({ step: double }, keys)).toBe(keyOfValue({ step: double.with({ retries: 2 }) }, keys));
    expect(new Set([double, better, triple].map((step) => keyOfValue(step, keys))).size).toBe(3);
  });
});

describe('DAG_CANNOT_KEY', () => {
  class Plain {
    readonly x = 1;
  }

  test.each<[string, unknown, string]>([
    ['functions', { options: { onDone: () => 1 } }, 'take: argument 0 .options.onDone: the function onDone'],
    ['functions without a name', [() => 1], 'take: argument 0 [0]: a function'],
    ['symbols', new Map([['k', Symbol('s')]]), 'take: argument 0 $map["k"]: a symbol'],
    [
      'keys that are symbols',
      { a: { [Symbol('s')]: 1 } },
      'take: argument 0 .a: an object with the property Symbol(s)',
    ],
    ['instances without a codec', new Set([new Plain()]), 'take: argument 0 $set[0]: an instance of Plain'],
    ['promises', Promise.resolve(1), 'take: argument 0: an instance of Promise'],
    ['iterators', [[1].values()], 'take: argument 0 [0]: an iterator'],
    ['WeakMaps', { cache: new WeakMap() }, 'take: argument 0 .cache: an instance of WeakMap'],
    ['streams', [new ReadableStream()], 'take: argument 0 [0]: an instance of ReadableStream'],
    ['Blobs', { file: new Blob(['a']) }, 'take: argument 0 .file: an instance of Blob'],
    ['boxed symbols', [Object(Symbol('s'))], 'take: argument 0 [0]: an instance of Symbol'],
    [
      'what stands behind a hole',
      Object.assign(new Array(3), { 2: () => 1, 'odd key': 1 }),
      'argument 0 [2]: the function 2',
    ],
    [
      'named properties of arrays',
      Object.assign([1], { 'odd key': () => 1 }),
      'argument 0 ["odd key"]: the function odd key',
    ],
    ['views of classes of the user', new (class Bits extends Uint8Array {})(2), 'argument 0: an instance of Bits'],
    [
      'objects that hide their class',
      Object.create(Object.create(null) as object),
      'argument 0: an instance of Object',
    ],
    ['what extends an array', new (class List extends Array<number> {})(), 'take: argument 0: an instance of List'],
  ])('%s have no content', (_name, value, message) => {
    const error = objection(value);
    expect(error.code).toBe('DAG_CANNOT_KEY');
    expect(error.message).toContain(`${message}, which nothing in a key can stand for. `);
    expect(error.message).toMatch(/ignore|string/u);
  });

  test('getters that fail are told of, with what they threw', () => {
    const error = objection({
      list: [
        {
          get late(): number {
            throw new RangeError('too late');
          },
        },
      ],
    });
    expect(error.message).toContain('argument 0 .list[0].late');
    expect(error.cause).toBeInstanceOf(RangeError);
  });

  test('memory that was transferred has no content any more', () => {
    const gone = new Float64Array(4);
    structuredClone(gone, { transfer: [gone.buffer] });
    expect(objection({ gone }).message).toContain('argument 0');
  });

  test('does not disturb the keys that come after', () => {
    const keys = freshKeys();
    const large = { deep: [Array.from({ length: 300 }, (_, index) => index)] };
    expect(() => keyOfValue({ large, bad: () => 1 }, keys)).toThrow('DAG_CANNOT_KEY');
    expect(keys.keyOf(taking(large))).toBe(keyOfValue(structuredClone(large)));
  });
});
