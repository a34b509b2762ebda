import { setTimeout } from 'node:timers/promises';
import { threads } from './pool.js';
import type { OpenPool } from './pool.js';
import type { PoolStart } from './protocol.js';
import { startTally } from './tally.js';

/** Milliseconds after which threads that have done nothing count as never ready. */
const patience = 5_000;

/** Bodies that are long enough for every idle thread to be worth a message. */
const proof = { count: threads, iterations: 100_000 };

/** Opens a pool for the first time in this process. */
export async function timeStart(open: OpenPool): Promise<PoolStart> {
  const tally = startTally();
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  const pool = await open();
  const said = pool.ready?.().then(elapsed);
  await pool.single(1);
  const first = elapsed();
  const threadsAtWork = (): number => tally().workers.filter((tasks) => tasks > 0).length;
  while (threadsAtWork() < threads && elapsed() < patience) {
    await pool.spins(proof);
    // Without a pause a pool whose threads are still starting would be kept from hearing of it.
    await setTimeout(0);
  }
  const everyThread = threadsAtWork() < threads ? undefined : elapsed();
  const ready = await said;
  return { first, ...(everyThread !== undefined && { everyThread }), ...(ready !== undefined && { ready }) };
}
