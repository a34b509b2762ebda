import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Graph, NodeError, resolve, resolveSync, type ResolveOptions } from '../../src/index.js';
import { KEPT, PERSISTED } from '../../src/graph/future.js';
import { blocks } from '../../src/memory/blocks.js';
import { resolver } from '../../src/resolve/resolve.js';
import { collectGarbage } from '../support/garbage.js';
import { turnOfLoop, within } from '../support/waiting.js';
import { EventOrder } from './event-order.js';
import { FAILURE, type Kind, numberIn, Program, program, type Value } from './random-program.js';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 150);
const PEACEFUL: Kind[] = [
  'sum',
  'memory',
  'input',
  'nested',
  'container',
  'other',
  'outputs',
  'inner',
  'effect',
  'flaky',
];
const LAZY_ONLY: Kind[] = ['sum', 'memory', 'input', 'nested', 'container', 'other', 'outputs', 'effect', 'flaky'];

/** Which rows one run asks for, and how. */
const request = fc.record({
  targets: fc.array(fc.nat(99), { minLength: 1, maxLength: 4 }),
  concurrency: fc.constantFrom(undefined, undefined, 1, 2),
  settle: fc.boolean(),
  /** Whether it waits for the runs begun before it. */
  waits: fc.boolean(),
  /** The run is aborted in the body of this row, or, where negative, after so many turns of the event loop. */
  abortAt: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, fc.integer({ min: -3, max: 12 })),
  /** If it waits: the values of the runs before it are given back first. */
  releases: fc.boolean(),
  debug: fc.boolean(),
  observed: fc.boolean(),
});
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

/** What must hold when nothing runs. */
function expectNothingLeft(made: Program, order: EventOrder): void {
  order.end();
  expect(order.problems).toEqual([]);
  expect(resolver.active).toBe(0);
  for (const future of new Set([...made.futures, ...order.futures])) {
    expect(['idle', 'done', 'released', 'failed']).toContain(future.state);
    const holds = (future._flags & (KEPT | PERSISTED)) !== 0;
    if (future.state === 'done') expect([future._spec.name, holds]).toEqual([future._spec.name, true]);
    else expect(future._value).toBeUndefined();
  }
}

function optionsOf({ concurrency, debug, observed }: Request, order: EventOrder): ResolveOptions {
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(debug ? { debug } : {}),
    ...(observed ? { onEvent: order.listen } : {}),
  };
}

/** Begins a run of a program's rows and checks what it gives. */
async function perform(made: Program, asked: Request, order: EventOrder): Promise<void> {
  const rows = asked.targets.map((target) => target % made.rows.length);
  const abort = new AbortController();
  const { abortAt } = asked;
  const before = made.onBody;
  if (abortAt !== undefined && abortAt >= 0) {
    made.onBody = (row) => {
      before(row);
      if (row === abortAt) abort.abort();
    };
  }
  const targets = made.callsOf(rows);
  const options = { ...optionsOf(asked, order), ...(abortAt === undefined ? {} : { signal: abort.signal }) };
  const settled = asked.settle
    ? resolve(targets, { ...options, settle: true })
    : resolve(targets, options).then((values) => values.map((value) => ({ status: 'fulfilled' as const, value })));
  if (abortAt !== undefined && abortAt < 0) {
    void (async () => {
      for (let turn = abortAt; turn < 0; turn += 1) await turnOfLoop();
      abort.abort();
    })();
  }
  try {
    const outcomes = await within<PromiseSettledResult<Value>[]>(5000, settled);
    outcomes.forEach((outcome, index) => {
      const expected = made.expected(rows[index] ?? -1);
      if (outcome.status === 'fulfilled') expect(numberIn(outcome.value)).toBe(expected);
      else {
        expect(expected).toBeUndefined();
        expectFailure(outcome.reason);
      }
    });
  } catch (error) {
    if ((error as { code?: string }).code === 'DAG_ABORTED' && abortAt !== undefined) return;
    expectFailure(error);
    expect(rows.map((row) => made.expected(row))).toContain(undefined);
  }
}

/** A failure is that of a row that fails, whatever way it came. */
function expectFailure(error: unknown): void {
  let cause = error;
  while (cause instanceof NodeError) cause = cause.cause;
  expect(cause).toBe(FAILURE);
}

const blocksBefore = blocks.stats.liveBlocks;
afterAll(async () => {
  // Whatever the runs held is gone with their Futures.
  for (let round = 0; round < 20 && blocks.stats.liveBlocks > blocksBefore; round += 1) await collectGarbage();
  expect(blocks.stats.liveBlocks).toBe(blocksBefore);
});

describe('one run of a random graph', () => {
  it('gives what direct evaluation gives, runs what it needs once, and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(program(PEACEFUL), request, fc.boolean(), async (rows, asked, inGraph) => {
        const made = inGraph ? new Graph().run(() => new Program(rows)) : new Program(rows);
        const order = new EventOrder();
        await perform(made, { ...asked, observed: true, abortAt: undefined }, order);
        expectNothingLeft(made, order);
        const needed = new Set(asked.targets.flatMap((target) => [...made.ancestors(target % rows.length)]));
        const again = new Set([...needed].flatMap((index) => [...made.returned(index)]));
        made.rows.forEach((row, index) => {
          const times = row.kind === 'flaky' ? 3 : 1;
          // What a body returns may have been released by then: it was not known to be needed again.
          const most = again.has(index) ? Infinity : times;
          const run = [row.kind, made.runs[index]];
          if (!needed.has(index)) expect(run).toEqual([row.kind, 0]);
          else expect(run).toEqual([row.kind, Math.min(Math.max(made.runs[index] ?? 0, times), most)]);
        });
        const effects = [...needed].filter((index) => made.rows[index]?.kind === 'effect').length;
        expect(made.effects).toBeGreaterThanOrEqual(effects);
      }),
      { numRuns: RUNS },
    );
  });

  it('gives the same at once, where nothing is asynchronous', async () => {
    await fc.assert(
      fc.asyncProperty(program(LAZY_ONLY, { sync: true }), request, async (rows, asked) => {
        const made = new Program(rows);
        const order = new EventOrder();
        const targets = asked.targets.map((target) => target % rows.length);
        const options = { ...optionsOf(asked, order), onEvent: order.listen };
        const values = resolveSync(made.callsOf(targets), options);
        expect(values.map(numberIn)).toEqual(targets.map((row) => made.expected(row)));
        expectNothingLeft(made, order);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('several runs of a random graph, overlapping, some aborted, some failing', () => {
  it('give what direct evaluation gives, or the error that belongs to it, and leave nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        program([...PEACEFUL, 'failure'], { maxLength: 10 }),
        fc.array(request, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        async (rows, requests, observed) => {
          const made = new Program(rows);
          const order = new EventOrder();
          const runs: Promise<void>[] = [];
          for (const asked of requests) {
            if (asked.waits) {
              await Promise.all(runs);
              // Nobody looks at the values any more.
              if (asked.releases) for (const future of made.futures) future.release();
            }
            runs.push(perform(made, { ...asked, observed }, order));
          }
          await Promise.all(runs);
          // Bodies that were aborted go on for a while, for nothing.
          for (let turn = 0; turn < 12; turn += 1) await turnOfLoop();
          expectNothingLeft(made, order);
          made.onBody = () => undefined;
          const again = new EventOrder();
          await perform(
            made,
            {
              ...(requests[0] as Request),
              targets: rows.map((_, row) => row),
              settle: true,
              abortAt: undefined,
              observed: true,
            },
            again,
          );
          expectNothingLeft(made, again);
        },
      ),
      { numRuns: RUNS },
    );
  });
});
