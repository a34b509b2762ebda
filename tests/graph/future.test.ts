import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { node, resolve, resolveSync } from '../../src/index.js';

const one = node(() => 1, { name: 'one' });
const asValue = expect.objectContaining({ code: 'DAG_FUTURE_AS_VALUE' });

describe('a Future used as its value', () => {
  const future = one() as unknown as Record<string, unknown> & number & Iterable<unknown> & AsyncIterable<unknown>;

  it.each<[string, () => unknown]>([
    ['adding', () => future + 1],
    ['comparing', () => future < 2],
    ['a template', () => `${future}`],
    ['spreading', () => [...future]],
    ['iterating', () => Array.from(future)],
    ['asynchronous iterating', () => future[Symbol.asyncIterator]()],
    ['its length', () => future['length']],
    ['a property', () => future['price']],
    ['a method', () => future['toFixed']()],
    ['an assignment', () => (future['price'] = 3)],
    ['JSON', () => JSON.stringify(future)],
    ['valueOf', () => future.valueOf()],
    ['toString', () => future.toString()],
  ])('is found in %s', (_, use) => {
    expect(use).toThrow(asValue);
  });

  it('is not seen in what runtimes and tools ask of any object', async () => {
    expect(inspect(future)).toBe('Future<one> idle');
    expect((await Promise.resolve(one())).state).toBe('idle');
    expect(Symbol.iterator in future).toBe(false);
    expect(future['then']).toBeUndefined();
    expect(future['constructor']).toBeDefined();
    expect(future.hasOwnProperty('x')).toBe(false); // eslint-disable-line no-prototype-builtins -- asked as tools ask
    const mark = Symbol('mark');
    (future as unknown as Record<symbol, number>)[mark] = 4;
    expect((future as unknown as Record<symbol, number>)[mark]).toBe(4);
  });
});

describe('states', () => {
  it('follow a call from idle to done, released and done again', async () => {
    const future = one();
    expect(future.state).toBe('idle');
    const run = future.resolve();
    expect(future.state).toBe('waiting');
    await run;
    expect(future.state).toBe('done');
    future.release();
    expect(future.state).toBe('released');
    future.release();
    expect(await future.resolve()).toBe(1);
  });

  it('do not stick at failed', async () => {
    let attempts = 0;
    const future = node(() => {
      attempts += 1;
      if (attempts === 1) throw new Error('first');
      return attempts;
    })();
    await expect(future.resolve()).rejects.toThrow('first');
    expect(future.state).toBe('failed');
    expect(await future.resolve()).toBe(2);
  });

  it('keep a value with persist() only', async () => {
    const middle = one().persist();
    const end = node((x: number) => x + 1)(middle);
    await end.resolve();
    expect(middle.state).toBe('done');
    middle.release();
    expect(middle.state).toBe('released');
    expect(() => one().persist('memory' as 'disk')).toThrow(expect.objectContaining({ code: 'DAG_OPTION' }));
  });

  it('let a value that is released in the middle of a run go at its last use', async () => {
    const middle = one().persist();
    await middle.resolve();
    const end = node((x: number) => x + 1)(middle);
    const run = end.resolve();
    middle.release();
    expect(middle.state).toBe('done');
    expect(await run).toBe(2);
    expect(middle.state).toBe('released');
  });
});

describe('resolve', () => {
  it('gives targets back in their shape', async () => {
    expect(await resolve([])).toEqual([]);
    expect(await resolve({ a: [one(), 2], m: new Map([['k', one()]]), s: new Set([one()]) })).toEqual({
      a: [1, 2],
      m: new Map([['k', 1]]),
      s: new Set([1]),
    });
    expect(resolveSync([one(), { b: one() }])).toEqual([1, { b: 1 }]);
  });

  it.each([undefined, null, 3, 'text', () => 1, Promise.resolve(1)])('refuses %p', async (target) => {
    await expect(resolve(target)).rejects.toMatchObject({ code: 'DAG_NOT_A_FUTURE' });
    expect(() => resolveSync(target)).toThrow(expect.objectContaining({ code: 'DAG_NOT_A_FUTURE' }));
  });

  it('settles every target when asked to', async () => {
    const bad = node(() => {
      throw new Error('bad');
    })();
    const [good, failed] = await resolve([one(), bad], { settle: true });
    expect(good).toEqual({ status: 'fulfilled', value: 1 });
    expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'DAG_NODE_FAILED' } });
    expect(resolveSync(one(), { settle: true })).toEqual({ status: 'fulfilled', value: 1 });
    expect(await one().resolve({ settle: true })).toEqual({ status: 'fulfilled', value: 1 });
  });

  it('cannot wait when it is synchronous', () => {
    const slow = node(async () => Promise.resolve(1), { name: 'slow' });
    const hidden = node(() => Promise.resolve(1), { name: 'hidden' });
    expect(() => slow().resolveSync()).toThrow(expect.objectContaining({ code: 'DAG_ASYNC_NODE' }));
    expect(() => hidden().resolveSync()).toThrow(expect.objectContaining({ code: 'DAG_ASYNC_NODE' }));
  });

  it('does not wait synchronously for a call that another run is waiting for', async () => {
    const slow = node(() => new Promise<number>((done) => setImmediate(done, 5)), { name: 'slow' })();
    const next = node((x: number) => x + 1)(slow);
    const run = slow.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(() => next.resolveSync()).toThrow(expect.objectContaining({ code: 'DAG_ASYNC_NODE' }));
    expect(await run).toBe(5);
  });
});
