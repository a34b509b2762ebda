import { quickOrder } from './many-workers.js';
import { leastMemoryOrder } from './one-worker.js';
import { seededRandom } from './random.js';
import { link, type TaskGraph } from '../task-graph.js';
import { invert } from './task-order.js';

/** For what to rank. */
export interface RankOptions {
  /** Tasks that run at once; at least 1. One worker needs least memory, several need least time. */
  workers: number;
  /**
   * How many tasks may be simulated in search of a better rank: candidates times tasks, 20 to 200 ns each. What costs
   * O((tasks + dependencies) log tasks) is done in any case. Default 1,000,000.
   */
  effort?: number;
}

const DEFAULT_EFFORT = 1_000_000;
/** Any number will do, so long as it stays: equal graphs must give equal ranks. */
const SEED = 0x1a2b3c4d;

/**
 * The position of every task in the chosen order, in which each comes after its dependencies: among ready tasks the lowest
 * starts first. Several policies and a seeded search are weighed by simulation; the same graph always gives the same rank.
 */
export function rankTasks(graph: TaskGraph, { workers, effort = DEFAULT_EFFORT }: RankOptions): Int32Array {
  const linked = link(graph);
  const random = seededRandom(SEED);
  return invert(
    workers > 1 ? quickOrder(linked, { workers, effort, random }) : leastMemoryOrder(linked, { effort, random }),
  );
}
