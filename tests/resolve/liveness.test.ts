import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, describe, expect, it } from '@jest/globals';
import { currentCall, node, type Progress, resolve, resolveSync } from '../../src/index.js';
import { resolver } from '../../src/resolve/resolve.js';
import { Turn } from '../../src/resolve/turn.js';
import { deferred, rejection, turnOfLoop } from '../support/waiting.js';

const inc = node((x: number) => x + 1, { name: 'inc' });

/** How often the event loop went round while `act` ran, and the longest it was kept waiting. */
async function rounds(act: () => Promise<unknown>): Promise<{ count: number; longest: number }> {
  let count = 0;
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    count += 1;
  }, 1);
  await turnOfLoop();
  last = performance.now();
  await act();
  clearInterval(timer);
  return { count, longest };
}

afterEach(async () => {
  await turnOfLoop();
  expect(resolver.active).toBe(0);
});

describe('the event loop goes round', () => {
  it('during a synchronous run of a million calls', async () => {
    let chain = inc(0);
    for (let depth = 1; depth < 1_000_000; depth += 1) chain = inc(chain);
    const { count } = await rounds(() => chain.resolve());
    expect(count).toBeGreaterThan(10);
  });

  it('during a chain of asynchronous calls that wait for microtasks only', async () => {
    const slow = node(async (x: number) => x + 1, { name: 'slow' });
    let chain = slow(0);
    for (let depth = 1; depth < 50_000; depth += 1) chain = slow(chain);
    const { count } = await rounds(() => chain.resolve());
    expect(count).toBeGreaterThan(5);
  });

  it('during endless recursion, which a timer can end', async () => {
    const endless: (n: number) => ReturnType<typeof inc> = node((n: number) => endless(n + 1), { name: 'endless' });
    const abort = new AbortController();
    setTimeout(() => {
      abort.abort();
    }, 20);
    expect(await rejection(endless(0).resolve({ signal: abort.signal, maxCalls: Infinity }))).toMatchObject({
      code: 'DAG_ABORTED',
    });
  });

  it('during several runs at once', async () => {
    const runs = Array.from({ length: 4 }, () => {
      let chain = inc(0);
      for (let depth = 1; depth < 100_000; depth += 1) chain = inc(chain);
      return chain;
    });
    const { count } = await rounds(() => Promise.all(runs.map((chain) => chain.resolve())));
    expect(count).toBeGreaterThan(3);
  });
});

describe('Turn', () => {
  it('gives time until the event loop has waited long enough, however the work is divided', async () => {
    let now = 0;
    let works = 0;
    const turn = new Turn(
      () => now,
      () => {
        works += 1;
      },
    );
    expect(turn.begin()).toBe(true);
    now = 7;
    expect(turn.begin()).toBe(true);
    expect(turn.spent(now)).toBe(false);
    now = 9;
    expect(turn.spent(now)).toBe(true);
    expect(turn.begin()).toBe(false);
    expect(works).toBe(0);
    await turnOfLoop();
    expect(works).toBe(1);
    expect(turn.begin()).toBe(true);
    await turnOfLoop();
    expect(works).toBe(1);
    turn.begin();
    turn.yield();
    await turnOfLoop();
    expect(works).toBe(2);
  });
});

describe('asynchronous context', () => {
  const storage = new AsyncLocalStorage<string>();
  const read = node((_?: unknown) => storage.getStore(), { name: 'read' });
  const readLater = node(
    async (_?: unknown) => {
      await turnOfLoop();
      return storage.getStore();
    },
    { name: 'readLater' },
  );

  it('of the caller of resolve() is that of the bodies', async () => {
    const values = await storage.run('mine', () => resolve([read(), readLater(), read(readLater())]));
    expect(values).toEqual(['mine', 'mine', 'mine']);
    expect(await read().resolve()).toBeUndefined();
  });

  it('of each run is its own', async () => {
    const runs = ['a', 'b', 'c'].map((name) => storage.run(name, () => resolve([read(), readLater(read())])));
    expect(await Promise.all(runs)).toEqual([
      ['a', 'a'],
      ['b', 'b'],
      ['c', 'c'],
    ]);
  });

  it('holds for nested calls, inner runs, retries and resolveSync', async () => {
    let tries = 0;
    const body = node(
      async () => {
        tries += 1;
        if (tries === 1) throw new Error('no');
        return [read(), await readLater().resolve(), resolveSync(read())] as const;
      },
      { name: 'body', retries: 1, retryDelay: 1 },
    );
    expect(await storage.run('mine', () => body().resolve())).toEqual(['mine', 'mine', 'mine']);
    expect(storage.run('sync', () => resolveSync(read()))).toBe('sync');
  });

  it('of other runs is left alone by resolveSync', async () => {
    const shared = read();
    const other = storage.run('other', () => shared.resolve());
    const mine = storage.run('mine', () => resolveSync([read(shared), shared]));
    expect(mine).toEqual(['mine', 'other']);
    expect(await other).toBe('other');
  });
});

describe('currentCall', () => {
  it('tells name and attempt in a body, also after an await, and nothing outside', async () => {
    const body = node(
      async () => {
        const before = currentCall();
        await turnOfLoop();
        const after = currentCall();
        return [before?.name, after?.name, after?.attempt];
      },
      { name: 'body' },
    );
    expect(currentCall()).toBeUndefined();
    expect(await body().resolve()).toEqual(['body', 'body', 1]);
    expect(currentCall()).toBeUndefined();
  });

  it('tells concurrent bodies apart', async () => {
    const names = ['a', 'b', 'c'];
    const calls = names.map((name) =>
      node(
        async () => {
          for (let turn = 0; turn < 3; turn += 1) {
            await turnOfLoop();
            if (currentCall()?.name !== name) return `${name} was called ${String(currentCall()?.name)}`;
          }
          return name;
        },
        { name },
      )(),
    );
    expect(await resolve(calls)).toEqual(names);
  });

  it('tells bodies of one stretch apart, and stays what it was', async () => {
    const kept: ReturnType<typeof currentCall>[] = [];
    const keep = node(
      (_: unknown) => {
        kept.push(currentCall());
      },
      { name: 'keep' },
    );
    const other = node((_: unknown) => currentCall()?.name, { name: 'other' });
    expect(await other(keep(other(keep(1)))).resolve()).toBe('other');
    expect(kept.map((call) => call?.name)).toEqual(['keep', 'keep']);
    expect(kept[0]?.signal).not.toBe(kept[1]?.signal);
    expect(kept[0]?.signal.aborted).toBe(false);
  });

  it('is undefined in timers that a synchronous body left behind', async () => {
    const seen = deferred<unknown>();
    const body = node(
      () => {
        setTimeout(() => {
          seen.resolve(currentCall());
        }, 1);
      },
      { name: 'body' },
    );
    await body().resolve();
    expect(await seen.promise).toBeUndefined();
  });

  it('is that of the outer body again after resolveSync', async () => {
    const inner = node(() => currentCall()?.name, { name: 'inner' });
    const outer = node(() => [currentCall()?.name, resolveSync(inner()), currentCall()?.name], { name: 'outer' });
    expect(await outer().resolve()).toEqual(['outer', 'inner', 'outer']);
    expect(outer().resolveSync()).toEqual(['outer', 'inner', 'outer']);
  });

  it('names the node, not the part that is asked for', async () => {
    const pair = node(() => [currentCall()?.name, 1] as const, { name: 'pair', outputs: 2 });
    const [name] = pair();
    expect(await name.resolve()).toBe('pair');
  });
});

describe('progress', () => {
  it('is told at the end, and what is finished is what was known', async () => {
    const told: Progress[] = [];
    const nested = node((x: number) => inc(inc(x)), { name: 'nested' });
    await inc(nested(1)).resolve({ progress: (progress) => told.push(progress) });
    expect(told.at(-1)).toEqual({ finished: 4, known: 4 });
  });

  it('ends with what was known when values were there already', async () => {
    const done = inc(1);
    await done.resolve();
    const told: Progress[] = [];
    await inc(done).resolve({ progress: (progress) => told.push(progress) });
    expect(told.at(-1)?.finished).toBe(told.at(-1)?.known);
  });

  it('is told during a long run, and grows', async () => {
    const told: Progress[] = [];
    const slow = node(
      (x: number) => {
        const start = performance.now();
        while (performance.now() - start < 0.3);
        return x + 1;
      },
      { name: 'slow' },
    );
    let chain = slow(0);
    for (let depth = 1; depth < 1000; depth += 1) chain = slow(chain);
    await chain.resolve({ progress: (progress) => told.push(progress) });
    expect(told.length).toBeGreaterThan(2);
    expect(told.length).toBeLessThan(20);
    expect(told.map(({ finished }) => finished)).toEqual(told.map(({ finished }) => finished).sort((a, b) => a - b));
    expect(told.at(-1)).toEqual({ finished: 1000, known: 1000 });
  });

  it('is told for failed and aborted runs, too', async () => {
    const fails = node(
      (): number => {
        throw new Error('no');
      },
      { name: 'fails' },
    );
    const told: Progress[] = [];
    await rejection(resolve([inc(inc(1)), fails()], { progress: (progress) => told.push(progress) }));
    expect(told.at(-1)?.known).toBe(3);
    await rejection(inc(1).resolve({ signal: AbortSignal.abort(), progress: (progress) => told.push(progress) }));
  });
});
