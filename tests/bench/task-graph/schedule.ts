import type { PlannedTask } from '../child/protocol.js';
import { childrenOf } from './task-graph.js';
import type { TaskGraph } from './task-graph.js';

const tolerance = 1e-9;

/** Latest end of a schedule. */
export function makespanOf(schedule: readonly PlannedTask[]): number {
  return schedule.reduce((latest, { end }) => Math.max(latest, end), 0);
}

/**
 * What is wrong with a schedule, or undefined: every task runs once for as long as it costs, after its parents, and no
 * worker runs two at once. Figures taken from a schedule that is not possible would mean nothing.
 */
export function faultOf(graph: TaskGraph, schedule: readonly PlannedTask[], workers: number): string | undefined {
  const planned = new Map(schedule.map((one) => [one.task, one]));
  if (planned.size !== graph.tasks.length || schedule.length !== graph.tasks.length) {
    return `${planned.size} of ${graph.tasks.length} tasks planned`;
  }
  const scale = Math.max(1, makespanOf(schedule)) * tolerance;
  for (const { task, start, end, worker } of schedule) {
    const { id = '', cost = NaN, parents = [] } = graph.tasks[task] ?? {};
    if (Math.abs(end - start - cost) > scale) return `${id} does not run for its cost`;
    if (!(worker >= 0 && worker < workers)) return `${id} runs on worker ${worker}`;
    if (parents.some((parent) => (planned.get(parent)?.end ?? Infinity) > start + scale)) {
      return `${id} starts before a parent ends`;
    }
  }
  return overlap(graph, schedule, scale);
}

function overlap(graph: TaskGraph, schedule: readonly PlannedTask[], scale: number): string | undefined {
  const ordered = [...schedule].sort((a, b) => a.worker - b.worker || inTime(a, b));
  const clash = ordered.find((one, i) => {
    const before = ordered[i - 1];
    return before?.worker === one.worker && before.end > one.start + scale;
  });
  return clash && `${graph.tasks[clash.task]?.id ?? ''} overlaps another task of its worker`;
}

/**
 * Most bytes alive at one time when the tasks finish in the order of the schedule. A result counts from the moment its
 * task has finished, its inputs until then at least; results of sinks are kept.
 */
export function peakBytesOf(graph: TaskGraph, schedule: readonly PlannedTask[]): number {
  const finished = [...schedule].sort((a, b) => a.end - b.end || inTime(a, b));
  return peakBytesInOrder(
    graph,
    finished.map((one) => one.task),
  );
}

/** The same for tasks run one after another in `order`. */
export function peakBytesInOrder(graph: TaskGraph, order: readonly number[]): number {
  const uses = childrenOf(graph).map((children) => children.length);
  let [live, peak] = [0, 0];
  for (const index of order) {
    const task = graph.tasks[index];
    live += task?.bytes ?? 0;
    peak = Math.max(peak, live);
    for (const parent of task?.parents ?? []) {
      const left = (uses[parent] ?? 0) - 1;
      uses[parent] = left;
      if (left === 0) live -= graph.tasks[parent]?.bytes ?? 0;
    }
  }
  return peak;
}

/** By start; tasks that take no time and start together are told apart by their index, parents first. */
function inTime(a: PlannedTask, b: PlannedTask): number {
  return a.start - b.start || a.end - b.end || a.task - b.task;
}
