import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { asCompleted, Graph, node, plan, resolve, resolveSync, type RunEvent } from 'lazydag';
import { DiskStore, MemoryStore, type Store } from 'lazydag/store';
import { resolver } from '../../../src/resolve/resolve.js';
import { inFolder } from './folder.js';

/** Names of the bodies that have run. */
const ran: string[] = [];

const plain = node(
  (x: number) => {
    ran.push('plain');
    return x + 1;
  },
  { name: 'plain' },
);

const kept = node(
  (x: number) => {
    ran.push('kept');
    return { twice: x * 2, samples: Float64Array.from([x, -0, NaN]) };
  },
  { name: 'kept', persist: 'disk' },
);

const later = node(
  async (x: number) => {
    ran.push('later');
    await sleep(1);
    return `later ${x.toString()}`;
  },
  { name: 'later', persist: 'disk' },
);

const whole = node(
  (x: number) => {
    ran.push('whole');
    return { low: x, high: x + 1 };
  },
  { name: 'whole' },
);

const range = node(
  (x: number) => {
    ran.push('range');
    return { low: x, high: x + 10 };
  },
  { name: 'range', outputs: ['low', 'high'], persist: 'disk' },
);

const outer = node(async (x: number) => (await kept(x).resolve()).twice, { name: 'outer' });
const calling = node((x: number) => kept(x), { name: 'calling', persist: 'disk' });

let broken = true;
const fragile = node(
  async (x: number) => {
    ran.push('fragile');
    await sleep(1);
    if (broken) throw new Error('no');
    return x;
  },
  { name: 'fragile', persist: 'disk' },
);

let begun: () => void = () => undefined;
const endless = node(
  () => {
    begun();
    return new Promise<number>(() => undefined);
  },
  { name: 'endless', persist: 'disk' },
);

const closing = node(
  async (store: { readonly now: Store }) => {
    await store.now.close();
    return 1;
  },
  { name: 'closing' },
);
const deep = node((x: number) => [kept(x), later(x)], { name: 'deep' });

function runsOf(name: string): number {
  return ran.filter((run) => run === name).length;
}

beforeEach(() => {
  ran.length = 0;
});

const STORES: readonly [string, (path: string) => Store][] = [
  ['in memory', () => new MemoryStore()],
  ['on disk', (path) => new DiskStore({ path: join(path, 'store') })],
];

describe.each(STORES)('a store %s', (_, make) => {
  async function withStore(run: (store: Store) => Promise<void>): Promise<void> {
    await inFolder(async (path) => {
      await using store = make(path);
      await run(store);
    });
    expect(resolver.active).toBe(0);
  }

  test('gives what an earlier run has computed, and nothing upstream runs', async () => {
    await withStore(async (store) => {
      const value = await kept(plain(1)).resolve({ store });
      expect(await kept(plain(1)).resolve({ store })).toEqual(value);
      expect(await later(1).resolve({ store })).toBe(await later(1).resolve({ store }));
      expect(ran).toEqual(['plain', 'kept', 'later']);
      await kept(plain(2)).resolve({ store });
      await kept(plain(1)).resolve();
      expect(runsOf('kept')).toBe(3);
    });
  });

  test('gives a value of its own to each call', async () => {
    await withStore(async (store) => {
      const [one, other] = [await kept(1).resolve({ store }), await kept(1).resolve({ store })];
      other.samples[0] = 7;
      expect(one.samples[0]).toBe(1);
      expect((await kept(1).resolve({ store })).samples[0]).toBe(1);
    });
  });

  test('computes once what is asked for several times', async () => {
    await withStore(async (store) => {
      const found = await Promise.all([resolve([later(1), later(1), kept(1)], { store }), later(1).resolve({ store })]);
      expect(found[0].slice(0, 2)).toEqual(['later 1', 'later 1']);
      expect(found[1]).toBe('later 1');
      expect(runsOf('later')).toBe(1);
    });
  });

  test('tells of what it gives as cached, and of no body', async () => {
    await withStore(async (store) => {
      await kept(plain(1)).resolve({ store });
      const events: RunEvent[] = [];
      await kept(plain(1)).resolve({ store, onEvent: (event) => events.push(event) });
      expect(events.map(({ type }) => type)).toEqual(['run-started', 'cached', 'run-finished']);
    });
  });

  test('is named by a Graph, whose calls may all persist', async () => {
    await withStore(async (store) => {
      for (const expected of [2, 2]) {
        const graph = new Graph({ store, persist: 'disk' });
        const future = graph.run(() => kept(plain(1)));
        await future.resolve();
        expect(ran).toHaveLength(expected);
        const single = graph.run(() => plain(1));
        await graph.resolve(single);
        expect(ran).toHaveLength(expected);
      }
    });
  });

  test('keeps single calls and parts that were asked to persist', async () => {
    await withStore(async (store) => {
      for (const round of [1, 1]) {
        expect(await plain(1).persist('disk').resolve({ store })).toBe(2);
        expect(await plain.with({ persist: 'disk' })(5).resolve({ store })).toBe(6);
        expect(await whole(1).at('high').persist('disk').resolve({ store })).toBe(2);
        expect(ran).toEqual(['plain', 'plain', 'whole']);
        expect(round).toBe(1);
      }
      await kept(1).resolve({ store });
    });
  });

  test('keeps each output by itself', async () => {
    await withStore(async (store) => {
      expect(await range(1).low.resolve({ store })).toBe(1);
      expect(await range(1).high.resolve({ store })).toBe(11);
      expect(await resolve(range(1), { store })).toEqual({ low: 1, high: 11 });
      expect(ran).toEqual(['range']);
    });
  });

  test('is asked by the runs of bodies, and for the calls that bodies make', async () => {
    await withStore(async (store) => {
      expect(await outer(1).resolve({ store })).toBe(2);
      expect(await outer(1).resolve({ store })).toBe(2);
      expect(runsOf('kept')).toBe(1);
      expect((await calling(2).resolve({ store })).twice).toBe(4);
      expect((await calling(2).resolve({ store })).twice).toBe(4);
      expect(runsOf('kept')).toBe(2);
    });
  });

  test('serves iterations over what is completed', async () => {
    await withStore(async (store) => {
      for (let round = 0; round < 2; round += 1) {
        const seen: string[] = [];
        for await (const [, value] of asCompleted(
          [1, 2, 3].map((x) => later(x)),
          { store },
        ))
          seen.push(value);
        expect(seen.sort()).toEqual(['later 1', 'later 2', 'later 3']);
      }
      expect(runsOf('later')).toBe(3);
    });
  });

  test('says beforehand what is there', async () => {
    await withStore(async (store) => {
      await store.open();
      const targets = [kept(plain(1)), kept(plain(2))];
      expect(plan(targets, { store }).cached).toEqual([]);
      await targets[0]?.resolve({ store });
      const again = [kept(plain(1)), kept(plain(2))];
      const { cached, schedule } = plan(again, { store });
      expect(cached.map((future) => again.indexOf(future as (typeof again)[number]))).toEqual([0]);
      expect(schedule).toHaveLength(2);
      expect(ran).toEqual(['plain', 'kept']);
    });
  });

  test('serves runs that cannot wait, once it is open', async () => {
    await withStore(async (store) => {
      await kept(plain(1)).resolve({ store });
      expect(resolveSync(kept(plain(1)), { store }).twice).toBe(4);
      expect(resolveSync(kept(plain(2)), { store }).twice).toBe(6);
      expect(runsOf('kept')).toBe(2);
    });
  });

  test('keeps nothing of what failed, and others may compute it', async () => {
    await withStore(async (store) => {
      broken = true;
      const [one, other] = await Promise.allSettled([fragile(1).resolve({ store }), fragile(1).resolve({ store })]);
      expect([one.status, other.status]).toEqual(['rejected', 'rejected']);
      broken = false;
      expect(await fragile(1).resolve({ store })).toBe(1);
      expect(runsOf('fragile')).toBe(3);
    });
  });

  test('lets go of what an aborted run was computing or waiting for', async () => {
    await withStore(async (store) => {
      const controller = new AbortController();
      const computes = new Promise<void>((tell) => (begun = tell));
      const computing = endless().resolve({ store, signal: controller.signal });
      await computes;
      const waiting = endless().resolve({ store, timeout: 30 });
      await expect(waiting).rejects.toMatchObject({ code: 'DAG_RUN_TIMEOUT' });
      controller.abort();
      await expect(computing).rejects.toMatchObject({ code: 'DAG_ABORTED' });
      await expect(endless().resolve({ store, timeout: 30 })).rejects.toMatchObject({ code: 'DAG_RUN_TIMEOUT' });
    });
  });

  test('may be closed while a run goes on, which is told', async () => {
    await withStore(async (store) => {
      await expect(deep(closing({ now: store })).resolve({ store })).rejects.toMatchObject({
        code: 'DAG_STORE_CLOSED',
      });
      await expect(kept(1).resolve({ store })).rejects.toMatchObject({ code: 'DAG_STORE_CLOSED' });
    });
  });
});

test('runs and plans that cannot wait say that the store is not open', async () => {
  await inFolder((path) => {
    const store = new DiskStore({ path });
    const notOpen = expect.objectContaining({ code: 'DAG_STORE_NOT_OPEN' });
    expect(() => resolveSync(kept(1), { store })).toThrow(notOpen);
    expect(() => plan(kept(1), { store })).toThrow(notOpen);
  });
});

test('what is no store is refused', async () => {
  const store = {} as unknown as Store; // as programs without types may pass it
  await expect(kept(1).resolve({ store })).rejects.toMatchObject({ code: 'DAG_OPTION' });
  expect(() => plan(kept(1), { store })).toThrow(expect.objectContaining({ code: 'DAG_OPTION' }));
  expect(() => new Graph({ store })).toThrow(expect.objectContaining({ code: 'DAG_OPTION' }));
});

test('what has no name, or nothing stands for, cannot be stored', async () => {
  await using store = new MemoryStore();
  const unnamed = node((x: unknown) => x, { persist: 'disk' });
  await expect(unnamed(1).resolve({ store })).rejects.toMatchObject({ code: 'DAG_UNNAMED_NODE' });
  const named = node((x: unknown) => typeof x, { name: 'typeOf', persist: 'disk' });
  await expect(named({ deep: [() => 1] }).resolve({ store })).rejects.toMatchObject({
    code: 'DAG_CANNOT_KEY',
    message: expect.stringContaining('argument 0 .deep[0]') as unknown,
  });
});

const makes = node(() => () => 1, { name: 'makes', persist: 'disk' });

test('a result that cannot be written down is given all the same, with a warning', async () => {
  await using store = new MemoryStore();
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  try {
    expect((await makes().resolve({ store }))()).toBe(1);
    expect((await makes().resolve({ store }))()).toBe(1);
    expect(warn.mock.calls).toEqual([[expect.stringContaining('makes'), { code: 'DAG_NOT_STORED' }]]);
  } finally {
    warn.mockRestore();
  }
  expect((await store.stats()).entries).toBe(0);
});
