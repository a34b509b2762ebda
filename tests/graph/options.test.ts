import { describe, expect, it } from '@jest/globals';
import { asCompleted, Graph, node, plan, resolve, resolveSync } from '../../src/index.js';
import { rejection } from '../support/waiting.js';

const add = node((a: number, b: number) => a + b, { name: 'add' });
const optionError = expect.objectContaining({ code: 'DAG_OPTION', name: 'DagError' });

/** What each option must not be. */
const wrong: Record<string, readonly unknown[]> = {
  name: ['', 5, null, {}],
  version: ['', 1, null],
  module: ['', 1, null],
  outputs: [0, -1, 1.5, Number.NaN, Infinity, [], ['a', 'a'], [''], [1], 'ab', null, {}, true],
  checked: ['yes', 1, null],
  persist: ['memory', 1, null, 'DISK'],
  memo: ['yes', 1, null],
  executor: ['thread', '', 1, null, {}],
  cost: [-1, Number.NaN, Infinity, '5', null, {}],
  bytes: [-1, Number.NaN, Infinity, '5', null, {}],
  concurrency: [0, -1, 1.5, Number.NaN, '2', null],
  priority: [Number.NaN, Infinity, -Infinity, '1', null],
  retries: [-1, 0.5, Number.NaN, '1', null],
  retryDelay: [-1, Number.NaN, '1', null, {}],
  timeout: [-1, Number.NaN, '1', null, 3n],
  donate: [[-1], [0.5], ['0'], 0, {}, null, [Number.NaN], [Infinity]],
  effect: ['yes', 1, null],
  key: ['x', 1, null, {}],
  ignore: ['x', [''], [1], null, {}],
  source: ['all', '', 1, null],
  replicas: [0, -1, 1.5, '2', null, Infinity],
  style: ['red', 5, null, true],
};
const cases = Object.entries(wrong).flatMap(([option, values]) => values.map((value) => [option, value] as const));
const ofNodesOnly = ['name', 'version', 'module', 'outputs', 'checked'];

describe('options of a node', () => {
  it.each(cases)('`%s` may not be %p', (option, value) => {
    const options = { [option]: value };
    expect(() => node(() => 1, options)).toThrow(optionError);
    expect(() => node(() => 1, options)).toThrow(option);
    expect(() => node(options)).toThrow(optionError);
    expect(() => new Graph().add(() => 1, options)).toThrow(optionError);
    expect(() => add.with(options)).toThrow(optionError);
    expect(() => new Graph().add(add, options)).toThrow(optionError);
  });

  it.each([
    { name: 'n', version: '1', module: 'm', outputs: 2, checked: false },
    { outputs: ['a', 'b'] },
    { persist: true },
    { persist: 'disk' },
    { memo: true, effect: false, executor: 'pool' },
    { cost: 0, bytes: 1.5 },
    { cost: () => 1, bytes: () => 2 },
    { concurrency: Infinity, priority: -3.5, retries: Infinity },
    { retryDelay: 0, timeout: 0 },
    { retryDelay: Infinity, timeout: Infinity },
    { retryDelay: () => 5 },
    { donate: [] },
    { donate: [0, 2] },
    { key: () => 'x', ignore: [], source: 'none', replicas: 1 },
    { style: { label: 'x' } },
  ])('%p is allowed', (options) => {
    expect(() => node(() => 1, options as object)).not.toThrow();
  });

  it('undefined stands for what is not given', () => {
    const names = Object.keys(wrong);
    const nothing = Object.fromEntries(names.map((name) => [name, undefined]));
    expect(() => node(() => 1, nothing)).not.toThrow();
    expect(() => new Graph(undefined)).not.toThrow();
  });

  it.each(ofNodesOnly)('`%s` cannot be changed for one call site', (option) => {
    const allowed = { name: 'x', version: '1', module: 'm', outputs: 2, checked: true };
    const options = { [option]: allowed[option as keyof typeof allowed] };
    expect(() => add.with(options)).toThrow(optionError);
    expect(() => add.with(options)).toThrow('cannot be changed for one call site');
    expect(() => new Graph().add(add, options)).toThrow(optionError);
  });

  it('refuses names that are no option, and says which are', () => {
    expect(() => node(() => 1, { retry: 3 } as object)).toThrow(/no option `retry`.*retries/);
    expect(() => add.with({ toString: 3 } as object)).toThrow(optionError);
    expect(() => add.with({ constructor: 3 } as object)).toThrow(/Its options are (?!.*version).*retries/);
    expect(() => node({ nonsense: 1 } as object)).toThrow(optionError);
  });

  it.each([5, 'text', null, true, () => 1, [1], Symbol('s')])('refuses %p in place of options', (options) => {
    expect(() => node(() => 1, options as object)).toThrow(optionError);
    expect(() => add.with(options as object)).toThrow(optionError);
    expect(() => new Graph().add(() => 1, options as object)).toThrow(optionError);
    expect(() => new Graph(options as object)).toThrow(optionError);
  });

  it('are read when they are given: later changes of the object change nothing', async () => {
    const options = { name: 'fixed', retries: 1, persist: false };
    let runs = 0;
    const fixed = node(() => {
      runs += 1;
      throw new Error('no');
    }, options);
    Object.assign(options, { name: 'other', retries: 5, persist: true });
    const error = await rejection(fixed().resolve());
    expect(error).toMatchObject({ node: 'fixed' });
    expect(runs).toBe(2);
  });

  it('are described in errors, however odd they are', () => {
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    expect(() => node(() => 1, { outputs: cyclic as never })).toThrow(optionError);
    expect(() => node(() => 1, { timeout: Object.create(null) as never })).toThrow('got an object');
    expect(() => node(() => 1, { timeout: Symbol('s') as never })).toThrow('got Symbol(s)');
    expect(() => node(() => 1, { timeout: [1, 'a'] as never })).toThrow('got [1, "a"]');
    expect(() => node(() => 1, { timeout: (() => 1) as never })).toThrow('got a function');
  });
});

describe('options of a Graph', () => {
  it.each([
    ['name', 5],
    ['persist', 'memory'],
    ['memo', 1],
    ['record', 'yes'],
    ['debug', null],
    ['verbose', 'yes'],
    ['verbose', {}],
    ['verbose', { log: 5 }],
    ['verbose', null],
    ['executor', 'pool'],
    ['executor', {}],
    ['nonsense', true],
  ])('`%s` may not be %p', (option, value) => {
    expect(() => new Graph({ [option]: value })).toThrow(optionError);
  });

  it('are fields of it', () => {
    const graph = new Graph({ name: 'mine', persist: 'disk', memo: true, record: true, debug: true, verbose: false });
    expect(graph).toMatchObject({
      name: 'mine',
      persist: 'disk',
      memo: true,
      record: true,
      debug: true,
      verbose: false,
    });
    expect(new Graph()).toMatchObject({ name: 'graph', persist: false, memo: false, record: false, debug: false });
  });
});

describe('options of a run', () => {
  it.each([
    ['executor', 'pool'],
    ['executor', {}],
    ['executor', null],
    ['signal', {}],
    ['signal', new AbortController()],
    ['timeout', -1],
    ['timeout', Number.NaN],
    ['timeout', '5'],
    ['settle', 1],
    ['concurrency', 0],
    ['concurrency', 1.5],
    ['concurrency', '2'],
    ['maxBytes', -1],
    ['maxBytes', Number.NaN],
    ['maxCalls', 0],
    ['maxCalls', Number.NaN],
    ['copy', 'yes'],
    ['debug', 1],
    ['verbose', 'yes'],
    ['verbose', { log: 1 }],
    ['progress', true],
    ['onEvent', {}],
    ['nonsense', 1],
    ['toString', 1],
  ])('`%s` may not be %p', async (option, value) => {
    const options = { [option]: value } as object;
    expect(await rejection(resolve([add(1, 2)], options))).toEqual(optionError);
    expect(await rejection(add(1, 2).resolve(options))).toEqual(optionError);
    expect(await rejection(new Graph().resolve([add(1, 2)], options))).toEqual(optionError);
    expect(await rejection(asCompleted([add(1, 2)], options).next())).toEqual(optionError);
    expect(() => resolveSync([add(1, 2)], options)).toThrow(optionError);
    expect(() => add(1, 2).resolveSync(options)).toThrow(optionError);
  });

  it.each([null, 5, 'text', true, [1]])('may not be %p', async (options) => {
    expect(await rejection(resolve(add(1, 2), options as object))).toEqual(optionError);
    expect(() => resolveSync(add(1, 2), options as object)).toThrow(optionError);
  });

  it('may be undefined, each and all', async () => {
    const names = ['executor', 'signal', 'timeout', 'settle', 'concurrency', 'maxBytes', 'maxCalls', 'copy', 'debug'];
    const nothing = Object.fromEntries([...names, 'verbose', 'progress', 'onEvent'].map((name) => [name, undefined]));
    expect(await add(1, 2).resolve(nothing)).toBe(3);
    expect(await resolve(add(1, 2), undefined)).toBe(3);
    expect(
      await add(1, 2).resolve({ timeout: Infinity, concurrency: Infinity, maxCalls: Infinity, maxBytes: Infinity }),
    ).toBe(3);
  });
});

describe('options of plan()', () => {
  it.each([
    { workers: 0 },
    { workers: 1.5 },
    { cost: -1 },
    { cost: 'x' },
    { bytes: -1 },
    { bytes: {} },
    { effort: -1 },
    { executor: 'pool' },
    { nonsense: 1 },
  ])('%p is refused', (options) => {
    expect(() => plan(add(1, 2), options as object)).toThrow(optionError);
  });
});

describe('future.persist()', () => {
  it.each(['memory', false, null, 5])('may not be given %p', (where) => {
    expect(() => add(1, 2).persist(where as never)).toThrow(optionError);
  });
});
