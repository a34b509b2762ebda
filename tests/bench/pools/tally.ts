import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import { types } from 'node:util';

const environmentKey = 'lazydag-bench-tally';

/** Cells between two threads' counts: a cache line, so that counting does not make the threads slow each other down. */
const stride = 16;
const mostThreads = 64;

const cells = sharedCells();
// The first cell counts the worker threads; the main thread counts in the second.
const own = (isMainThread ? 1 : 2 + Atomics.add(cells, 0, 1)) * stride;

/** How many bodies each thread ran. */
export interface Tally {
  readonly main: number;
  /** One count per worker thread, also those that ran none. */
  readonly workers: readonly number[];
}

/** Counts one body of this thread. Every body calls it: it is the proof of who did the work. */
export function countTask(): void {
  cells[own] = (cells[own] ?? 0) + 1;
}

/** Starts to count; the returned function tells what has been done since. */
export function startTally(): () => Tally {
  const before = Int32Array.from(cells);
  const since = (slot: number): number => (cells[slot * stride] ?? 0) - (before[slot * stride] ?? 0);
  return () => {
    const started = Atomics.load(cells, 0);
    return { main: since(1), workers: Array.from({ length: started }, (_, worker) => since(2 + worker)) };
  };
}

/** The counts of all threads of this process: worker threads are given those of the thread that started them. */
function sharedCells(): Int32Array {
  const given = getEnvironmentData(environmentKey);
  if (types.isSharedArrayBuffer(given)) return new Int32Array(given);
  const memory = new SharedArrayBuffer((2 + mostThreads) * stride * Int32Array.BYTES_PER_ELEMENT);
  setEnvironmentData(environmentKey, memory);
  return new Int32Array(memory);
}
