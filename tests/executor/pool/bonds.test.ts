import { describe, expect, it } from '@jest/globals';
import { alloc, Graph, resolve, WorkerPool, type Future, type NodeFunction } from 'lazydag';
import { Bond } from '../../../src/graph/bond.js';
import { nodeFunction, specOf } from '../../../src/graph/node.js';
import { resolver } from '../../../src/resolve/resolve.js';
import { turnOfLoop, until } from '../../support/waiting.js';
import { add, fill, hashed, same } from './nodes/basic.js';
import { counted, countedSlowly, countedUntil, loopsFrom, summed } from './nodes/bonds.js';
import { fleeting } from './nodes/unsendable.js';
import { withWholePool } from './whole-pool.js';

/** What the nodes of `nodes/bonds.js` give. */
type Counted = ReturnType<typeof counted.body>;

/** A node whose calls are of a bond. */
function bonded<Args extends readonly unknown[], Result>(
  fn: NodeFunction<Args, Result>,
  bond: Bond,
): NodeFunction<Args, Result> {
  const spec = specOf(fn);
  if (spec === undefined) throw new Error('not a node');
  return nodeFunction(spec.bonded(bond)) as unknown as NodeFunction<Args, Result>; // as for the node it is made from
}

/** Keys that no other test has used. */
let lastKey = 0;
function freshKey(): number {
  lastKey += 1;
  return lastKey;
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Resolves each call in a run of its own, all at once. */
function each<Value>(pool: WorkerPool, calls: readonly Future<Value>[]): Promise<Value[]> {
  return Promise.all(calls.map((call) => call.resolve({ executor: pool })));
}

/** The calls ran on one thread, which is no test's, in the order in which they were made and one time each. */
function expectInOrder(outcomes: readonly Counted[]): void {
  expect(outcomes.map(({ count }) => count)).toEqual(upTo(outcomes.length).map((at) => at + 1));
  expect(outcomes.map(({ at }) => at)).toEqual(upTo(outcomes.length));
  const threads = new Set(outcomes.map(({ thread }) => thread));
  expect(threads.size).toBe(1);
  expect(threads).not.toContain(-1);
}

/** Each call found that more had been there than the one before. */
function expectCountedUp(outcomes: readonly Counted[]): void {
  const counts = outcomes.map(({ count }) => count);
  expect(counts).toEqual([...new Set(counts)].sort((a, b) => a - b));
}

/** Begins a call that does not end; gives what aborts it, once it runs. */
async function begin(pool: WorkerPool, bond: Bond): Promise<() => void> {
  const abort = new AbortController();
  const flag = alloc(Int32Array, 1).fill(0); // what is recycled is as it was left
  const run = bonded(loopsFrom, bond)(flag).resolve({ executor: pool, signal: abort.signal });
  const aborted = expect(run).rejects.toMatchObject({ code: 'DAG_ABORTED' });
  await until(() => flag[0] === 1, 1_000_000);
  return () => {
    abort.abort();
    void aborted;
  };
}

/** Aborts what runs on a thread, without grace, and settles when the thread is told to end but has not had time to. */
async function dooms(abort: () => void): Promise<void> {
  abort();
  const told = new Promise((resume) => setTimeout(resume, 1));
  // By now both timers are due, and come one after the other.
  for (const from = performance.now(); performance.now() < from + 5;);
  await told;
}

describe('calls of a bond', () => {
  it('run on one thread, in order, each in a run of its own', async () => {
    await withWholePool({}, async (pool) => {
      const count = bonded(counted, new Bond());
      const key = freshKey();
      const noise = upTo(60).map((index) => hashed(index, index % 10 === 0 ? 300 : 2));
      const others = resolve(noise.slice(0, 30), { executor: pool });
      const outcomes = each(
        pool,
        upTo(200).map((at) => count(key, at)),
      );
      const more = each(pool, noise.slice(30));
      expectInOrder(await outcomes);
      await Promise.all([others, more]);
    });
  });

  it('run on one thread, in order, in one run with others', async () => {
    await withWholePool({}, async (pool) => {
      const count = bonded(counted, new Bond());
      const key = freshKey();
      const calls = upTo(200).map((at) => count(key, at));
      const noise = upTo(200).map((index) => hashed(index, index % 10 === 0 ? 300 : 2));
      // Neither the order of targets nor how deep they stand is that in which they were made.
      const mixed = [...calls].reverse().flatMap((call, index) => [noise[index], index % 3 === 0 ? same(call) : call]);
      const outcomes: unknown[] = await resolve(mixed, { executor: pool });
      expectInOrder((outcomes.filter((_, index) => index % 2 === 1) as Counted[]).reverse());
    });
  });

  it('are not lost or reordered while the thread has more to do than it is given at a time', async () => {
    await withWholePool({}, async (pool) => {
      const count = bonded(countedSlowly, new Bond());
      const key = freshKey();
      const outcomes: Promise<Counted[]>[] = [];
      for (let round = 0; round < 10; round += 1) {
        outcomes.push(
          each(
            pool,
            upTo(10).map((at) => count(key, round * 10 + at, at === 0 ? 6 : 0.1)),
          ),
        );
        await turnOfLoop();
      }
      expectInOrder((await Promise.all(outcomes)).flat());
    });
  });

  it('come in order whichever way their messages take', async () => {
    await withWholePool({}, async (pool) => {
      const count = bonded(counted, new Bond());
      const [numeric, text] = [freshKey(), `key ${freshKey().toString()}`];
      const both = bonded(countedUntil, new Bond());
      const key = freshKey();
      for (let round = 0; round < 100; round += 1) {
        const posted = count(text, round).resolve({ executor: pool });
        const first = both(key, 2 * round, 0 as never).resolve({ executor: pool });
        await Promise.resolve();
        await Promise.resolve();
        const second = both(key, 2 * round + 1, false).resolve({ executor: pool });
        const put = count(numeric, round).resolve({ executor: pool });
        expect((await first).count).toBe(2 * round + 1);
        expect((await second).count).toBe(2 * round + 2);
        expect((await posted).count).toBe((await put).count);
      }
    });
  });

  it('keep their order with those that travel alone', async () => {
    await withWholePool({ threads: 2 }, async (pool) => {
      const count = bonded(countedSlowly, new Bond());
      const key = freshKey();
      const limited = count.with({ timeout: 60_000 });
      const outcomes = await each(
        pool,
        upTo(40).map((at) => (at % 3 === 0 ? limited : count)(key, at, 0.1)),
      );
      expectInOrder(outcomes);
    });
  });

  it('keep their order when a message cannot be sent', async () => {
    await withWholePool({}, async (pool) => {
      const bond = new Bond();
      const count = bonded(counted, bond);
      const key = freshKey();
      expectInOrder(
        await each(
          pool,
          upTo(3).map((at) => count(key, at)),
        ),
      );
      const calls = upTo(30).map((at) => (at === 10 ? bonded(same, bond)(fleeting(1)) : count(key, at)));
      const outcomes = await Promise.allSettled(calls.map((call) => call.resolve({ executor: pool })));
      expect(outcomes[10]).toMatchObject({ status: 'rejected', reason: { code: 'DAG_CANNOT_TRAVEL' } });
      const values = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value as Counted] : []));
      expect(values.map(({ count: found }) => found)).toEqual(upTo(29).map((at) => at + 4));
    });
  });

  it('take arrays there and back without leaving any behind', async () => {
    await withWholePool({}, async (pool) => {
      const sum = bonded(summed, new Bond());
      const key = freshKey();
      const calls = upTo(50).map((index) => sum(key, fill(1000, index)));
      const ends = await Promise.all(
        calls.map(async (call) => {
          const [last] = (await call.resolve({ executor: pool })).slice(-1);
          call.release();
          return last;
        }),
      );
      // Of those whose arguments are computed elsewhere the order is that in which these end.
      expect(Math.max(...ends.map(Number))).toBe((50 * 49) / 2);
    });
  });

  it('are never taken for one another', async () => {
    await withWholePool({}, async (pool) => {
      const graph = new Graph({ memo: true });
      const key = freshKey();
      const count = bonded(counted, new Bond());
      const calls = graph.run(() => [count(key, 0), count(key, 0)]);
      expect((await resolve(calls, { executor: pool })).map(({ count: found }) => found)).toEqual([1, 2]);
    });
  });
});

describe('several bonds', () => {
  it('spread over the threads', async () => {
    await withWholePool({ threads: 2 }, async (pool) => {
      const keys = upTo(4).map(() => freshKey());
      const counts = keys.map(() => bonded(counted, new Bond()));
      const calls = upTo(100).flatMap((at) => counts.map((count, index) => count(keys[index], at)));
      const outcomes = await each(pool, calls);
      const threads = keys.map((_, index) => {
        const own = outcomes.filter((_, at) => at % keys.length === index);
        expectInOrder(own);
        return own[0]?.thread;
      });
      expect(threads.filter((thread) => thread === threads[0])).toHaveLength(2);
    });
  });

  it('do not keep other work from the pool', async () => {
    await withWholePool({ threads: 2 }, async (pool) => {
      const calls = upTo(2).flatMap(() => {
        const count = bonded(countedSlowly, new Bond());
        const key = freshKey();
        return upTo(400).map((at) => count(key, at, 0.5));
      });
      let ended = 0;
      const all = Promise.all(calls.map((call) => call.resolve({ executor: pool }).then(() => (ended += 1))));
      await turnOfLoop();
      expect(await hashed(1, 2).resolve({ executor: pool })).toHaveLength(64);
      expect(ended).toBeLessThan(calls.length);
      await all;
    });
  });
});

describe('a thread with bonds', () => {
  it('is not ended for being idle before they are over', async () => {
    await using pool = new WorkerPool({ threads: 1, idleTimeout: 20 });
    const bond = new Bond();
    const count = bonded(counted, bond);
    const key = freshKey();
    expect((await count(key, 0).resolve({ executor: pool })).count).toBe(1);
    // Threads without bonds are ended meanwhile.
    await using other = new WorkerPool({ threads: 1, placement: 'pool', idleTimeout: 20 });
    await add(1, 2).resolve({ executor: other });
    await until(() => other.stats().threads === 0, 100_000);
    expect((await count(key, 1).resolve({ executor: pool })).count).toBe(2);
    bond.end();
    await until(() => pool.stats().threads === 0, 100_000);
    expect((await count(key, 2).resolve({ executor: pool })).count).toBe(1);
  });

  it('that dies fails the call that ran; those after it run on another thread, in order', async () => {
    await withWholePool({}, async (pool) => {
      const count = bonded(countedUntil, new Bond());
      const key = freshKey();
      const before = await each(
        pool,
        upTo(10).map((at) => count(key, at, false)),
      );
      expectInOrder(before);
      const runs = upTo(120).map((at) => count(key, at, at === 40).resolve({ executor: pool }));
      const later = Promise.allSettled(runs);
      await expect(runs[40]).rejects.toMatchObject({ code: 'DAG_WORKER_DIED', node: 'countedUntil' });
      const more = each(
        pool,
        upTo(20).map((at) => count(key, 79 + at, false)),
      );
      const outcomes = await later;
      expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
      const values = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      const all = [...values, ...(await more)];
      const dead = before[0]?.thread;
      // Those that had ended when it died ran again, unless that was known by then.
      const known = all.filter(({ thread }) => thread === dead);
      expect(known.map(({ count: found }) => found)).toEqual(upTo(known.length).map((at) => at + 11));
      expect(known.length).toBeLessThanOrEqual(40);
      expectInOrder(all.slice(known.length).map((value, at) => ({ ...value, at })));
      expect(pool.stats().lost).toBe(1);
    });
  });

  it.each([[1], [2]])('that dies again and again loses nothing, of %i threads', async (threads) => {
    await using pool = new WorkerPool({ threads });
    const keys = upTo(3).map(() => freshKey());
    const counts = keys.map(() => bonded(countedUntil, new Bond()));
    const calls = upTo(90).flatMap((at) =>
      counts.map((count, index) => count(keys[index], at, index === 1 && at % 30 === 29)),
    );
    const outcomes = await Promise.allSettled(calls.map((call) => call.resolve({ executor: pool })));
    const ats = keys.map((_, index) =>
      outcomes.filter((_, at) => at % keys.length === index).map((end) => (end.status === 'fulfilled' ? end.value : 0)),
    );
    for (const [index, values] of ats.entries()) {
      expect(values.filter((value) => value === 0)).toHaveLength(index === 1 ? 3 : 0);
      // On each thread they were counted without a gap.
      let last: Counted | undefined;
      for (const value of values) {
        if (value === 0) continue;
        expect(value.count).toBe(value.thread === last?.thread ? last.count + 1 : 1);
        last = value;
      }
    }
    expect(pool.stats().lost).toBe(3);
    expect(resolver.active).toBe(0);
  });
});

describe('an aborted call of a bond', () => {
  it('leaves the others as they are', async () => {
    await withWholePool({}, async (pool) => {
      const count = bonded(countedSlowly, new Bond());
      const key = freshKey();
      const abort = new AbortController();
      const runs = upTo(30).map((at) =>
        count(key, at, at === 0 ? 20 : 0.1).resolve({ executor: pool, ...(at === 20 ? { signal: abort.signal } : {}) }),
      );
      const outcomes = Promise.allSettled(runs);
      await until(() => pool.stats().workers.some(({ queued }) => queued > 0));
      abort.abort();
      await expect(runs[20]).rejects.toMatchObject({ code: 'DAG_ABORTED' });
      const values = (await outcomes).flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
      expect(values.map(({ at }) => at)).toEqual(upTo(30).filter((at) => at !== 20));
      expectCountedUp(values);
      expect(pool.stats().lost).toBe(0);
    });
  });

  it('that does not end goes with its thread, and later ones run on another', async () => {
    await withWholePool({ abortGrace: 20 }, async (pool) => {
      const bond = new Bond();
      const count = bonded(counted, bond);
      const key = freshKey();
      const { thread } = await count(key, 0).resolve({ executor: pool });
      const abort = await begin(pool, bond);
      const runs = each(
        pool,
        upTo(20).map((at) => count(key, at)),
      );
      abort();
      const outcomes = await runs;
      expectInOrder(outcomes);
      expect(outcomes[0]?.thread).not.toBe(thread);
    });
  });

  it('does not run when it waited for the end of a thread', async () => {
    await withWholePool({ abortGrace: 0 }, async (pool) => {
      const bond = new Bond();
      const count = bonded(counted, bond);
      const key = freshKey();
      const abort = await begin(pool, bond);
      await dooms(abort);
      const stop = new AbortController();
      const runs = upTo(20).map((at) =>
        count(key, at).resolve({ executor: pool, ...(at === 7 ? { signal: stop.signal } : {}) }),
      );
      const outcomes = Promise.allSettled(runs);
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
      expect(pool.stats()).toMatchObject({ threads: 2, lost: 0 });
      stop.abort();
      await expect(runs[7]).rejects.toMatchObject({ code: 'DAG_ABORTED' });
      const values = (await outcomes).flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
      expect(values.map(({ at }) => at)).toEqual(upTo(20).filter((at) => at !== 7));
      expectInOrder(values.map((value, at) => ({ ...value, at })));
      expect(pool.stats().lost).toBe(1);
    });
  });
});

describe('closing the pool', () => {
  it('fails the calls of bonds that have not ended', async () => {
    const pool = new WorkerPool({ threads: 2 });
    const counts = upTo(3).map(() => bonded(countedSlowly, new Bond()));
    const key = freshKey();
    const runs = counts.flatMap((count) => upTo(20).map((at) => count(key, at, 5).resolve({ executor: pool })));
    const outcomes = Promise.allSettled(runs);
    await runs[3];
    await pool.close();
    const ends = await outcomes;
    expect(ends[3]).toMatchObject({ status: 'fulfilled' });
    expect(ends.at(-1)).toMatchObject({ status: 'rejected' });
    for (const end of ends) {
      if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'DAG_POOL_CLOSED' });
    }
    expect(resolver.active).toBe(0);
    const [count = countedSlowly] = counts;
    await expect(count(key, 0, 0).resolve({ executor: pool })).rejects.toMatchObject({ code: 'DAG_POOL_CLOSED' });
  });

  it('fails those that wait for a thread', async () => {
    const pool = new WorkerPool({ threads: 1, abortGrace: 0 });
    const bond = new Bond();
    const count = bonded(counted, bond);
    await dooms(await begin(pool, bond));
    const stranded = Promise.allSettled(upTo(5).map((at) => count(0, at).resolve({ executor: pool })));
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    expect(pool.stats()).toMatchObject({ threads: 1, lost: 0 });
    await pool.close();
    for (const end of await stranded) expect(end).toMatchObject({ reason: { code: 'DAG_POOL_CLOSED' } });
    expect(resolver.active).toBe(0);
  });

  it('is no matter of threads that cannot be made', async () => {
    const pool = new WorkerPool({ threads: 1, execArgv: ['--no-such-option'] });
    const count = bonded(counted, new Bond());
    const outcomes = await Promise.allSettled(upTo(3).map((at) => count(0, at).resolve({ executor: pool })));
    for (const end of outcomes) expect(end).toMatchObject({ reason: { code: 'DAG_OPTION' } });
    expect(resolver.active).toBe(0);
    await pool.close();
  });
});
