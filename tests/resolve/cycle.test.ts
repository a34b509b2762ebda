import { afterEach, describe, expect, it } from '@jest/globals';
import type { Future, NodeFunction } from '../../src/index.js';
import { node, NodeError, resolve } from '../../src/index.js';
import { resolver } from '../../src/resolve/resolve.js';
import { rejection, turnOfLoop, within } from '../support/waiting.js';

type Unary = NodeFunction<[number], number>;

const add = node((a: number, b: number) => a + b, { name: 'add' });
const pass: Unary = node((x: number) => x, { name: 'pass' });

/** The code of what a promise rejects with, and of what caused that, and so on. */
async function codes(promise: Promise<unknown>): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let error = await rejection(promise); error instanceof NodeError; error = error.cause) found.push(error.code);
  return found;
}

/** Runs `test` while an unrelated call waits for something that does not come. */
async function whileOthersWait(test: () => Promise<void>): Promise<void> {
  const abort = new AbortController();
  const never = node(() => new Promise<number>(() => undefined), { name: 'never' });
  const waiting = rejection(never().resolve({ signal: abort.signal }));
  await turnOfLoop();
  try {
    await test();
  } finally {
    abort.abort();
    await waiting;
  }
}

afterEach(() => {
  expect(resolver.active).toBe(0);
});

/** Cycles of every kind, each built anew. */
const cycles: Record<string, () => Future> = {
  'a body that returns the Future of its own call': () => {
    const self: Future<number> = node((): Future<number> => self, { name: 'self' })();
    return self;
  },
  'a body that returns a container with the Future of its own call': () => {
    const self: Future = node((): unknown => ({ deep: [self] }), { name: 'self' })();
    return self;
  },
  'two bodies that return the Futures of each other': () => {
    const ping: Future<number> = node((): Future<number> => pong, { name: 'ping' })();
    const pong: Future<number> = node((): Future<number> => ping, { name: 'pong' })();
    return ping;
  },
  'a body that returns a call that takes its own Future': () => {
    const self: Future<number> = node((): Future<number> => pass(self), { name: 'self' })();
    return self;
  },
  'a body that returns a call that takes its own Future deep in a container': () => {
    const count = node((parts: { list: number[] }) => parts.list.length, { name: 'count' });
    const self: Future<number> = node((): Future<number> => count({ list: [1, self] }), { name: 'self' })();
    return self;
  },
  'an async body that returns the Future of its own call': () => {
    const self: Future<number> = node(
      async (): Promise<Future<number>> => {
        await turnOfLoop();
        return self;
      },
      { name: 'self' },
    )();
    return self;
  },
  'a body that resolves its own call': () => {
    const self: Future<number> = node((): Promise<number> => self.resolve(), { name: 'self' })();
    return self;
  },
  'a body that resolves a call that takes its own Future': () => {
    const self: Future<number> = node((): Promise<number> => add(1, self).resolve(), { name: 'self' })();
    return self;
  },
  'two bodies that resolve each other': () => {
    const ping: Future<number> = node((): Promise<number> => pong.resolve(), { name: 'ping' })();
    const pong: Future<number> = node((): Promise<number> => ping.resolve(), { name: 'pong' })();
    return ping;
  },
  'three bodies that resolve and return each other in turn': () => {
    const one: Future<number> = node((): Promise<number> => two.resolve(), { name: 'one' })();
    const two: Future<number> = node((): Future<number> => pass(three), { name: 'two' })();
    const three: Future<number> = node((): Promise<number> => add(one, 1).resolve(), { name: 'three' })();
    return one;
  },
  'an argument container that was given its own call later': () => {
    const parts: unknown[] = [];
    const self = node((list: unknown[]) => list.length, { name: 'self' })(parts);
    parts.push(self);
    return self;
  },
  'an effect that takes the Future of its parent': () => {
    const log = node((_: number) => undefined, { name: 'log', effect: true });
    const self: Future<number> = node(
      (): number => {
        log(self);
        return 1;
      },
      { name: 'self' },
    )();
    return self;
  },
};

describe.each(Object.entries(cycles))('%s', (_, make) => {
  it('is DAG_CYCLE', async () => {
    expect(await codes(make().resolve())).toContain('DAG_CYCLE');
  });

  it('is DAG_CYCLE within a second while other calls wait for something', async () => {
    await whileOthersWait(async () => {
      expect(await codes(within(1000, make().resolve()))).toContain('DAG_CYCLE');
    });
  });

  it('is found for each of several runs', async () => {
    await whileOthersWait(async () => {
      const found = await within(1000, Promise.all([make(), make(), make()].map((self) => codes(self.resolve()))));
      for (const each of found) expect(each).toContain('DAG_CYCLE');
    });
  });

  it('leaves calls that have nothing to do with it alone', async () => {
    const results = await within(1000, resolve({ bad: make(), good: add(1, 2) }, { settle: true }));
    expect(results.bad.status).toBe('rejected');
    expect(results.good).toEqual({ status: 'fulfilled', value: 3 });
  });

  it('fails again, and nothing is left behind, when it is resolved again', async () => {
    const self = make();
    await codes(self.resolve());
    expect(self.state).toBe('failed');
    expect(await codes(self.resolve())).toContain('DAG_CYCLE');
  });

  it('is found by a run with a limit', async () => {
    expect(await codes(make().resolve({ concurrency: 1 }))).toContain('DAG_CYCLE');
  });
});

describe('the error of a cycle', () => {
  it('has the names on the cycle in the order of waiting', async () => {
    const ping: Future<number> = node((): Future<number> => pass(pong), { name: 'ping' })();
    const pong: Future<number> = node((): Future<number> => ping, { name: 'pong' })();
    const error = await rejection(ping.resolve());
    expect(error).toBeInstanceOf(NodeError);
    expect((error as NodeError).code).toBe('DAG_CYCLE');
    expect((error as NodeError).message).toMatch(
      /ping → pass → pong → ping|pass → pong → ping → pass|pong → ping → pass → pong/,
    );
  });

  it('is DAG_CYCLE itself, not only its cause, for bodies that resolve each other', async () => {
    const ping: Future<number> = node((): Promise<number> => pong.resolve(), { name: 'ping' })();
    const pong: Future<number> = node((): Promise<number> => ping.resolve(), { name: 'pong' })();
    expect(await rejection(ping.resolve())).toMatchObject({ code: 'DAG_CYCLE' });
  });

  it('reaches the body that resolves a call on the cycle, which may go on with something else', async () => {
    const self: Future<number> = node((): Future<number> => self, { name: 'self' })();
    const careful = node(
      async (): Promise<unknown> => self.resolve().catch((error: unknown) => (error as NodeError).code),
      {
        name: 'careful',
      },
    );
    expect(await careful().resolve()).toBe('DAG_CYCLE');
  });
});

describe('what is no cycle', () => {
  it('is a call that two nested calls share', async () => {
    const shared = pass(3);
    const twice = node(() => add(shared, pass(shared)), { name: 'twice' });
    await whileOthersWait(async () => {
      expect(await within(1000, twice().resolve())).toBe(6);
    });
  });

  it('is a body that resolves what another body resolves too', async () => {
    const slow = node(async (x: number) => {
      await turnOfLoop();
      return x;
    });
    const shared = slow(4);
    const one = node(async () => shared.resolve(), { name: 'one' });
    expect(await resolve([one(), one(), shared])).toEqual([4, 4, 4]);
  });

  it('is a ring of nodes whose calls differ', async () => {
    const even: Unary = node((n: number): number | Future<number> => (n === 0 ? 0 : odd(n - 1)), {
      name: 'even',
    }) as Unary;
    const odd: Unary = node((n: number): number | Future<number> => (n === 0 ? 1 : even(n - 1)), {
      name: 'odd',
    }) as Unary;
    expect(await even(7).resolve()).toBe(1);
  });
});
