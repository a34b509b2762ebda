import { afterEach, describe, expect, it } from '@jest/globals';
import type { Future, NodeFunction } from '../../src/index.js';
import { currentCall, DagError, node, NodeError, resolve } from '../../src/index.js';
import { resolver } from '../../src/resolve/resolve.js';
import { rejection, turnOfLoop } from '../support/waiting.js';

const boom = new RangeError('boom');
const fails = node(
  (_: unknown): number => {
    throw boom;
  },
  { name: 'fails' },
);
const add = node((a: number, b: number) => a + b, { name: 'add' });
const one = node(() => 1, { name: 'one' });

async function nodeError(promise: Promise<unknown>): Promise<NodeError> {
  const error = await rejection(promise);
  if (!(error instanceof NodeError)) throw new Error(`expected a NodeError, got ${String(error)}`);
  return error;
}

afterEach(async () => {
  await turnOfLoop();
  expect(resolver.active).toBe(0);
});

describe('the error of a failed call', () => {
  it('has code, node, path, arguments and the cause untouched', async () => {
    const target = add(add(fails(3), 1), 2);
    const error = await nodeError(target.resolve());
    expect(error).toBeInstanceOf(DagError);
    expect(error).toMatchObject({ name: 'NodeError', code: 'DAG_NODE_FAILED', node: 'fails', args: '(3)' });
    expect(error.path).toEqual(['add', 'add', 'fails']);
    expect(error.cause).toBe(boom);
    expect(error.message).toBe('DAG_NODE_FAILED: fails(3) (add → add → fails): boom');
    expect(error.callSite).toBeUndefined();
  });

  it('has a path for each target of its own', async () => {
    const bad = fails(0);
    const results = await resolve([add(bad, 1), bad], { settle: true });
    const paths = results.map((result) => (result.status === 'rejected' ? (result.reason as NodeError).path : []));
    expect(paths).toEqual([['add', 'fails'], ['fails']]);
  });

  it('leads through the calls that bodies made', async () => {
    const inner = node(() => fails('deep'), { name: 'inner' });
    const outer = node(() => add(inner(), 1), { name: 'outer' });
    expect((await nodeError(outer().resolve())).path).toEqual(['outer', 'add', 'inner', 'fails']);
  });

  it('leaves parts of values out of the path', async () => {
    const pair = node((): [number, number] => [1, fails.body(0)], { name: 'pair', outputs: 2 });
    const [, second] = pair();
    expect((await nodeError(add(second, 1).resolve())).path).toEqual(['add', 'pair']);
  });

  it('shortens long paths in the middle', async () => {
    let chain: Future<number> = fails(0);
    for (let length = 0; length < 100; length += 1) chain = add(chain, 1);
    const { path } = await nodeError(chain.resolve());
    expect(path).toHaveLength(17);
    expect(path[8]).toBe('… 85 more …');
    expect(path.at(-1)).toBe('fails');
  });

  it('describes arguments of every kind in short', async () => {
    const described = async (...args: readonly unknown[]): Promise<string> => {
      const call = node(
        (..._: unknown[]) => {
          throw boom;
        },
        { name: 'call' },
      );
      return (await nodeError(call(...args).resolve())).args;
    };
    expect(await described('short', 2n, true, null, undefined)).toBe('("short", 2n, true, null, undefined)');
    expect(await described('x'.repeat(50))).toBe(`("${'x'.repeat(40)}…")`);
    expect(await described(new Float64Array(8), new DataView(new ArrayBuffer(2)))).toBe('(Float64Array(8), DataView)');
    expect(await described([1, 2], new Map([[1, 2]]), new Set([1]), { a: 1 })).toBe(
      '(Array(2), Map(1), Set(1), Object)',
    );
    expect(await described(new Date(0), Object.create(null), Math.max, () => 1)).toBe(
      '(Date, Object, max, a function)',
    );
    expect(await described(Symbol('s'), 1, 2, 3, 4, 5, 6)).toBe('(Symbol(s), 1, 2, 3, 4, … 2 more)');
    expect(await described(one(), one().at('toFixed'))).toBe('(Future<one>, Future<one.toFixed>)');
  });

  it('is told even when an argument resists description', async () => {
    const hostile = Object.defineProperty(new Date(0), 'constructor', {
      get: () => {
        throw new Error('do not look');
      },
    });
    expect((await nodeError(fails(hostile).resolve())).args).toBe('(Object)');
  });
});

describe('what a body may throw', () => {
  const symbol = Symbol('thrown');
  const textless: unknown = Object.create(null);
  const hostile = {
    toString(): string {
      throw new Error('no text');
    },
  };
  const silent = new Error('');
  const secretive = new Error('x');
  Object.defineProperty(secretive, 'message', {
    get: () => {
      throw new Error('no message');
    },
  });
  it.each([
    ['undefined', undefined, 'threw undefined'],
    ['null', null, 'threw null'],
    ['a text', 'oh no', 'threw "oh no"'],
    ['a number', 7, 'threw 7'],
    ['a symbol', symbol, 'threw Symbol(thrown)'],
    ['an error without a message', silent, 'Error'],
    ['an object without a prototype', textless, 'cannot be turned into a text'],
    ['an object whose text throws', hostile, 'cannot be turned into a text'],
    ['an error whose message throws', secretive, 'cannot be turned into a text'],
    ['a Future', one(), 'cannot be turned into a text'],
  ])('%s', async (_, thrown, text) => {
    const throws = node(
      () => {
        throw thrown;
      },
      { name: 'throws' },
    );
    const rejects = node(
      async () => {
        throw thrown;
      },
      { name: 'rejects' },
    );
    for (const call of [throws(), rejects()]) {
      const error = await nodeError(call.resolve());
      expect('cause' in error).toBe(true);
      expect(error.cause).toBe(thrown);
      expect(error.code).toBe('DAG_NODE_FAILED');
      expect(error.message).toContain(text);
    }
  });

  it('an error of the library, which stays the cause', async () => {
    const misuse = node((x: unknown) => Number(x), { name: 'misuse' });
    const hidden = one();
    const call = node(() => misuse.body(hidden), { name: 'call' });
    const error = await nodeError(call().resolve());
    expect(error.cause).toMatchObject({ code: 'DAG_FUTURE_AS_VALUE' });
  });
});

describe('what a body may return in place of a promise', () => {
  it('is awaited as `await` does: a thenable, also one that gives another', async () => {
    const thenable = <T>(value: T) => ({
      then(fulfil: (value: T) => void) {
        fulfil(value);
      },
    });
    expect(await node(() => thenable(5), { name: 'thenable' })().resolve()).toBe(5);
    expect(await node(() => thenable(thenable(6)), { name: 'thenables' })().resolve()).toBe(6);
    expect(await node(() => thenable(one()), { name: 'lazy' })().resolve()).toBe(1);
  });

  it('fails the call when asking for `then` throws', async () => {
    const call = node(
      () => ({
        get then(): never {
          throw boom;
        },
      }),
      { name: 'call' },
    );
    expect((await nodeError(call().resolve())).cause).toBe(boom);
    expect((await nodeError(call.with({ retries: 1 })().resolve())).cause).toBe(boom);
  });

  it('fails the call when `then` itself throws', async () => {
    const call = node(
      () => ({
        then(): never {
          throw boom;
        },
      }),
      { name: 'call' },
    );
    expect((await nodeError(call().resolve())).cause).toBe(boom);
  });

  it('counts once when a thenable calls back several times', async () => {
    let calls = 0;
    const call = node(
      () => ({
        then(fulfil: (value: number) => void, refuse: (reason: unknown) => void) {
          fulfil(1);
          fulfil(2);
          refuse(boom);
        },
      }),
      { name: 'call' },
    );
    const counted = node(
      (x: number) => {
        calls += 1;
        return x;
      },
      { name: 'counted' },
    );
    expect(await (counted as NodeFunction<[unknown]>)(call()).resolve()).toBe(1);
    expect(calls).toBe(1);
  });
});

describe('a result whose own code throws', () => {
  const hostile = {
    get part(): never {
      throw boom;
    },
  };

  it('fails the call when Futures are looked for in it', async () => {
    const call = node(() => ({ deep: hostile }), { name: 'call' });
    expect((await nodeError(call().resolve())).cause).toBe(boom);
  });

  it('fails the call when it throws only later', async () => {
    let looks = 0;
    const late = {
      nested: [one()],
      get part(): number {
        looks += 1;
        if (looks > 1) throw boom;
        return 1;
      },
    };
    const call = node(() => late, { name: 'call' });
    expect((await nodeError(call().resolve())).cause).toBe(boom);
  });

  it('fails the part that is asked for', async () => {
    class Opaque {
      readonly good = 1;
      get bad(): never {
        throw boom;
      }
    }
    const call = node(() => new Opaque(), { name: 'call', outputs: ['good', 'bad'], persist: true });
    const { good, bad } = call();
    expect(await good.resolve()).toBe(1);
    expect((await nodeError(bad.resolve())).cause).toBe(boom);
  });

  it('rejects the run when it is a target that throws while results are put in', async () => {
    let looks = 0;
    const target = {
      value: one(),
      get part(): number {
        looks += 1;
        if (looks > 1) throw boom;
        return 1;
      },
    };
    expect(await rejection(resolve(target))).toBe(boom);
  });
});

describe('after a failure', () => {
  it('nothing that depended on it runs', async () => {
    let ran = 0;
    const dependent = node(
      (_: number) => {
        ran += 1;
      },
      { name: 'dependent' },
    );
    await nodeError(dependent(fails(0)).resolve());
    expect(ran).toBe(0);
  });

  it('the call is `failed`, its dependents are `idle`, and its inputs are released', async () => {
    const input = one();
    const bad = (fails as NodeFunction<[unknown], number>)(input);
    const dependent = add(bad, 1);
    await nodeError(dependent.resolve());
    expect([input.state, bad.state, dependent.state]).toEqual(['released', 'failed', 'idle']);
  });

  it('the next resolve tries again', async () => {
    let attempts = 0;
    const flaky = node(
      () => {
        attempts += 1;
        if (attempts === 1) throw boom;
        return attempts;
      },
      { name: 'flaky' },
    );
    const call = flaky();
    await nodeError(call.resolve());
    expect(await call.resolve()).toBe(2);
    expect(call.state).toBe('done');
  });

  it('a call that only the failed target wanted is aborted, one that another run wants goes on', async () => {
    const signals = new Map<number, AbortSignal | undefined>();
    const slow = node(
      async (x: number) => {
        signals.set(x, currentCall()?.signal);
        for (let turn = 0; turn < 5; turn += 1) await turnOfLoop();
        return x;
      },
      { name: 'slow' },
    );
    const wanted = slow(1);
    const unwanted = slow(2);
    const other = wanted.resolve();
    await nodeError(resolve([add(wanted, fails(0)), add(unwanted, fails(1))]));
    expect(await other).toBe(1);
    expect([signals.get(1)?.aborted, signals.get(2)?.aborted]).toEqual([false, true]);
    expect(unwanted.state).toBe('idle');
  });

  it('an asynchronous body that aborts its own run and then fails leaves no rejection unhandled', async () => {
    const unhandled: unknown[] = [];
    const heard = (reason: unknown): void => {
      unhandled.push(reason);
    };
    process.on('unhandledRejection', heard);
    for (const options of [{}, { retries: 2 }]) {
      const abort = new AbortController();
      const call = node(
        async () => {
          abort.abort();
          throw boom;
        },
        { name: 'call', ...options },
      );
      expect(await rejection(call().resolve({ signal: abort.signal }))).toMatchObject({ code: 'DAG_ABORTED' });
    }
    await turnOfLoop();
    process.off('unhandledRejection', heard);
    expect(unhandled).toEqual([]);
  });

  it('an abort of its own run from within a body that then throws is told as the abort', async () => {
    for (const options of [{}, { retries: 2 }, { concurrency: 1 }]) {
      const abort = new AbortController();
      const call = node(
        () => {
          abort.abort();
          throw boom;
        },
        { name: 'call', ...options },
      );
      expect(await rejection(call().resolve({ signal: abort.signal }))).toMatchObject({ code: 'DAG_ABORTED' });
    }
    expect(await one().resolve()).toBe(1);
  });
});

describe('functions among the options that throw', () => {
  const throwing = (): never => {
    throw boom;
  };

  it('`retryDelay` fails its call', async () => {
    const error = await nodeError(fails.with({ retries: 3, retryDelay: throwing })(0).resolve());
    expect(error).toMatchObject({ code: 'DAG_OPTION', node: 'fails', cause: boom });
  });

  it('`retryDelay` must give milliseconds', async () => {
    const odd = (): number => Number.NaN;
    const error = await nodeError(fails.with({ retries: 3, retryDelay: odd })(0).resolve());
    expect(error).toMatchObject({ code: 'DAG_OPTION' });
    expect(error.message).toContain('must give milliseconds of at least 0, got NaN');
  });

  it.each(['cost', 'bytes'])('`%s` rejects the run that needs it', async (option) => {
    const estimated = add.with({ [option]: throwing });
    expect(await rejection(resolve([estimated(1, 2), estimated(3, 4)]))).toMatchObject({
      code: 'DAG_OPTION',
      cause: boom,
    });
    expect(await estimated(1, 2).resolve({ maxBytes: 1 })).toBe(3);
  });

  it.each(['cost', 'bytes'])('`%s` fails the body that made such calls', async (option) => {
    const estimated = add.with({ [option]: throwing });
    const outer = node(() => [estimated(1, 2), estimated(3, 4)] as const, { name: 'outer' });
    expect(await nodeError(outer().resolve())).toMatchObject({ code: 'DAG_OPTION', node: 'outer', cause: boom });
  });
});
