import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resolve, WorkerPool, type Future, type ResolveOptions } from 'lazydag';
import { DiskStore, MemoryStore, type Store } from 'lazydag/store';
import { blocks } from '../../../src/memory/blocks.js';
import { resolver } from '../../../src/resolve/resolve.js';
import { numberIn } from '../../executor/pool/nodes/random.js';
import { KINDS, RandomDag, rows, type Row, type Value } from '../../executor/pool/random-dag.js';
import { collectGarbage } from '../../support/garbage.js';
import { turnOfLoop, within } from '../../support/waiting.js';
import { inFolder } from './folder.js';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 40);

/** Resolves every row, and compares it with direct evaluation. Gives the calls of which bodies ran. */
async function resolveAll(dag: RandomDag, options: ResolveOptions): Promise<Set<Future>> {
  const started = new Set<Future>();
  const outcomes: PromiseSettledResult<Value>[] = await within(
    20_000,
    resolve(dag.futures, {
      ...options,
      settle: true,
      onEvent: (event) => {
        if (event.type === 'started') started.add(event.future);
      },
    }),
  );
  const expected = dag.expected();
  outcomes.forEach((outcome, index) => {
    const value = outcome.status === 'fulfilled' ? numberIn(outcome.value) : undefined;
    expect(value).toBe(expected[index]);
  });
  expect(resolver.active).toBe(0);
  return started;
}

async function compare(graph: readonly Row[], { store, ...options }: ResolveOptions, aborted: number): Promise<void> {
  const stored = { ...options, ...(store === undefined ? {} : { store }) };
  // What a run leaves that was aborted at any time does no harm.
  const abort = new AbortController();
  const first = new RandomDag(graph, { where: 'disk' });
  const ended = resolve(first.futures, { ...stored, signal: abort.signal }).catch(() => undefined);
  for (let turn = 0; turn < aborted; turn += 1) await turnOfLoop();
  abort.abort();
  await within(20_000, ended);
  const whole = new RandomDag(graph, { where: 'disk' });
  await resolveAll(whole, stored);
  const again = new RandomDag(graph, { where: 'disk' });
  const started = await resolveAll(again, stored);
  const expected = again.expected();
  again.futures.forEach((future, index) => {
    if (graph[index]?.persist === true && expected[index] !== undefined) expect(started.has(future)).toBe(false);
  });
  for (const dag of [first, whole, again]) for (const future of dag.futures) future.release();
}

describe.each([
  ['in memory, inline', false, () => new MemoryStore()],
  ['on disk, inline', false, (path: string) => new DiskStore({ path })],
  ['on disk, on a pool', true, (path: string) => new DiskStore({ path })],
] as [string, boolean, (path: string) => Store][])('random graphs with a store %s', (_, pooled, make) => {
  let pool: WorkerPool;
  let before = 0;

  beforeAll(() => {
    before = blocks.stats.liveBlocks;
    pool = new WorkerPool({ threads: 2, placement: 'pool' });
  });

  afterAll(async () => {
    await pool.close();
  });

  it('give what direct evaluation gives, and compute nothing again that was kept', async () => {
    await inFolder(async (path) => {
      await using store = make(path);
      await fc.assert(
        fc.asyncProperty(rows([...KINDS, 'failure'], 12), fc.nat(12), async (graph, aborted) => {
          await compare(graph, { store, ...(pooled ? { executor: pool } : {}) }, aborted);
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
    });
  }, 120_000);

  it('leave no block behind', async () => {
    await pool.close();
    for (let round = 0; round < 50 && blocks.stats.liveBlocks > before; round += 1) await collectGarbage();
    expect(blocks.stats.liveBlocks).toBeLessThanOrEqual(before);
  });
});
