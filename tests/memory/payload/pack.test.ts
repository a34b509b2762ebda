import { createSecretKey } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { pack } from '../../../src/memory/payload/pack.js';
import { unpack } from '../../../src/memory/payload/unpack.js';
import { difference, TestMemory, travel } from './travel.js';

function cyclic(): unknown {
  const record: Record<string, unknown> = { view: new Uint8Array([1]) };
  record['self'] = record;
  record['list'] = [record, record['view']];
  return record;
}

describe('plain data', () => {
  const symbolless = Object.assign(Object.create(null) as Record<string, unknown>, {
    a: 1,
    b: { c: new Uint8Array(2) },
  });
  const match = Object.assign(['a', { view: new Uint8Array(1) }], { index: 3, meta: new Float32Array([1]) });
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['-0', -0],
    ['NaN', Number.NaN],
    ['a bigint', 2n ** 70n],
    ['a string', 'text'],
    ['a Date', new Date(0)],
    ['a RegExp', /a/g],
    ['boxed primitives', [Object(1), Object('a'), Object(1n), Object(false)]],
    ['nested arrays and objects', { a: [1, { b: -0, c: undefined }], d: Number.NaN }],
    ['holes', [1, , 3, [, { x: new Uint8Array(1) }, ,]]], // eslint-disable-line no-sparse-arrays
    ['Maps and Sets', new Map<unknown, unknown>([[{ a: 1 }, new Set([[1], 2])]])],
    ['an object without prototype', Object.assign(Object.create(null) as object, { b: 1, a: 2 })],
    ['one with something in it', symbolless],
    ['a key named __proto__', JSON.parse('{"__proto__": {"a": 1}, "b": 2}')],
    [
      'the same next to a view',
      Object.assign(JSON.parse('{"__proto__": {"a": 1}}') as object, { v: new Uint8Array(1) }),
    ],
    ['a named property of an array next to a view', match],
    ['an array buffer', new Uint8Array([1, 2, 3]).buffer],
    ['cycles and shared references', cyclic()],
    ['what looks packed', [0, [1, 2, 3]]],
    ['what looks packed, next to a view', [2, [5], [0, 1, 0, 0, 1], [0], [], new Uint8Array(1)]],
  ])('%s arrives as it was', (_name, value) => {
    expect(difference(value, travel(value))).toBeUndefined();
    expect(difference({ value }, travel({ value }))).toBeUndefined();
  });

  test('is handed to structured clone as it is', () => {
    const tree = { a: [1, 2, { b: 'c' }] };
    const packed = pack(tree, { memory: new TestMemory() }) as unknown[];
    expect(packed[1]).toBe(tree);
  });

  test('containers without objects are not copied for a view elsewhere', () => {
    const numbers = [1, 2, 3];
    const packed = pack({ numbers, view: new Uint8Array(1) }, { memory: new TestMemory() });
    expect((packed as [number, [{ numbers: unknown }]])[1][0].numbers).toBe(numbers);
  });

  test('is not changed by packing', () => {
    const view = new Uint8Array([1]);
    const value = { list: [view], map: new Map([[view, view]]) };
    travel(value);
    expect(value).toEqual({ list: [view], map: new Map([[view, view]]) });
    expect(value.list[0]).toBe(view);
  });

  test('of another realm travels like that of this one', () => {
    const value: unknown = runInNewContext(
      '({ list: [1, new Float64Array([1, 2])], map: new Map([[1, new Set([{}])]]) })',
    );
    expect(difference(value, travel(value))).toBeUndefined();
  });

  test.each([0, 1, 2])('may be nested 100,000 deep (%i)', (kind) => {
    let value: unknown = kind === 0 ? 1 : new Uint8Array([7]);
    for (let level = 0; level < 100_000; level += 1) value = kind === 2 && level % 2 === 0 ? { inner: value } : [value];
    let arrived: unknown = travel(value);
    let depth = 0;
    for (; typeof arrived === 'object' && !ArrayBuffer.isView(arrived); depth += 1)
      arrived = (arrived as { inner?: unknown }).inner ?? (arrived as unknown[])[0];
    expect(depth).toBe(100_000);
  });

  test('that Node.js clones by itself travels so', async () => {
    const key = createSecretKey(Buffer.from('secret'));
    const arrived = travel({ key, blob: new Blob(['text']), view: new Uint8Array(1) });
    expect(arrived.key.equals(key)).toBe(true);
    expect(await arrived.blob.text()).toBe('text');
  });

  test('that a proxy shows travels as a copy', () => {
    const shown = new Proxy({ a: new Proxy([1, 2], {}) }, {});
    expect(difference({ a: [1, 2] }, travel(shown))).toBeUndefined();
  });
});

describe('views', () => {
  const bytes = new Uint8Array(Array.from({ length: 64 }, (_, index) => index)).buffer;
  test.each<[string, ArrayBufferView]>([
    ['DataView', new DataView(bytes, 3, 5)],
    ['Int8Array', new Int8Array(bytes, 1, 2)],
    ['Uint8ClampedArray', new Uint8ClampedArray(bytes, 1, 2)],
    ['Int16Array', new Int16Array(bytes, 2, 3)],
    ['Uint32Array', new Uint32Array(bytes, 4, 3)],
    ['Float32Array', new Float32Array(bytes, 4, 3)],
    ['Float64Array', new Float64Array(bytes, 8, 3)],
    ['BigInt64Array', new BigInt64Array(bytes, 8, 3)],
    ['BigUint64Array', new BigUint64Array(bytes, 8, 3)],
    ['Buffer', Buffer.from('text')],
    ['empty view', new Float64Array(0)],
    ['empty view inside', new Float64Array(bytes, 24, 0)],
  ])('a %s arrives with its type and bytes, alone and at any depth', (_name, view) => {
    expect(difference(view, travel(view))).toBeUndefined();
    for (const value of [[view], { a: { b: view } }, new Map([[view, 1]]), new Map([[1, view]]), new Set([[view]])])
      expect(difference(value, travel<unknown>(value))).toBeUndefined();
    expect(Buffer.isBuffer(travel({ view }).view)).toBe(Buffer.isBuffer(view));
  });

  test('of a block refer to it, whatever their size', () => {
    const memory = new TestMemory();
    const view = new Float64Array(memory.block(1024), 64, 3).fill(1.5);
    expect(travel(view, { memory }).buffer).toBe(memory.blocks[0]);
    expect(travel({ view }, { memory }).view).toEqual(view);
    expect(travel({ view }, { memory }).view.buffer).toBe(memory.blocks[0]);
    expect(memory.placed).toEqual([]);
  });

  test('of ordinary memory are copied into blocks', () => {
    const memory = new TestMemory();
    const [arrived] = travel([new Float32Array([1, 2])], { memory });
    expect(arrived.buffer).toBe(memory.blocks[0]);
    travel(Buffer.from('ab'), { memory });
    expect(memory.placed).toEqual([
      { bytes: 8, float: true },
      { bytes: 2, float: false },
    ]);
  });

  test('that share a buffer keep sharing it: the span that they use is copied once', () => {
    const memory = new TestMemory();
    const buffer = new ArrayBuffer(4096);
    const value = {
      a: new Uint8Array(buffer, 1027, 2),
      b: new Float64Array(buffer, 1040, 2),
      c: new Int32Array(buffer, 2000, 0),
    };
    const arrived = travel(value, { memory });
    expect(difference(value, arrived)).toBeUndefined();
    expect(memory.placed).toEqual([{ bytes: 1056 - 1024, float: true }]);
    arrived.b[0] = 1;
    expect(arrived.a.buffer).toBe(arrived.b.buffer);
    expect(memory.located).toEqual([buffer]);
  });

  test('that are the same object arrive as one', () => {
    const view = new Uint8Array([1]);
    const arrived = travel([view, { view }, new Map([[view, view]])] as const);
    expect(arrived[1].view).toBe(arrived[0]);
    expect([...arrived[2].entries()][0]).toEqual([arrived[0], arrived[0]]);
  });

  test("of the user's own shared memory travel with it", () => {
    const memory = new TestMemory();
    const view = new Int32Array(new SharedArrayBuffer(16), 4, 2);
    for (const arrived of [travel(view, { memory }), travel([view], { memory })[0]]) {
      if (arrived === undefined) throw new Error('nothing arrived');
      arrived[0] = (arrived[0] ?? 0) + 1;
    }
    expect([...view]).toEqual([2, 0]);
    expect(memory.blocks).toEqual([]);
  });

  test('stay on a bare ArrayBuffer that travels with them', () => {
    const buffer = new ArrayBuffer(8);
    const value = { view: new Uint8Array(buffer, 2, 2).fill(1), buffer };
    const arrived = travel(value);
    expect(arrived.view.buffer).toBe(arrived.buffer);
    expect(difference(value, arrived)).toBeUndefined();
  });

  test('are counted on both sides', () => {
    const counts: number[] = [];
    const memory = new TestMemory();
    const counted = (bytes: number) => counts.push(bytes);
    travel(new Float64Array(2), { memory, counted });
    travel([new Uint8Array(3), memory.block(5), { a: new Uint16Array(0) }], { memory, counted });
    travel(memory.blocks[0], { memory, counted });
    expect(counts).toEqual([16, 16, 3, 5, 0, 3, 5, 0, 48, 48]);
  });
});

describe('bare shared memory', () => {
  test('that is a block travels as its id', () => {
    const memory = new TestMemory();
    const block = memory.block(16);
    expect(pack(block, { memory })).toEqual([4, 0]);
    expect(travel(block, { memory })).toBe(block);
    expect(travel({ a: [block] }, { memory }).a[0]).toBe(block);
  });

  test('of the user is shared', () => {
    const own = new SharedArrayBuffer(4);
    for (const arrived of [travel(own), travel([own])[0]]) {
      if (arrived === undefined) throw new Error('nothing arrived');
      const first = new Uint8Array(arrived);
      first[0] = (first[0] ?? 0) + 1;
    }
    expect(new Uint8Array(own)[0]).toBe(2);
  });
});

describe('what only the caller knows', () => {
  class Handle {
    constructor(readonly id: number) {}
  }
  const double = (x: number) => 2 * x;
  const packs = (element: object) =>
    element === double ? ['double'] : element instanceof Handle ? [element.id] : undefined;
  const unpacks = ([what]: readonly unknown[]) => (what === 'double' ? double : new Handle(what as number));

  test('is packed and unpacked by it, at the top and inside', () => {
    expect(travel(double, { packs, unpacks })).toBe(double);
    const handle = new Handle(7);
    const arrived = travel({ list: [handle, double], handle }, { packs, unpacks });
    expect(arrived.list).toEqual([new Handle(7), double]);
    expect(arrived.handle).toBe(arrived.list[0]);
  });

  test('is asked about nothing else', () => {
    const asked: object[] = [];
    travel([1, new Date(0), new Error('a'), new Map([[new Uint8Array(1), {}]])], {
      packs: (element) => {
        asked.push(element);
        return undefined;
      },
    });
    expect(asked).toEqual([]);
  });

  test('cannot be unpacked without it', () => {
    const packed = structuredClone(pack(double, { memory: new TestMemory(), special: packs }));
    expect(() => unpack(packed, { memory: new TestMemory() })).toThrow('DAG_INTERNAL');
  });
});

describe('what cannot travel', () => {
  class Model {
    weights = 1;
  }
  class Vector extends Float64Array {}
  const failing = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('no keys');
      },
    },
  );
  test.each<[string, unknown, string]>([
    ['a function', { f: Math.max }, 'f cannot travel to another thread: it is the function max.'],
    ['a function without a name', [[() => 1]], '[0][0] cannot travel to another thread: it is a function.'],
    ['a symbol', [1, Symbol('s')], '[1] cannot travel to another thread: it is a symbol.'],
    [
      'a key that is a symbol',
      { a: { [Symbol('s')]: 1 } },
      'a["Symbol(s)"] cannot travel to another thread: its key is a symbol.',
    ],
    [
      'an instance',
      [0, 0, 0, { model: new Model() }],
      '[3].model cannot travel to another thread: it is an instance of Model',
    ],
    [
      'at the top',
      new Model(),
      'The value cannot travel to another thread: it is an instance of Model, for which there is no codec.',
    ],
    [
      'a generator',
      (function* () {
        yield 1;
      })(),
      'The value cannot travel to another thread: it is an instance of Generator, which can be read only once. Make an array of it',
    ],
    ['an iterator', { keys: new Map().keys() }, 'it is an instance of Map Iterator, which can be read only once.'],
    ['a value of a Map', new Map([['k', new Model()]]), '$map["k"] cannot travel'],
    ['a key of a Map', new Map([[new Model(), 1]]), '$key[0] cannot travel'],
    ['an element of a Set', new Set([1, new Model()]), '$set[1] cannot travel'],
    [
      'a subclass of a typed array',
      { v: new Vector(2) },
      'v cannot travel to another thread: it is an instance of Vector',
    ],
    [
      'a subclass of Map',
      [new (class Index extends Map {})()],
      '[0] cannot travel to another thread: it is an instance of Index',
    ],
    ['a subclass of Array', [new (class List extends Array {})()], 'an instance of List'],
    ['a subclass of Date', [new (class Day extends Date {})()], 'an instance of Day'],
    ['a promise', [Promise.resolve()], 'an instance of Promise'],
    ['a WeakMap', [new WeakMap()], 'an instance of WeakMap'],
    ['an iterator', [[1].values()], 'an instance of Array Iterator'],
    ['a boxed symbol', [Object(Symbol('s'))], 'an instance of Symbol'],
    [
      'a proxy that throws',
      { a: { proxy: failing } },
      'a.proxy cannot travel to another thread: reading it failed: no keys.',
    ],
    ['a property of an error', Object.assign(new Error('e'), { f: Math.max }), 'f cannot travel'],
    ['a cause', [new Error('e', { cause: new Model() })], '[0].cause cannot travel'],
    ["what is in a view's neighbourhood", { v: new Uint8Array(1), deep: { f: Math.max } }, 'deep.f cannot travel'],
  ])('%s is named with its path', (_name, value, message) => {
    expect(() => pack(value, { memory: new TestMemory() })).toThrow(`DAG_CANNOT_TRAVEL: `);
    expect(() => pack(value, { memory: new TestMemory() })).toThrow(message);
  });

  test('is called as the caller calls the value, and the remedy names the class', () => {
    expect(() => pack({ options: { model: new Model() } }, { memory: new TestMemory(), subject: 'argument' })).toThrow(
      /^DAG_CANNOT_TRAVEL: argument\.options\.model cannot .* registerCodec\(Model, \{ encode, decode \}\)/,
    );
  });

  test('is told with the error of a getter', () => {
    const failure = new Error('not now');
    const value = {
      list: [
        {
          get size(): number {
            throw failure;
          },
        },
      ],
    };
    expect(() => pack(value, { memory: new TestMemory() })).toThrow(
      expect.objectContaining({
        code: 'DAG_CANNOT_TRAVEL',
        cause: failure,
        message: expect.stringContaining('list[0].size'),
      }),
    );
  });

  test('takes no memory', () => {
    const memory = new TestMemory();
    expect(() => pack([new Uint8Array(5), Math.max], { memory })).toThrow('DAG_CANNOT_TRAVEL');
    expect(memory.blocks).toEqual([]);
  });

  test('a buffer that was transferred is told', () => {
    const buffer = new ArrayBuffer(8);
    structuredClone(buffer, { transfer: [buffer] });
    expect(() => pack({ buffer }, { memory: new TestMemory() })).toThrow('buffer cannot travel');
  });

  test('so is a view of one', () => {
    const view = new Float32Array(8);
    structuredClone(view, { transfer: [view.buffer] });
    expect(() => pack(view, { memory: new TestMemory() })).toThrow('The value cannot travel');
    expect(() => pack({ deep: [view] }, { memory: new TestMemory() })).toThrow('deep[0] cannot travel');
    expect(pack(new Float32Array(0), { memory: new TestMemory() })).toBeDefined();
    // An empty part of memory that is there is not taken for one.
    const empty = (array: Float32Array): unknown => pack(array, { memory: new TestMemory() });
    expect(empty(new Float32Array(4).subarray(2, 2))).toEqual(empty(new Float32Array(0)));
  });
});
