import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { asCompleted, type Future, Graph, node, resolve, resolveSync } from '../../src/index.js';
import { resolver } from '../../src/resolve/resolve.js';
import { isCollected } from '../support/garbage.js';
import { rejection, turnOfLoop } from '../support/waiting.js';

class Big {
  readonly bytes = new Uint8Array(10);
}

const make = node((_: unknown) => new Big(), { name: 'make' });
const size = node((big: Big) => big.bytes.length, { name: 'size' });
const slow = node(
  async (big: Big) => {
    await turnOfLoop();
    return big.bytes.length;
  },
  { name: 'slow' },
);
const fails = node(
  (_: Big): number => {
    throw new Error('no');
  },
  { name: 'fails' },
);

/** The Future is garbage when this returns, unless the library holds it. */
async function afterwards(act: (future: Future<number>, input: Future<Big>) => unknown): Promise<WeakRef<object>[]> {
  const input = make({});
  const future = size(input);
  await act(future, input);
  return [new WeakRef(future), new WeakRef(input)];
}

async function expectCollected(references: readonly WeakRef<object>[]): Promise<void> {
  for (const reference of references) expect(await isCollected(reference)).toBe(true);
}

afterEach(() => {
  expect(resolver.active).toBe(0);
});

describe('a Future that nobody holds is collected, with what it depends on', () => {
  const acts: Record<string, (future: Future<number>, input: Future<Big>) => unknown> = {
    'when it never ran': () => undefined,
    'after it was resolved': (future) => future.resolve(),
    'after it was resolved at once': (future) => future.resolveSync(),
    'after it was resolved with every option': (future) =>
      future.resolve({
        concurrency: 1,
        debug: true,
        maxBytes: 1e9,
        progress: () => undefined,
        onEvent: () => undefined,
        verbose: { log: () => undefined },
        signal: new AbortController().signal,
        timeout: 1000,
      }),
    'after it was persisted and resolved': (future, input) => {
      input.persist();
      return future.resolve();
    },
    'after an asynchronous call took it': (_, input) => slow(input).resolve(),
    'after a call that took it failed': (_, input) => rejection(fails(input).resolve()),
    'after a call that took it failed in all attempts': (_, input) =>
      rejection(fails.with({ retries: 2, retryDelay: 1 })(input).resolve()),
    'after its run was aborted': (_, input) => {
      const abort = new AbortController();
      const run = rejection(slow(input).resolve({ signal: abort.signal }));
      abort.abort();
      return run;
    },
    'after its run was aborted by a signal that lives on': async (future) => {
      const abort = new AbortController();
      await future.resolve({ signal: abort.signal });
      return abort;
    },
    'after several runs at once': (future, input) =>
      Promise.all([future.resolve(), slow(input).resolve(), future.resolve(), size(input).resolve()]),
    'after a loop over asCompleted': async (future, input) => {
      for await (const [,] of asCompleted([future, slow(input)]));
    },
    'after such a loop was left': async (future, input) => {
      for await (const [,] of asCompleted([future, slow(input)])) break;
    },
    'after a body made calls with it': (future) => {
      const nested = node((x: number) => size(make(x)), { name: 'nested' });
      return nested(future).resolve();
    },
    'after a body resolved calls with it': (future) => {
      const inner = node(async (x: number) => resolve([size(make(x)), future]), { name: 'inner' });
      return inner(future).resolve();
    },
    'after a body resolved calls at once': (future) => {
      const inner = node((x: number) => resolveSync([size(make(x)), future]), { name: 'inner' });
      return inner(future).resolve();
    },
    'after it waited for itself': async () => {
      const self: Future<number> = node((): Future<number> => self, { name: 'self' })();
      await rejection(self.resolve());
    },
    'after a call with a limit took it': (_, input) =>
      resolve([slow.with({ concurrency: 1 })(input), slow.with({ concurrency: 1 })(input)], { concurrency: 2 }),
    'after it was in a Graph that nobody holds': (_, input) => {
      const graph = new Graph({ memo: true, record: true });
      return graph.run(() => size(input)).resolve();
    },
    'after it was removed from its Graph': async (_, input) => {
      const graph = new Graph({ memo: true });
      const inside = graph.run(() => size(input));
      await inside.resolve();
      graph.remove(inside);
      return graph;
    },
  };

  it.each(Object.entries(acts))('%s', async (_, act) => {
    await expectCollected(await afterwards(act));
  });
});

describe('a value', () => {
  it('is collected when it was released, though its Future lives', async () => {
    const input = make({});
    const future = size(input);
    const reference = new WeakRef(await input.resolve());
    await future.resolve();
    input.release();
    await expectCollected([reference]);
    expect(input.state).toBe('released');
  });

  it('of an intermediate call is collected when its last dependent has run', async () => {
    const references: WeakRef<object>[] = [];
    const watched = node(
      () => {
        const big = new Big();
        references.push(new WeakRef(big));
        return big;
      },
      { name: 'watched' },
    );
    const future = size(watched());
    await future.resolve();
    await expectCollected(references);
    expect(references).toHaveLength(1);
    expect(future.state).toBe('done');
  });

  it('of a target is held by its Future', async () => {
    const future = make({});
    const reference = new WeakRef(await future.resolve());
    expect(await isCollected(reference, 3)).toBe(false);
    expect(future.state).toBe('done');
  });
});

describe('calls made in a body', () => {
  it('are replaced when the body runs again', async () => {
    const references: WeakRef<object>[] = [];
    const outer = node(
      () => {
        const inner = size(make({}));
        references.push(new WeakRef(inner));
        return inner;
      },
      { name: 'outer' },
    );
    const future = outer();
    await future.resolve();
    future.release();
    await future.resolve();
    const [first, second] = references;
    if (first === undefined || second === undefined) throw new Error('the body ran twice');
    await expectCollected([first]);
    expect(await isCollected(second, 3)).toBe(false);
    expect(future.state).toBe('done');
  });

  it('are collected while their body goes on for ever, once nobody uses them', async () => {
    const references: WeakRef<object>[] = [];
    const poll = node(
      async () => {
        for (let time = 0; time < 1000; time += 1) {
          const call = size(make({}));
          if (references.length < 10) references.push(new WeakRef(call));
          await call.resolve();
        }
        for (const reference of references) {
          if (!(await isCollected(reference))) return false;
        }
        return true;
      },
      { name: 'poll' },
    );
    expect(await poll().resolve()).toBe(true);
  });
});

describe('a run', () => {
  it('lets go of its signal when it has ended', async () => {
    const { signal } = new AbortController();
    const before = new WeakRef(signal);
    await size(make({})).resolve({ signal });
    const listeners = getEventListeners(signal, 'abort');
    expect(listeners).toEqual([]);
    expect(before.deref()).toBe(signal);
  });

  it('lets go of its callbacks when it has ended', async () => {
    const references: WeakRef<object>[] = [];
    await (async () => {
      const onEvent = (): void => undefined;
      const progress = (): void => undefined;
      references.push(new WeakRef(onEvent), new WeakRef(progress));
      await size(make({})).resolve({ onEvent, progress });
    })();
    await expectCollected(references);
  });
});
