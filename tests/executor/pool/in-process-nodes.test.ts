import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { node, resolve, WorkerPool, type Future } from 'lazydag';
import { until } from '../../support/waiting.js';
import { EventLog } from '../event-log.js';
import { useInProcessThreads } from './in-process.js';
import { add, fill, log, logs, same, sameLater, total } from './nodes/basic.js';
import { sleeps, waits } from './nodes/failing.js';
import { givesFunction, makes, unnamed } from './nodes/places.js';
import * as scriptAsync from './nodes/script-async.js';
import * as scriptCompleted from './nodes/script-completed.js';
import * as scriptSync from './nodes/script-sync.js';
import { Shown } from './nodes/standard-methods.js';
import { fleeting, vanishes } from './nodes/unsendable.js';

/** A node that no thread can find, for its module does not exist. */
const lost = node((x: number) => x + 1, { name: 'lost', module: new URL('./nodes/gone.js', import.meta.url).href });

const numbers = Array.from({ length: 50 }, (_, index) => index);

let restore: () => void;
let pool: WorkerPool;

beforeAll(() => {
  restore = useInProcessThreads();
});
afterAll(() => {
  restore();
});
beforeEach(() => {
  pool = new WorkerPool({ threads: 1, placement: 'pool', abortGrace: 10_000 });
});
afterEach(async () => {
  await pool.close();
});

describe('a module that a thread imports', () => {
  it.each([
    ['resolves', scriptAsync],
    ['resolves at once', scriptSync],
    ['takes results as they come', scriptCompleted],
  ])('and that %s is imported up to there: nodes defined later are not found', async (_, { early, late }) => {
    expect(await early(1).resolve({ executor: pool })).toBe(2);
    await expect(late(1).resolve({ executor: pool })).rejects.toMatchObject({
      code: 'DAG_NODE_NOT_IN_MODULE',
      node: 'late',
      message: expect.stringContaining('was not defined while'),
    });
  });

  it('and that does not exist fails its calls, again and again, and no others', async () => {
    for (let round = 0; round < 2; round += 1) {
      const outcomes = await resolve([lost(1), add(1, 2)], { executor: pool, settle: true });
      expect(outcomes).toMatchObject([
        { reason: { code: 'DAG_MODULE_IMPORT', node: 'lost', cause: { message: expect.stringContaining('gone.js') } } },
        { value: 3 },
      ]);
    }
  });
});

describe('a node', () => {
  it('without a name is found by its place', async () => {
    expect(await unnamed[0]?.(5).resolve({ executor: pool })).toBe(15);
  });

  it('that is a method by standard decorators is found by the class that its module exports', async () => {
    const where = (new Shown() as unknown as Record<string, (base: string) => Future<string>>)['where'];
    expect(await where?.call({ value: 2, __proto__: Shown.prototype }, 'it is').resolve({ executor: pool })).toMatch(
      /^it is 2/,
    );
  });

  it('that was made in a body cannot be called back', async () => {
    await expect(makes(1).resolve({ executor: pool })).rejects.toMatchObject({
      code: 'DAG_NODE_NOT_IN_MODULE',
      message: expect.stringContaining('in the body of another'),
    });
  });
});

describe('a result', () => {
  it('that cannot travel is named by its path', async () => {
    await expect(givesFunction().resolve({ executor: pool })).rejects.toMatchObject({
      code: 'DAG_CANNOT_TRAVEL',
      message: expect.stringContaining('list[0].f'),
    });
  });

  it.each([0, 1, 2])('that can be read %i times and then throws fails alone, and says so', async (times) => {
    // Measured to be short, so that calls travel together.
    await resolve([...numbers.map((x) => same(x)), ...numbers.map(() => vanishes(100))], { executor: pool });
    const calls = [same('x'), vanishes(times), add(1, 2), total(fill(100, 1))];
    const outcomes = await resolve(calls as Future[], { executor: pool, settle: true });
    expect(outcomes).toMatchObject([
      { value: 'x' },
      { reason: { code: 'DAG_CANNOT_TRAVEL', node: 'vanishes', message: expect.stringContaining('gone by now') } },
      { value: 3 },
      { value: 100 },
    ]);
  });
});

describe('an argument', () => {
  it.each([1, 2])('that can be read %i times and then throws fails its call alone', async (times) => {
    await resolve(
      numbers.map((x) => same(x)),
      { executor: pool },
    );
    const calls = [same(1), same(fleeting(times)), add(1, 2)];
    const outcomes = await resolve(calls as Future[], { executor: pool, settle: true });
    expect(outcomes).toMatchObject([
      { value: 1 },
      { reason: { code: 'DAG_CANNOT_TRAVEL', node: 'same' } },
      { value: 3 },
    ]);
  });
});

describe('calls that a body makes', () => {
  it('keep the options that they were made with', async () => {
    const events = new EventLog();
    expect(await logs(3).resolve({ executor: pool, onEvent: events.listen })).toBe(3);
    expect(events.lines('started').filter((line) => line === `started ${log.name}`)).toHaveLength(2);
  });
});

describe('a body that waits', () => {
  it('is told when its run is aborted', async () => {
    const abort = new AbortController();
    const call = waits(1);
    const run = call.resolve({ executor: pool, signal: abort.signal });
    await until(() => call.state === 'running' && pool.stats().workers.some(({ queued }) => queued === 0));
    abort.abort();
    await expect(run).rejects.toMatchObject({ code: 'DAG_ABORTED' });
    expect(await add(1, 2).resolve({ executor: pool })).toBe(3);
    expect(pool.stats().lost).toBe(0);
  });

  it('ends in the same turn as others, all of them told together', async () => {
    const calls = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? sameLater(index) : sleeps(1)));
    const values = await resolve(calls as Future[], { executor: pool });
    expect(values.filter((value) => value === 'slept')).toHaveLength(10);
  });
});
