import type { PlannedTask } from '../child/protocol.js';
import { LiveBytes } from './live-bytes.js';
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

/** When a result begins to count: when its task starts, and so has to have room for it, or when it is there. */
export type CountedFrom = 'start' | 'finish';

/**
 * Most bytes alive at one time in a schedule. Inputs count until their last reader has finished; results of sinks are
 * kept. On one worker both ways of counting give the same.
 */
export function peakBytesOf(graph: TaskGraph, schedule: readonly PlannedTask[], countedFrom: CountedFrom): number {
  const values = new LiveBytes(graph);
  for (const { task, kind } of momentsOf(schedule)) {
    if (kind === countedFrom) values.hold(task);
    if (kind === 'finish') values.finish(task);
  }
  return values.peak;
}

/** The same for tasks run one after another in `order`. */
export function peakBytesInOrder(graph: TaskGraph, order: readonly number[]): number {
  const values = new LiveBytes(graph);
  for (const task of order) {
    values.hold(task);
    values.finish(task);
  }
  return values.peak;
}

interface Moment {
  readonly time: number;
  /** Among moments of one time: what ends, then tasks that take no time, then what starts. */
  readonly turn: 0 | 1 | 2;
  readonly task: number;
  readonly kind: CountedFrom;
}

/** Starts and finishes in the order in which they happen. */
function momentsOf(schedule: readonly PlannedTask[]): readonly Moment[] {
  const moments = schedule.flatMap(({ task, start, end }): Moment[] => [
    { time: start, turn: start === end ? 1 : 2, task, kind: 'start' },
    { time: end, turn: start === end ? 1 : 0, task, kind: 'finish' },
  ]);
  // Sorting is stable, so that a task that takes no time starts before it finishes; parents have the smaller index.
  return moments.sort((a, b) => a.time - b.time || a.turn - b.turn || a.task - b.task);
}

/** By start; tasks that take no time come first. */
function inTime(a: PlannedTask, b: PlannedTask): number {
  return a.start - b.start || a.end - b.end;
}
