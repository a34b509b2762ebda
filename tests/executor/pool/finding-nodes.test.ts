import { describe, expect, it } from '@jest/globals';
import { node, resolve, WorkerPool } from 'lazydag';
import { EventLog } from '../event-log.js';
import { add } from './nodes/basic.js';
import { doomed } from './nodes/exits-on-import.js';
import { givesFunction, makeClosure, makeNode, makes, twinA, twinB, unnamed } from './nodes/places.js';
import { unlucky } from './nodes/throws-on-import.js';
import { withWholePool } from './whole-pool.js';

/** A node that no thread can find, for it is defined in this file, which threads cannot load. */
const lost = node((x: number) => x + 1, { name: 'lost', module: new URL('./nodes/gone.js', import.meta.url).href });

describe('a module', () => {
  it.each([
    ['throws while it is imported', unlucky, /could not import .*throws-on-import\.js.*not on a thread/, 'SyntaxError'],
    ['does not exist', lost, /could not import .*gone\.js/, 'Error'],
  ])('that %s is named by the error, whose cause tells why', async (_, bad, message, name) => {
    await withWholePool({}, async (pool) => {
      for (let round = 0; round < 2; round += 1) {
        const outcomes = await resolve([bad.with({ retries: 2 })(1), add(1, 2)], { executor: pool, settle: true });
        expect(outcomes).toMatchObject([
          { reason: { code: 'DAG_MODULE_IMPORT', node: bad.body === lost.body ? 'lost' : 'unlucky' } },
          { value: 3 },
        ]);
        expect(outcomes[0]).toMatchObject({ reason: { message: expect.stringMatching(message), cause: { name } } });
      }
      expect(pool.stats().lost).toBe(0);
    });
  });

  it('that ends the thread is named by the error', async () => {
    await withWholePool({}, async (pool) => {
      const outcomes = await resolve([doomed(1), add(1, 2)], { executor: pool, settle: true });
      expect(outcomes).toMatchObject([
        {
          reason: {
            code: 'DAG_MODULE_IMPORT',
            message: expect.stringContaining('exited with code 9 while it imported'),
          },
        },
        { value: 3 },
      ]);
    });
  });

  it('that cannot be imported fails its calls under automatic placement, too', async () => {
    await withWholePool({ placement: 'auto' }, async (pool) => {
      await expect(unlucky(1).resolve({ executor: pool })).rejects.toMatchObject({ code: 'DAG_MODULE_IMPORT' });
    });
  });
});

describe('a node', () => {
  it.each([
    ['defined in a function', () => makeNode()(1), 2, 'made in a function'],
    ['that keeps something of the function that defines it', () => makeClosure(5)(1), 6, 'step'],
    ['whose name another node of the module has', () => twinB(1), 3, 'twin'],
  ])('%s cannot be found: it runs here under automatic placement', async (_, call, value, name) => {
    await withWholePool({}, async (pool) => {
      await expect(call().resolve({ executor: pool })).rejects.toMatchObject({
        code: 'DAG_NODE_NOT_IN_MODULE',
        node: name,
      });
    });
    await withWholePool({ placement: 'auto' }, async (pool) => {
      const log = new EventLog();
      const first = call();
      const again = call();
      expect(await resolve([first, again], { executor: pool, onEvent: log.listen })).toEqual([value, value]);
      expect(await call().resolve({ executor: pool })).toBe(value);
      for (const { reason } of log.of('stayed')) expect(reason).toMatch(/^DAG_NODE_NOT_IN_MODULE: /);
      for (const { worker } of log.of('finished')) expect(worker).toBe(0);
    });
  });

  it('that stays is told of once', async () => {
    await withWholePool({ placement: 'auto' }, async (pool) => {
      const log = new EventLog();
      const step = makeClosure(1);
      const calls = Array.from({ length: 20 }, (_, index) => step(index));
      await resolve(calls, { executor: pool, onEvent: log.listen });
      await resolve([step(1), step(2)], { executor: pool, onEvent: log.listen });
      expect(log.lines('stayed')).toEqual(['stayed step']);
      expect(log.lines('started')).toHaveLength(22);
    });
  });

  it('with a twin fails under either name', async () => {
    await withWholePool({}, async (pool) => {
      const outcomes = await resolve([twinA(1), twinB(1)], { executor: pool, settle: true });
      expect(outcomes).toMatchObject([
        { reason: { code: 'DAG_NODE_NOT_IN_MODULE' } },
        { reason: { code: 'DAG_NODE_NOT_IN_MODULE', message: expect.stringContaining('Two different functions') } },
      ]);
    });
  });

  it('made in a body cannot be called back', async () => {
    await withWholePool({}, async (pool) => {
      await expect(makes(1).resolve({ executor: pool })).rejects.toMatchObject({ code: 'DAG_NODE_NOT_IN_MODULE' });
    });
    await withWholePool({ placement: 'auto' }, async (pool) => {
      expect(await makes(1).resolve({ executor: pool })).toBe(2);
    });
  });

  it('without a name is found by its place', async () => {
    await withWholePool({}, async (pool) => {
      expect(await unnamed[0]?.(5).resolve({ executor: pool })).toBe(15);
    });
  });
});

describe('a result that cannot travel', () => {
  it('is named by its path, and computed here under automatic placement', async () => {
    await withWholePool({}, async (pool) => {
      const run = givesFunction().resolve({ executor: pool });
      await expect(run).rejects.toMatchObject({ code: 'DAG_CANNOT_TRAVEL', node: 'givesFunction' });
      await expect(run).rejects.toThrow(/list\[0\]\.f/);
    });
    await withWholePool({ placement: 'auto' }, async (pool) => {
      const log = new EventLog();
      const got = await givesFunction().resolve({ executor: pool, onEvent: log.listen });
      expect(got).toMatchObject({ list: [{ f: expect.any(Function) }] });
      expect(log.lines('stayed')).toEqual(['stayed givesFunction']);
    });
  });
});

describe('several pools', () => {
  it('run the same nodes at once', async () => {
    const pools = [1, 2, 1].map((threads) => new WorkerPool({ threads, placement: 'pool' }));
    const sums = await Promise.all(
      pools.map((executor, index) =>
        resolve(
          Array.from({ length: 50 }, (_, x) => add(x, index)),
          { executor },
        ),
      ),
    );
    expect(sums).toEqual(pools.map((_, index) => Array.from({ length: 50 }, (_, x) => x + index)));
    await Promise.all(pools.map((pool) => pool.close()));
  });
});
