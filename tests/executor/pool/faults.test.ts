import { describe, expect, it } from '@jest/globals';
import { resolve, type WorkerPool } from 'lazydag';
import { until } from '../../support/waiting.js';
import { EventLog } from '../event-log.js';
import { add, fill, hashed, same, sameLater, total } from './nodes/basic.js';
import { computes, fails, flaky, sleeps, waits } from './nodes/failing.js';
import {
  eats,
  exits,
  exitsLater,
  exitsWithMemory,
  loops,
  loopsLater,
  loopsOnce,
  rejectsUnheard,
  throwsAfterwards,
  throwsInTimer,
} from './nodes/faulty.js';
import { withWholePool } from './whole-pool.js';

/** Other calls of a run, of every length, and what they give. */
function others(): { readonly calls: ReturnType<typeof hashed>[]; readonly lengths: number[] } {
  const calls = Array.from({ length: 60 }, (_, index) => hashed(index, index % 10 === 0 ? 300 : 2));
  return { calls, lengths: calls.map(() => 64) };
}

/** A call that harms its thread fails as `failure` says, and all other calls of the run end. */
async function expectOnlyFailure(pool: WorkerPool, bad: () => ReturnType<typeof same>, failure: object): Promise<void> {
  const { calls, lengths } = others();
  const outcomes = await resolve([...calls, add(1, 2), same(bad()), sameLater.with({ retries: 2 })('x')] as never, {
    executor: pool,
    settle: true,
  });
  const list = outcomes as unknown as PromiseSettledResult<unknown>[];
  const texts = list
    .slice(0, calls.length)
    .map((outcome) => (outcome.status === 'fulfilled' ? String(outcome.value).length : (outcome.reason as unknown)));
  expect(texts).toEqual(lengths);
  const [sum, harmed, later] = list.slice(calls.length);
  expect(sum).toEqual({ status: 'fulfilled', value: 3 });
  expect(later).toEqual({ status: 'fulfilled', value: 'x' });
  expect(harmed).toMatchObject({ status: 'rejected', reason: failure });
}

describe('a body that ends its thread', () => {
  it('fails with what happened, and nothing else does', async () => {
    await withWholePool({}, async (pool) => {
      await expectOnlyFailure(pool, () => exits(9, 0), {
        code: 'DAG_WORKER_DIED',
        node: 'exits',
        path: ['same', 'exits'],
        message: expect.stringContaining('exited with code 3 while it ran the call'),
      });
      await expectOnlyFailure(pool, () => exitsLater(9), {
        code: 'DAG_WORKER_DIED',
        node: 'exitsLater',
        message: expect.stringContaining('exited with code 4'),
      });
      expect(pool.stats().lost).toBe(2);
    });
  });

  it('is tried again as often as `retries` allows', async () => {
    await withWholePool({}, async (pool) => {
      const log = new EventLog();
      expect(await exits.with({ retries: 2 })(2, 0).resolve({ executor: pool, onEvent: log.listen })).toBe('survived');
      expect(log.lines('retried')).toEqual(['retried exits', 'retried exits']);
      expect(await exitsLater.with({ retries: 1 })(1).resolve({ executor: pool })).toBe('survived');
      await expect(exits.with({ retries: 1 })(2, 0).resolve({ executor: pool })).rejects.toMatchObject({
        code: 'DAG_WORKER_DIED',
      });
    });
  });

  it('loses neither its input nor the memory that it took', async () => {
    await withWholePool({}, async (pool) => {
      const input = fill(4000, 2);
      const sums = [total(exitsWithMemory.with({ retries: 1 })(input, 1)), total(input)];
      expect(await resolve(sums, { executor: pool })).toEqual([4000, 8000]);
      await expect(total(exitsWithMemory(fill(4000, 2), 5)).resolve({ executor: pool })).rejects.toMatchObject({
        code: 'DAG_WORKER_DIED',
      });
    });
  });

  it('is no attempt of the calls that were sent with it', async () => {
    await withWholePool({}, async (pool) => {
      const log = new EventLog();
      // Measured to be short, so that calls travel together.
      await resolve(
        Array.from({ length: 200 }, (_, index) => exits(0, index)),
        { executor: pool },
      );
      const batch = Array.from({ length: 200 }, (_, index) => exits(index === 100 ? 9 : 0, index));
      const outcomes = await resolve(batch, { executor: pool, settle: true, onEvent: log.listen });
      expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
      expect(outcomes[100]).toMatchObject({ reason: { code: 'DAG_WORKER_DIED' } });
      expect(log.lines('retried')).toEqual([]);
      for (const { attempt } of log.of('started')) expect(attempt).toBe(1);
    });
  });

  it('fails though another call of the thread waited for a promise, which is told the same', async () => {
    await withWholePool({ threads: 2 }, async (pool) => {
      const waiting = Array.from({ length: 4 }, () => waits(0));
      const run = resolve([...waiting, exits(9, 0)], { executor: pool, settle: true, timeout: 400 });
      await expect(run).rejects.toMatchObject({ code: 'DAG_RUN_TIMEOUT' });
    });
  });
});

describe('what is thrown outside a body', () => {
  it.each([
    ['in a timer', () => throwsInTimer(), 'from a timer'],
    ['as a rejection that nobody handles', () => rejectsUnheard(), 'nobody listens'],
  ])('%s fails the call that waits on the thread', async (_, call, message) => {
    await withWholePool({}, async (pool) => {
      await expectOnlyFailure(pool, call, {
        code: 'DAG_WORKER_DIED',
        message: expect.stringContaining(`uncaught exception (${message})`),
        cause: expect.objectContaining({ name: 'RangeError', message }),
      });
    });
  });

  it('after a body ended harms nobody', async () => {
    await withWholePool({}, async (pool) => {
      const { calls, lengths } = others();
      const [ended, ...texts] = (await resolve(
        [throwsAfterwards.with({ retries: 3 })(), ...calls.map((call) => same(call))] as never,
        { executor: pool },
      )) as unknown as string[];
      expect(ended).toBe('ended');
      expect(texts.map((text) => text.length)).toEqual(lengths);
    });
  });
});

describe('a thread that runs out of memory', () => {
  it('fails the call that did it', async () => {
    await withWholePool(
      { resourceLimits: { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 } },
      async (pool) => {
        await expectOnlyFailure(pool, () => eats(), {
          code: 'DAG_WORKER_DIED',
          node: 'eats',
          message: expect.stringContaining('ran out of memory'),
        });
      },
    );
  });
});

describe('a body that goes on for ever', () => {
  it.each([
    ['at once', () => loops.with({ timeout: 60 })()],
    ['after an await', () => loopsLater.with({ timeout: 60 })()],
  ])('%s is ended at its `timeout`, with its thread', async (_, call) => {
    await withWholePool({ abortGrace: 20 }, async (pool) => {
      await expectOnlyFailure(pool, call, { code: 'DAG_CALL_TIMEOUT' });
    });
  });

  it('is tried again', async () => {
    await withWholePool({}, async (pool) => {
      expect(await loopsOnce.with({ timeout: 100, retries: 1 })().resolve({ executor: pool })).toBe('ended');
    });
  });

  it('is ended some time after its run was aborted, and one that ends by itself is not', async () => {
    await withWholePool({ abortGrace: 50 }, async (pool) => {
      const abort = new AbortController();
      const call = loops();
      const sibling = sleeps(200).resolve({ executor: pool });
      const run = call.resolve({ executor: pool, signal: abort.signal });
      await until(() => pool.stats().workers.some(({ queued }) => queued > 0));
      abort.abort();
      await expect(run).rejects.toMatchObject({ code: 'DAG_ABORTED' });
      expect(call.state).toBe('idle');
      expect(['slept', 'DAG_WORKER_DIED']).toContain(
        await sibling.catch((error: unknown) => (error as { code?: string }).code),
      );
    });
  });

  it('need not be ended when the body of an aborted call comes to its end', async () => {
    await withWholePool({ abortGrace: 60_000 }, async (pool) => {
      const abort = new AbortController();
      await pool.ready();
      const run = resolve([computes(30), waits(1)], { executor: pool, signal: abort.signal });
      await until(() => pool.stats().workers.some(({ queued }) => queued > 0));
      abort.abort();
      await expect(run).rejects.toMatchObject({ code: 'DAG_ABORTED' });
      expect(await add(1, 2).resolve({ executor: pool })).toBe(3);
      expect(pool.stats().lost).toBe(0);
    });
  });
});

describe('failures of bodies', () => {
  it('leave the thread as it is', async () => {
    await withWholePool({}, async (pool) => {
      await expectOnlyFailure(pool, () => fails(), { code: 'DAG_NODE_FAILED', node: 'fails' });
      expect(await flaky(1).resolve({ executor: pool })).toEqual([1, 3]);
      expect(pool.stats().lost).toBe(0);
    });
  });
});
