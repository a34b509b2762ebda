import { orderByKey } from './order-by-key.js';
import type { Rows } from '../task-graph.js';
import { topologicalOrder } from './task-order.js';

/**
 * How long it takes from the start of each task to the end of the last task that depends on it, through however many
 * others: the longest remaining path. The greatest of them is the critical path. O(tasks + dependencies).
 */
export function remainingPath(rows: Rows, cost: Float64Array): Float64Array {
  const { count, offsets, dependencies } = rows;
  const order = topologicalOrder(rows);
  const remaining = new Float64Array(count);
  for (let position = count - 1; position >= 0; position--) {
    const task = order[position] as number;
    // Until its turn comes a task holds the longest path behind it; then its own cost is added.
    const path = (remaining[task] as number) + (cost[task] as number);
    remaining[task] = path;
    const end = offsets[task + 1] as number;
    for (let at = offsets[task] as number; at < end; at++) {
      const dependency = dependencies[at] as number;
      if ((remaining[dependency] as number) < path) remaining[dependency] = path;
    }
  }
  return remaining;
}

/** Lists the tasks with the longest remaining path first, equal ones as in `ties`, another list of them. */
export function longestPathOrder(remaining: Float64Array, ties: Int32Array): Int32Array {
  return orderByKey(
    remaining.map((path) => -path),
    ties,
  );
}

/**
 * No schedule is shorter than this: the critical path, or, for any stretch of time, the work of all tasks that must end so
 * long before the end (or start so long after the start) shared out evenly, and that stretch. O(tasks log tasks).
 */
export function leastPossibleMakespan(
  { cost, dependents }: { cost: Float64Array; dependents: Rows },
  { remaining, workers }: { remaining: Float64Array; workers: number },
): number {
  const whole = cost.every((own) => Number.isInteger(own));
  let least = 0;
  for (const paths of [remaining, remainingPath(dependents, cost)]) {
    const beyond = paths.map((path, task) => path - (cost[task] as number));
    let work = 0;
    for (const task of orderByKey(
      beyond.map((stretch) => -stretch),
      topologicalOrder(dependents),
    )) {
      work += cost[task] as number;
      const share = whole ? Math.ceil(work / workers) : work / workers;
      least = Math.max(least, paths[task] as number, share + (beyond[task] as number));
    }
  }
  return least;
}
