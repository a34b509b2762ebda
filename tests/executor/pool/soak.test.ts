import { expect, it } from '@jest/globals';
import { resolve, WorkerPool } from 'lazydag';
import { blocks } from '../../../src/memory/blocks.js';
import { resolver } from '../../../src/resolve/resolve.js';
import { randomIntegers } from './random-integers.js';
import { collectGarbage } from '../../support/garbage.js';
import { numberIn } from './nodes/random.js';
import { type Kind, RandomDag, type Row } from './random-dag.js';

const SOAK = process.env['LAZYDAG_SOAK'] === '1';

/** How much is run: all of it on request, a bit of it always. */
const SIZE = SOAK ? { graphs: 100, tasks: 1000, kills: 50 } : { graphs: 6, tasks: 300, kills: 3 };

/** How often each kind of row comes. */
const KINDS: readonly Kind[] = [
  ...new Array<Kind>(8).fill('sum'),
  ...new Array<Kind>(4).fill('memory'),
  'ordinary',
  'input',
  'nested',
  'container',
  'inner',
  'later',
  'overwrite',
  'effect',
  'outputs',
  'flaky',
];

/** A graph of which every thousandth row or so fails, and every row of some. */
function graph(seed: number, kill: boolean): Row[] {
  const next = randomIntegers(seed);
  const made = Array.from({ length: SIZE.tasks }, (_, index): Row => {
    const kind = next(150) === 0 ? 'failure' : (KINDS[next(KINDS.length)] ?? 'sum');
    // Few rows need others, and those near, so that a failure does not spread to all.
    const needs = Array.from({ length: next(3) }, () => Math.max(0, index - 1 - next(12)));
    return { kind, needs, shape: next(2) === 0 ? 'list' : 'record', persist: next(50) === 0 };
  });
  const at = next(SIZE.tasks);
  if (kill) made[at] = { kind: 'kill', needs: [], shape: 'list', persist: false };
  return made;
}

it(`gives right results of ${SIZE.graphs * SIZE.tasks} calls with failures and ${SIZE.kills} killed threads, and leaves nothing`, async () => {
  const before = blocks.stats.liveBlocks;
  const pool = new WorkerPool({ threads: 2, placement: 'pool' });
  let failures = 0;
  for (let round = 0; round < SIZE.graphs; round += 1) {
    const kill = Math.floor(((round + 1) * SIZE.kills) / SIZE.graphs) > Math.floor((round * SIZE.kills) / SIZE.graphs);
    // Rows that are asynchronous are lost with a thread that dies, too: they are tried again.
    const dag = new RandomDag(graph(round + 1, kill), { retries: kill ? 5 : 0 });
    const outcomes = await resolve(dag.futures, { executor: pool, settle: true });
    const expected = dag.expected();
    const got = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? numberIn(outcome.value) : undefined));
    expect(got).toEqual(expected);
    failures += expected.filter((value) => value === undefined).length;
    expect(resolver.active).toBe(0);
    for (const future of dag.futures) future.release();
  }
  expect(failures).toBeGreaterThan(0);
  const { lost, tasks } = pool.stats();
  expect(lost).toBe(SIZE.kills);
  expect(tasks).toBeGreaterThanOrEqual(SIZE.graphs * SIZE.tasks * 0.6);
  await pool.close();
  expect(pool.stats().threads).toBe(0);
  for (let round = 0; round < 50 && blocks.stats.liveBlocks > before; round += 1) await collectGarbage();
  expect(blocks.stats.liveBlocks).toBe(before);
}, 900_000);
