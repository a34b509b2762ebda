import { describe, expect, it } from '@jest/globals';
import { Graph, node, plan, resolve, type NodeOptions, type ResolveOptions } from '../../src/index.js';

const wrong: Record<string, unknown[]> = {
  name: ['', 3],
  version: ['', 1],
  module: [''],
  outputs: [0, 1.5, [], ['a', 'a'], [''], 'a'],
  checked: ['yes'],
  persist: ['memory', 1],
  memo: [1],
  executor: ['gpu', 2],
  cost: [-1, Number.NaN, 'long'],
  bytes: [-1, Infinity],
  concurrency: [0, -1, 1.5],
  priority: [Number.NaN, Infinity, '1'],
  retries: [-1, 0.5],
  retryDelay: [-1, 'soon'],
  timeout: [-1, '1s', Number.NaN],
  donate: [0, [-1], [0.5]],
  effect: ['yes'],
  key: ['a'],
  ignore: ['a', [1]],
  source: ['file'],
  replicas: [0, 2.5],
  style: ['red', null],
};

describe('options of a node', () => {
  for (const [name, values] of Object.entries(wrong)) {
    it(`refuses a wrong \`${name}\``, () => {
      for (const value of values) {
        const options = { [name]: value } as NodeOptions;
        expect(() => node(() => 1, options as NodeOptions & { outputs?: never })).toThrow(
          expect.objectContaining({ code: 'DAG_OPTION', message: expect.stringContaining(`\`${name}\``) as unknown }),
        );
      }
    });
  }

  it('takes every right one', () => {
    const options = {
      version: '2',
      module: import.meta.url,
      persist: true,
      memo: true,
      executor: 'auto',
      cost: () => 1,
      bytes: 8,
      concurrency: Infinity,
      priority: -1,
      retries: Infinity,
      retryDelay: () => 0,
      timeout: Infinity,
      donate: [0],
      effect: false,
      key: () => 1,
      ignore: ['log'],
      source: 'module',
      replicas: 2,
      style: { color: 'red' },
      checked: false,
    } as const;
    expect(() => node((x: number) => x, options)).not.toThrow();
  });

  it('refuses a name that it does not know', () => {
    expect(() => node(() => 1, { retry: 2 } as NodeOptions & { outputs?: never })).toThrow(/no option `retry`/);
  });

  it('lets `.with` change those of a call site only', () => {
    const one = node(() => 1, { name: 'one' });
    expect(() => one.with({ name: 'two' } as never)).toThrow(/cannot be changed for one call site/);
    expect(() => one.with({ retries: -1 })).toThrow(/`retries`/);
    expect(one.with({ retries: 1 })().state).toBe('idle');
  });

  it('shows what it got', () => {
    expect(() => node(() => 1, { cost: {} } as never)).toThrow(/got an object/);
    expect(() => node(() => 1, { name: () => 1 } as never)).toThrow(/got a function/);
    expect(() => node(() => 1, { retries: [1, 'a'] } as never)).toThrow(/got \[1, "a"\]/);
  });
});

describe('options of a run', () => {
  const wrongRun: Record<string, unknown[]> = {
    executor: ['pool', {}],
    signal: [{}],
    timeout: [-1],
    settle: [1],
    concurrency: [0],
    maxBytes: [-1],
    maxCalls: [0],
    copy: ['yes'],
    debug: [1],
    verbose: ['yes', {}],
    progress: [1],
    onEvent: [1],
    nothing: [1],
  };
  for (const [name, values] of Object.entries(wrongRun)) {
    it(`refuses a wrong \`${name}\``, async () => {
      for (const value of values) {
        const options = { [name]: value } as ResolveOptions;
        await expect(resolve([], options)).rejects.toMatchObject({ code: 'DAG_OPTION' });
      }
    });
  }
});

describe('options of a Graph', () => {
  it('refuses unknown names and wrong values', () => {
    for (const options of [
      { colour: 'red' },
      { name: 3 },
      { persist: 'memory' },
      { memo: 1 },
      { record: 'yes' },
      { debug: 0 },
      { verbose: 'yes' },
      { executor: 'gpu' },
    ]) {
      expect(() => new Graph(options as never)).toThrow(expect.objectContaining({ code: 'DAG_OPTION' }));
    }
  });

  it('refuses listeners that are none', () => {
    expect(() => new Graph().on('events' as 'event', () => undefined)).toThrow(/'event' and a function/);
    expect(() => new Graph().on('event', 3 as never)).toThrow(/'event' and a function/);
  });
});

describe('options of plan', () => {
  it('refuses wrong values', () => {
    const f = node(() => 1)();
    for (const options of [{ workers: 0 }, { workers: 1.5 }, { effort: -1 }, { cost: -1 }, { bytes: 'many' }]) {
      expect(() => plan(f, options as never)).toThrow(expect.objectContaining({ code: 'DAG_OPTION' }));
    }
  });
});
