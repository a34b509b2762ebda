import { describe, expect, test } from '@jest/globals';
import { DagError, NodeError } from '../../../src/errors.js';
import { unpack } from '../../../src/memory/payload/unpack.js';
import { packThrown } from '../../../src/memory/payload/thrown.js';
import { difference, TestMemory, travel } from './travel.js';

class HttpError extends TypeError {
  readonly status = 404;
  readonly body = new Uint8Array([1, 2]);
  override name = 'HttpError';
}
class Named extends Error {}
Named.prototype.name = 'Named';

describe('errors', () => {
  test.each([Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError])(
    '%p arrives with its class, message and stack, at the top and inside',
    (Class) => {
      const error = new Class('wrong');
      for (const arrived of [travel(error), travel({ a: [error] }).a[0]]) {
        expect(arrived).toBeInstanceOf(Class);
        expect(arrived?.constructor).toBe(Class);
        expect(difference(error, arrived)).toBeUndefined();
        expect(Object.keys(arrived ?? {})).toEqual([]);
      }
    },
  );

  test('arrive with cause and properties, cycles included', () => {
    const error = Object.assign(new Error('outer', { cause: new RangeError('inner') }), {
      view: new Float64Array([1]),
      self: undefined,
      nested: { list: [new Map([[1, { a: 1 }]])] },
    });
    Object.assign(error, { self: error });
    const arrived = travel(error);
    expect(difference(error, arrived)).toBeUndefined();
    expect(arrived.self).toBe(arrived);
    expect(Object.getOwnPropertyDescriptor(arrived, 'cause')?.enumerable).toBe(false);
    expect('cause' in travel(new Error('none'))).toBe(false);
  });

  test('may be caused 10,000 deep', () => {
    let error = new Error('first');
    for (let level = 0; level < 10_000; level += 1) error = new Error('next', { cause: error });
    let depth = 0;
    for (let arrived: unknown = travel(error); arrived instanceof Error; arrived = arrived.cause) depth += 1;
    expect(depth).toBe(10_001);
  });

  test('of many arrive with all of them', () => {
    const error = new AggregateError([new TypeError('a'), 'b', { c: new Uint8Array(1) }], 'many');
    const arrived = travel(error);
    expect(arrived).toBeInstanceOf(AggregateError);
    expect(arrived.errors[0]).toBeInstanceOf(TypeError);
    expect(arrived.errors.slice(1)).toEqual(['b', { c: new Uint8Array(1) }]);
    expect(Object.keys(arrived)).toEqual([]);
  });

  test('of a class of the user arrive as the nearest builtin, with name and properties', () => {
    const arrived = travel(new HttpError('gone'));
    expect(arrived).toBeInstanceOf(TypeError);
    expect(arrived).toMatchObject({ name: 'HttpError', message: 'gone', status: 404, body: new Uint8Array([1, 2]) });
    expect(travel(new Named('a')).name).toBe('Named');
    expect(Object.keys(travel(new Named('a')))).toEqual([]);
  });

  test('of the library arrive as such', () => {
    const failure = new NodeError({
      code: 'DAG_NODE_FAILED',
      node: 'load',
      path: ['sum', 'load'],
      args: '("a")',
      callSite: 'a.ts:1:2',
      message: 'no such file',
      cause: new DagError('DAG_OPTION', { message: 'odd' }),
    });
    const arrived = travel(failure);
    expect(arrived).toBeInstanceOf(NodeError);
    expect(Object.entries(arrived)).toEqual(Object.entries(failure));
    expect(arrived.message).toBe(failure.message);
    expect(arrived.stack).toBe(failure.stack);
    expect(arrived.cause).toBeInstanceOf(DagError);
    expect(arrived.cause).not.toBeInstanceOf(NodeError);
    expect(arrived.cause).toMatchObject({ code: 'DAG_OPTION', name: 'DagError', message: 'DAG_OPTION: odd' });
  });

  test('of the DOM arrive as such', () => {
    const arrived = travel([new DOMException('stop', 'AbortError')])[0];
    expect(arrived).toBeInstanceOf(DOMException);
    expect(arrived).toMatchObject({ name: 'AbortError', message: 'stop', code: 20 });
  });

  test('with odd names, messages and stacks keep them', () => {
    const error = Object.assign(new Error('a'), { message: 3, stack: undefined });
    expect(travel(error)).toMatchObject({ message: 3 });
    const arrived = travel(Object.create(Error.prototype) as Error);
    expect(arrived).toBeInstanceOf(Error);
    expect(arrived.message).toBe('');
  });
});

describe('packThrown', () => {
  const memory = new TestMemory();
  const throwAcross = (thrown: unknown) => unpack(structuredClone(packThrown(thrown, { memory })), { memory });

  test('packs what can travel as it is', () => {
    const error = Object.assign(new RangeError('a'), { view: new Uint8Array([1]) });
    expect(difference(error, throwAcross(error))).toBeUndefined();
    expect(throwAcross(undefined)).toBeUndefined();
    expect(throwAcross({ reason: 1 })).toEqual({ reason: 1 });
  });

  test('puts a text in place of what cannot, and keeps all else of the error', () => {
    class Request {
      send = Math.max;
    }
    const error = Object.assign(
      new TypeError('failed', { cause: Object.assign(new Error('inner'), { f: Math.max }) }),
      {
        code: 'E',
        request: new Request(),
        view: new Uint8Array([1]),
      },
    );
    const arrived = throwAcross(error) as typeof error;
    expect(arrived).toBeInstanceOf(TypeError);
    expect(arrived).toMatchObject({ message: 'failed', stack: error.stack, code: 'E', request: 'Request' });
    expect(arrived.view).toEqual(new Uint8Array([1]));
    expect(arrived.cause).toMatchObject({ message: 'inner', f: expect.stringContaining('max') });
  });

  test('does so for errors in errors, in cycles, and for other values', () => {
    const inner = Object.assign(new Error('inner'), { f: Math.max, outer: undefined });
    const outer = new AggregateError([inner, 1], 'outer');
    Object.assign(inner, { outer });
    const arrived = throwAcross(outer) as AggregateError;
    expect(arrived.errors).toMatchObject([{ message: 'inner' }, 1]);
    expect((arrived.errors[0] as typeof inner).outer).toBe(arrived);
    expect(throwAcross(new (class Odd {})())).toBe('Odd');
    expect(throwAcross(Symbol('s'))).toBe('threw Symbol(s)');
  });

  test('says what it can of an error that cannot be looked at', () => {
    const error = new Error('hidden');
    Object.defineProperty(error, 'size', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    expect(throwAcross(error)).toMatchObject({ message: 'hidden' });
  });
});
