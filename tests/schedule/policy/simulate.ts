import { ListSchedule, listProblem } from '../../../src/schedule/policy/list-schedule.js';
import { LiveBytes } from '../../../src/schedule/policy/live-bytes.js';
import { link, type TaskGraph } from '../../../src/schedule/task-graph.js';
import { invert } from '../../../src/schedule/policy/task-order.js';

/** How a graph would run. */
export interface Simulation {
  /** When the last task ends, in the unit of the costs. */
  readonly makespan: number;
  /** The most bytes that are live at once. */
  readonly peakBytes: number;
  /** When each task starts, when it ends, and which worker takes it. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly worker: Int32Array;
}

/**
 * List-schedules the graph by rank: an idle worker always takes the ready task of lowest rank; what ends at one moment
 * ends before anything starts. A value is live from the start of its task until its last dependent has ended (when nothing
 * depends on it, until it has ended itself), and for ever where `keep` says so. O((tasks + dependencies) log workers).
 *
 * @param options.rank position of every task, a permutation of `0 .. count - 1`
 * @param options.workers tasks that run at once; at least 1
 */
export function simulate(graph: TaskGraph, { rank, workers }: { rank: Int32Array; workers: number }): Simulation {
  const linked = link(graph);
  const schedule = new ListSchedule(listProblem(linked, workers));
  const makespan = schedule.run(invert(rank));
  const { start, end, worker, events } = schedule;
  return { makespan, peakBytes: new LiveBytes(linked).peak(events), start, end, worker };
}
