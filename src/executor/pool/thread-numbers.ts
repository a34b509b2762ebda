import { DagError } from '../../errors.js';

/** Threads of all pools of the process share blocks, and each has a number there; 1 is the main thread. */
const LARGEST = 2045;
const taken = new Set<number>([1]);
let next = 2;

/** A number that no thread has. @throws DAG_OPTION when there are too many threads. */
export function takeThreadNumber(): number {
  for (let tries = 0; tries < LARGEST; tries += 1) {
    const number = next;
    next = next === LARGEST ? 2 : next + 1;
    if (taken.has(number)) continue;
    taken.add(number);
    return number;
  }
  throw new DagError('DAG_OPTION', {
    message: `A process can have ${(LARGEST - 1).toString()} threads of pools, and all are in use.`,
    remedy: 'Close pools that are not used, or give them fewer `threads`.',
  });
}

/** The thread with this number has ended. */
export function freeThreadNumber(number: number): void {
  taken.delete(number);
}
