import { describe, expect, test } from '@jest/globals';
import { codecsMissing, registerCodec, type Codec } from '../../../src/memory/payload/codec.js';
import { pack } from '../../../src/memory/payload/pack.js';
import { unpack } from '../../../src/memory/payload/unpack.js';
import { TestMemory, travel } from './travel.js';

class Signal {
  readonly #samples: Float64Array;
  constructor(samples: Float64Array) {
    this.#samples = samples;
  }
  get samples(): Float64Array {
    return this.#samples;
  }
}
registerCodec(Signal, { encode: ({ samples }) => samples, decode: (samples) => new Signal(samples) });

class Station {
  constructor(
    readonly name: string,
    readonly signals: Map<string, Signal>,
    readonly parent?: Station,
  ) {}
}
registerCodec(Station, {
  name: 'a station',
  encode: ({ name, signals, parent }) => ({ name, signals, parent }),
  decode: ({ name, signals, parent }) => new Station(name, signals, parent),
});

describe('registerCodec', () => {
  test('lets instances travel, at the top and inside', () => {
    const signal = new Signal(new Float64Array([1, 2]));
    expect(travel(signal)).toBeInstanceOf(Signal);
    expect(travel({ a: [signal] }).a[0]?.samples).toEqual(new Float64Array([1, 2]));
  });

  test('does not copy what is a block', () => {
    const memory = new TestMemory();
    const signal = new Signal(new Float64Array(memory.block(32)));
    expect(travel(signal, { memory }).samples.buffer).toBe(memory.blocks[0]);
  });

  test('may encode to instances and views, which stay shared', () => {
    const signal = new Signal(new Float64Array([1]));
    const parent = new Station('p', new Map());
    const children = [new Station('a', new Map([['x', signal]]), parent), new Station('b', new Map(), parent)];
    const arrived = travel({ children, signal, samples: signal.samples });
    expect(arrived.children[0]).toBeInstanceOf(Station);
    expect(arrived.children[0]?.signals.get('x')).toBe(arrived.signal);
    expect(arrived.signal.samples).toBe(arrived.samples);
    expect(arrived.children[0]?.parent).toBe(arrived.children[1]?.parent);
    expect(arrived.children[1]?.parent?.name).toBe('p');
  });

  test('may encode to a primitive, and a container may hold an instance that leads back to it', () => {
    class Money {
      constructor(readonly cents: bigint) {}
    }
    registerCodec(Money, { encode: ({ cents }) => cents, decode: (cents) => new Money(cents) });
    expect(travel([new Money(3n)])).toEqual([new Money(3n)]);
    class Member {
      constructor(readonly group: unknown[]) {}
    }
    registerCodec(Member, { encode: ({ group }) => ({ group }), decode: ({ group }) => new Member(group) });
    const group: unknown[] = [];
    group.push(new Member(group));
    const arrived = travel(group);
    expect((arrived[0] as Member).group).toBe(arrived);
  });

  test('serves errors of a class, which keep it', () => {
    class CodedError extends Error {
      constructor(readonly code: number) {
        super('coded');
      }
    }
    registerCodec(CodedError, { encode: ({ code }) => code, decode: (code) => new CodedError(code) });
    expect(travel([new CodedError(7)])[0]).toBeInstanceOf(CodedError);
  });

  test('holds for exactly the class', () => {
    class Stereo extends Signal {}
    expect(() => travel(new Stereo(new Float64Array(1)))).toThrow('an instance of Stereo, for which there is no codec');
  });

  test('refuses what leads back to the instance', () => {
    class Node {
      next: unknown;
    }
    registerCodec(Node, { encode: ({ next }) => ({ next }), decode: () => new Node() });
    const node = new Node();
    node.next = [node];
    expect(() => travel({ node })).toThrow(
      'node$encoded.next[0] cannot travel to another thread: it is the very instance that is being encoded',
    );
  });

  test('what encode gives is named by its path when it cannot travel', () => {
    class Odd {
      weights = Math.max;
    }
    registerCodec(Odd, { encode: ({ weights }) => ({ weights }), decode: () => new Odd() });
    expect(() => travel([new Odd()])).toThrow('[0]$encoded.weights cannot travel');
  });

  test('tells what encode and decode throw', () => {
    const failure = new RangeError('odd');
    const fail = () => {
      throw failure;
    };
    class First {}
    registerCodec(First, { encode: fail, decode: () => new First() });
    class Second {}
    registerCodec(Second, { encode: () => 1, decode: fail });
    for (const instance of [new First(), new Second()]) {
      expect(() => travel([instance])).toThrow(expect.objectContaining({ code: 'DAG_CANNOT_TRAVEL', cause: failure }));
    }
    expect(() => travel([new First()])).toThrow(
      '[0] cannot travel to another thread: the codec First failed to encode it: odd.',
    );
    expect(() => travel([new Second()])).toThrow('the codec Second failed to decode it: odd.');
  });

  const codec: Codec<object, unknown> = { encode: () => 1, decode: () => ({}) };
  class Free {}
  test.each<[string, unknown, unknown]>([
    ['no class', {}, codec],
    ['an arrow function', () => 1, codec],
    ['a class that travels anyway', Map, codec],
    ['a typed array class', Float64Array, codec],
    ['no codec', Free, undefined],
    ['no encode', Free, { decode: codec.decode }],
    ['a decode that is no function', Free, { ...codec, decode: 1 }],
    ['an unknown option', Free, { ...codec, encoding: 'x' }],
    ['an empty name', Free, { ...codec, name: '' }],
    ['a name of the library', Free, { ...codec, name: 'lazydag:ndarray' }],
    ['a module that is no string', Free, { ...codec, module: 1 }],
    ['a class without a name', class {}, codec],
  ])('refuses %s', (_name, Class, options) => {
    expect(() => registerCodec(Class as typeof Free, options as typeof codec)).toThrow('DAG_OPTION: registerCodec(');
  });

  test('refuses a second class of one name, unless it is the same of the same module', () => {
    const define = () => class Twice {};
    const [First, Second, Third] = [define(), define(), define()];
    registerCodec(First, { ...codec, module: 'file:///a.js' });
    registerCodec(First, { ...codec, module: 'file:///b.js' });
    registerCodec(Second, { ...codec, module: 'file:///b.js?v=2' });
    expect(() => registerCodec(Third, { ...codec, module: 'file:///c.js' })).toThrow(
      'the name "Twice" belongs to another class already, registered by file:///b.js?v=2',
    );
    expect(() => registerCodec(class Other {}, { ...codec, name: 'Twice', module: 'file:///b.js' })).toThrow(
      'DAG_OPTION',
    );
    registerCodec(Third, { ...codec, name: 'Thrice' });
    for (const instance of [new First(), new Second()]) expect(travel([instance])).toEqual([{}]);
  });
});

describe('a codec that a thread does not know', () => {
  const packed = structuredClone(pack([new Signal(new Float64Array(1)), 1], { memory: new TestMemory() })) as unknown[];
  const foreign = packed.with(4, ['Elsewhere', 'file:///elsewhere.js']);

  test('is told beforehand, with the module that registers it', () => {
    expect(codecsMissing(foreign)).toEqual([{ name: 'Elsewhere', module: 'file:///elsewhere.js' }]);
    expect(codecsMissing(packed)).toEqual([]);
    expect(packed[4]).toEqual(['Signal', expect.stringMatching(/codec\.test\.ts$/)]);
    for (const value of [1, null, undefined, 'a', [0, {}], pack([new Uint8Array(1)], { memory: new TestMemory() })])
      expect(codecsMissing(value)).toEqual([]);
  });

  test('is refused by unpack', () => {
    expect(() => unpack(foreign, { memory: new TestMemory() })).toThrow(
      'DAG_CANNOT_TRAVEL: A value cannot travel to this thread: it needs the codec Elsewhere, which file:///elsewhere.js did not',
    );
  });
});
