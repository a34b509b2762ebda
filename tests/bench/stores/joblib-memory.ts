import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findJoblib, runPython } from '../python/run-python.js';

/** Microseconds for each call, one figure per round; none where joblib is not installed. */
export interface JoblibMemory {
  readonly hit: readonly number[];
  readonly miss: readonly number[];
}

/** Seconds after which it counts as not installed. */
const LIMIT = 60;
const CALLS = 500;

/** Times `joblib.Memory`: another language's process, so that it takes no turns. */
export async function joblibMemory(rounds: number): Promise<JoblibMemory> {
  const folder = await mkdtemp(join(tmpdir(), 'lazydag-bench-joblib-'));
  try {
    const request = { folder, count: CALLS, rounds };
    const outcome = await runPython<JoblibMemory>('joblib_memory_times.py', request, {
      python: findJoblib(),
      limit: LIMIT,
    });
    return outcome.ok ? outcome.value : { hit: [], miss: [] };
  } finally {
    await rm(folder, { recursive: true });
  }
}
