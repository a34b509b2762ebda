import { describe, expect, it } from '@jest/globals';
import { resolve, WorkerPool, type WorkerPoolOptions } from 'lazydag';
import { resolver } from '../../../src/resolve/resolve.js';
import { until } from '../../support/waiting.js';
import { add, fill, hashed, same, total } from './nodes/basic.js';
import { sleeps, waits } from './nodes/failing.js';
import { loops } from './nodes/faulty.js';
import { withWholePool } from './whole-pool.js';

describe('options', () => {
  it.each([
    [{ threads: 0 }],
    [{ threads: 1.5 }],
    [{ threads: 5000 }],
    [{ placement: 'remote' }],
    [{ idleTimeout: -1 }],
    [{ abortGrace: Number.NaN }],
    [{ maxBytes: '1 GiB' }],
    [{ resourceLimits: 64 }],
    [{ env: 'PATH' }],
    [{ execArgv: '--import tsx' }],
    [{ thread: 2 }],
    [null],
    [4],
  ])('%j is refused', (options) => {
    expect(() => new WorkerPool(options as unknown as WorkerPoolOptions)).toThrow(
      expect.objectContaining({ code: 'DAG_OPTION', message: expect.stringContaining('new WorkerPool()') }),
    );
  });

  it('say which value was expected and got', () => {
    expect(() => new WorkerPool({ threads: 0 })).toThrow(/`threads`.*a whole number of 1 to 1024.*got 0/s);
  });

  it('with `execArgv` that cannot start a thread fails the calls, and says so', async () => {
    const pool = new WorkerPool({ threads: 1, placement: 'pool', execArgv: ['--import', './no-such-file.js'] });
    await expect(add(1, 2).resolve({ executor: pool })).rejects.toMatchObject({
      code: 'DAG_WORKER_DIED',
      message: expect.stringContaining('before it had started'),
    });
    await pool.close();
    expect(pool.stats().threads).toBe(0);
  });

  it('with `execArgv` that node refuses fails the calls, and says so', async () => {
    const pool = new WorkerPool({ threads: 1, placement: 'pool', execArgv: ['--no-such-option'] });
    await expect(resolve([add(1, 2), add(3, 4)], { executor: pool })).rejects.toMatchObject({
      code: 'DAG_OPTION',
      node: 'add',
      message: expect.stringContaining('--no-such-option'),
    });
    await expect(pool.ready()).rejects.toMatchObject({ code: 'DAG_OPTION' });
    expect(resolver.active).toBe(0);
    await pool.close();
  });

  it('with `maxBytes` hold calls back, but never all of them', async () => {
    await withWholePool({ maxBytes: 100_000 }, async (pool) => {
      const sums = Array.from({ length: 30 }, (_, index) => total(fill(10_000, index)));
      expect(await resolve(sums, { executor: pool })).toEqual(sums.map((_, index) => index * 10_000));
    });
  });
});

describe('threads', () => {
  it('start with the first work, or by ready()', async () => {
    await using pool = new WorkerPool({ threads: 2, placement: 'pool' });
    expect(pool.stats()).toMatchObject({ threads: 0, tasks: 0, lost: 0, workers: [] });
    await pool.ready();
    expect(pool.stats().threads).toBe(2);
    expect(pool.stats().workers.map(({ id }) => id)).toEqual([1, 2]);
    await pool.ready();
  });

  it('end when they had nothing to do for a while, and start again', async () => {
    await using pool = new WorkerPool({ threads: 2, placement: 'pool', idleTimeout: 20 });
    expect(await add(1, 2).resolve({ executor: pool })).toBe(3);
    await until(() => pool.stats().threads === 0, 100_000);
    expect(pool.stats()).toMatchObject({ tasks: 1, lost: 0 });
    expect(await add(3, 4).resolve({ executor: pool })).toBe(7);
    expect(pool.stats().tasks).toBe(2);
  });

  it('all work, and are counted', async () => {
    await using pool = new WorkerPool({ threads: 2, placement: 'pool' });
    await pool.ready();
    await resolve(
      Array.from({ length: 16 }, (_, index) => hashed(index, 2000)),
      { executor: pool },
    );
    const { tasks, workers } = pool.stats();
    expect(tasks).toBe(16);
    for (const worker of workers) expect(worker).toMatchObject({ tasks: expect.any(Number), queued: 0 });
    expect(workers.every(({ tasks: done, busy }) => done > 0 && busy > 0)).toBe(true);
  });
});

describe('close()', () => {
  it('fails what runs and what is still to run, and settles when the threads have ended', async () => {
    const pool = new WorkerPool({ threads: 2, placement: 'pool' });
    const chains = Array.from({ length: 40 }, (_, index) => same(hashed(sleeps(5 + index), 5)));
    const run = resolve([...chains, waits(1), loops()], { executor: pool, settle: true });
    await until(() => pool.stats().workers.some(({ queued }) => queued > 0));
    await pool.close();
    const outcomes = await run;
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'DAG_POOL_CLOSED' });
    }
    expect(outcomes.slice(-2)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    expect(pool.stats().threads).toBe(0);
    expect(resolver.active).toBe(0);
  });

  it('fails calls that come later, without trying again, and leaves results valid', async () => {
    const pool = new WorkerPool({ threads: 1, placement: 'pool' });
    const call = fill(2000, 3);
    const view = await call.resolve({ executor: pool });
    await pool.close();
    await pool.close();
    await expect(add.with({ retries: 5 })(1, 2).resolve({ executor: pool })).rejects.toMatchObject({
      code: 'DAG_POOL_CLOSED',
      node: 'add',
    });
    expect([view[0], view[1999]]).toEqual([3, 3]);
    expect(await total(call).resolve()).toBe(6000);
    await pool.ready();
    expect(pool.stats().threads).toBe(0);
    call.release();
  });

  it('of a pool that never started is quick, as is that of one that is starting', async () => {
    const idle = new WorkerPool();
    await idle.close();
    const starting = new WorkerPool({ threads: 2, placement: 'pool' });
    const ready = starting.ready();
    await starting.close();
    await ready;
    expect(starting.stats().threads).toBe(0);
  });
});
