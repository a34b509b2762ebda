import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NodeError, resolve, WorkerPool, type ResolveOptions } from 'lazydag';
import { blocks } from '../../../src/memory/blocks.js';
import { resolver } from '../../../src/resolve/resolve.js';
import { collectGarbage } from '../../support/garbage.js';
import { turnOfLoop, within } from '../../support/waiting.js';
import { numberIn } from './nodes/random.js';
import { KINDS, RandomDag, rows, type Row } from './random-dag.js';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 60);

/** How one run asks. */
const request = fc.record({
  targets: fc.array(fc.nat(99), { minLength: 1, maxLength: 5 }),
  concurrency: fc.constantFrom(undefined, undefined, undefined, 1, 2),
  maxBytes: fc.constantFrom(undefined, undefined, undefined, 10_000),
  observed: fc.boolean(),
  debug: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  settle: fc.boolean(),
  /** Turns of the event loop after which it is aborted. */
  abortAfter: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, fc.nat(20)),
});
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

function optionsOf({ concurrency, maxBytes, observed, debug }: Request): ResolveOptions {
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(observed ? { onEvent: () => undefined } : {}),
    ...(debug ? { debug } : {}),
  };
}

/** The failure of a row, by whatever way it came. */
function expectFailure(error: unknown): void {
  let cause = error;
  while (cause instanceof NodeError) cause = cause.cause;
  expect(cause).toMatchObject({ message: 'a row that fails' });
}

/** Runs some rows of a graph and checks what it gets; gives their values as numbers. */
async function perform(dag: RandomDag, asked: Request, executor: WorkerPool | undefined): Promise<void> {
  const expected = dag.expected();
  const indices = asked.targets.map((target) => target % dag.rows.length);
  const targets = indices.map((index) => dag.futures[index]) as RandomDag['futures']; // in range
  const abort = new AbortController();
  const options = {
    ...optionsOf(asked),
    ...(executor === undefined ? {} : { executor }),
    ...(asked.abortAfter === undefined ? {} : { signal: abort.signal }),
  };
  const settled = asked.settle
    ? resolve(targets, { ...options, settle: true })
    : resolve(targets, options).then((values) => values.map((value) => ({ status: 'fulfilled' as const, value })));
  void (async () => {
    for (let turn = 0; turn < (asked.abortAfter ?? 0); turn += 1) await turnOfLoop();
    abort.abort();
  })();
  try {
    const outcomes = (await within(20_000, settled)) as PromiseSettledResult<number | Float64Array>[];
    outcomes.forEach((outcome, at) => {
      const wanted = expected[indices[at] ?? -1];
      if (outcome.status === 'fulfilled') expect(numberIn(outcome.value)).toBe(wanted);
      else {
        expect(wanted).toBeUndefined();
        expectFailure(outcome.reason);
      }
    });
  } catch (error) {
    if ((error as { code?: string }).code === 'DAG_ABORTED' && asked.abortAfter !== undefined) return;
    if ((error as { matcherResult?: unknown }).matcherResult !== undefined) throw error;
    expectFailure(error);
    expect(indices.map((index) => expected[index])).toContain(undefined);
  }
}

/** What must hold when nothing runs. */
function expectNothingLeft(dag: RandomDag): void {
  expect(resolver.active).toBe(0);
  for (const future of dag.futures) expect(['idle', 'done', 'released', 'failed']).toContain(future.state);
}

async function performAll(graph: readonly Row[], requests: readonly Request[], executor?: WorkerPool): Promise<void> {
  // Those that wait on a thread when it dies have to try again.
  const dag = new RandomDag(graph, { retries: graph.some(({ kind }) => kind === 'kill') ? 20 : 0 });
  await Promise.all(requests.map((asked) => perform(dag, asked, executor)));
  expectNothingLeft(dag);
  // Whatever failed or was aborted can be asked for again.
  const all = { targets: graph.map((_, index) => index), settle: true, abortAfter: undefined };
  await perform(dag, { ...(requests[0] as Request), ...all, debug: false }, executor); // there is at least one
  expectNothingLeft(dag);
  for (const future of dag.futures) future.release();
}

describe.each([
  ['on a pool', 'pool', [...KINDS, 'failure']],
  ['on a pool that places calls by what they cost', 'auto', [...KINDS, 'failure']],
  ['on a pool whose threads die', 'pool', [...KINDS, 'failure', 'kill']],
] as const)('random graphs %s', (_, placement, kinds) => {
  let pool: WorkerPool;
  let before = 0;

  beforeAll(() => {
    before = blocks.stats.liveBlocks;
    pool = new WorkerPool({ threads: 2, placement, abortGrace: 2000 });
  });

  afterAll(async () => {
    await pool.close();
  });

  it('give what direct evaluation gives, in runs that overlap, fail or are aborted', async () => {
    const kills = (kinds as readonly string[]).includes('kill');
    await fc.assert(
      fc.asyncProperty(rows(kinds, 14), fc.array(request, { minLength: 1, maxLength: 4 }), async (graph, requests) => {
        // One after the other: a body that writes is refused under `debug`, one that dies takes its neighbours along.
        const tame = requests.map((asked) => (kills ? { ...asked, debug: false } : asked));
        await performAll(graph, tame, pool);
        await performAll(graph, tame);
      }),
      // What one example leaves behind would spoil the next: none is made smaller.
      { numRuns: kills ? Math.ceil(RUNS / 3) : RUNS, endOnFailure: true },
    );
  }, 120_000);

  it('leave no block and no thread behind', async () => {
    await pool.close();
    expect(pool.stats().threads).toBe(0);
    for (let round = 0; round < 50 && blocks.stats.liveBlocks > before; round += 1) await collectGarbage();
    expect(blocks.stats.liveBlocks).toBeLessThanOrEqual(before);
  });
});
