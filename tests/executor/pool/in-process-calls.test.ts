import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { lazy, resolve, WorkerPool } from 'lazydag';
import { EventLog } from '../event-log.js';
import { useInProcessThreads } from './in-process.js';
import { memory, optioned, parts, resolved, unsendableArgument, unused, wholes } from './nodes/expanding.js';
import { Coded, Scaling, Shifted } from './nodes/methods.js';

let restore: () => void;
let pool: WorkerPool;

beforeAll(() => {
  restore = useInProcessThreads();
  pool = new WorkerPool({ threads: 1, placement: 'pool' });
});
afterAll(async () => {
  await pool.close();
  restore();
});

describe('calls that a body makes on a thread', () => {
  it('come back with their values where the body resolved them', async () => {
    const log = new EventLog();
    expect(await resolved(1).resolve({ executor: pool, onEvent: log.listen })).toEqual({
      sum: 2,
      next: 3,
      memory: 100,
    });
    expect(log.lines('started')).not.toContain('started fill');
  });

  it('come back as parts of calls with several outputs', async () => {
    expect(await parts(5).resolve({ executor: pool })).toEqual([4, 6, 6]);
    expect(await wholes(5).resolve({ executor: pool })).toEqual({ less: 4, again: 10, split: 3 });
  });

  it('keep their options, and that they persist', async () => {
    const log = new EventLog();
    expect(await optioned(5).resolve({ executor: pool, onEvent: log.listen })).toEqual([5, 6, 5]);
    expect(log.lines('retried')).toEqual(['retried secondTime']);
  });

  it('do not run where nothing takes them', async () => {
    const log = new EventLog();
    expect(await unused(1).resolve({ executor: pool, onEvent: log.listen })).toBe(1);
    expect(log.lines('started')).toEqual(['started unused']);
  });

  it('cannot come back with what cannot travel', async () => {
    await expect(unsendableArgument(1).resolve({ executor: pool })).rejects.toMatchObject({
      code: 'DAG_CANNOT_TRAVEL',
      node: 'unsendableArgument',
      message: expect.stringContaining('argument 0 of same.f'),
    });
  });

  it('bring the memory that they take', async () => {
    const { list } = (await memory(3).resolve({ executor: pool })) as unknown as { list: [number, Float64Array] };
    expect(list[0]).toBe(5004);
    expect([...list[1]]).toEqual(new Array(10).fill(3));
  });

  it('of other methods have the same `this`', async () => {
    expect(
      await lazy(new Scaling(3, Float64Array.of(1)))
        .twice(2)
        .resolve({ executor: pool }),
    ).toBe(22);
    expect(await lazy(new Shifted(2, 5)).twice(1).resolve({ executor: pool })).toBe(19);
    expect(await lazy(new Coded(7)).addTwice(1).resolve({ executor: pool })).toBe(15);
    expect(await resolve(Shifted.double(4), { executor: pool })).toBe(80);
  });
});
