import type { PlannedTask } from '../child/protocol.js';
import { childrenOf } from './task-graph.js';
import type { TaskGraph } from './task-graph.js';

/**
 * Longest-path list scheduling, the reference that schedules are held against: whenever a worker is idle it takes the
 * ready task with the longest remaining path. Written apart from the library, in the plainest way. O(tasks²).
 */
export function longestPathListSchedule(graph: TaskGraph, workers: number): readonly PlannedTask[] {
  const children = childrenOf(graph);
  const remaining = remainingPaths(graph, children);
  const pending = graph.tasks.map((task) => task.parents.length);
  const ready = pending.flatMap((count, index) => (count === 0 ? [index] : []));
  const idle = Array.from({ length: workers }, (_, worker) => worker);
  const running: PlannedTask[] = [];
  const schedule: PlannedTask[] = [];
  let now = 0;
  while (schedule.length < graph.tasks.length) {
    ready.sort((a, b) => (remaining[b] ?? 0) - (remaining[a] ?? 0) || a - b);
    while (idle.length > 0 && ready.length > 0) {
      const [task = 0] = ready.splice(0, 1);
      const [worker = 0] = idle.splice(0, 1);
      const planned = { task, worker, start: now, end: now + (graph.tasks[task]?.cost ?? 0) };
      running.push(planned);
      schedule.push(planned);
    }
    now = Math.min(...running.map((planned) => planned.end));
    for (const planned of running.filter((one) => one.end === now)) {
      running.splice(running.indexOf(planned), 1);
      idle.push(planned.worker);
      for (const child of children[planned.task] ?? []) {
        const left = (pending[child] ?? 0) - 1;
        pending[child] = left;
        if (left === 0) ready.push(child);
      }
    }
  }
  return schedule;
}

/** For each task, the cost of the longest path that begins with it. */
function remainingPaths(graph: TaskGraph, children: readonly (readonly number[])[]): readonly number[] {
  const remaining = new Array<number>(graph.tasks.length).fill(0);
  for (let index = graph.tasks.length - 1; index >= 0; index--) {
    const below = Math.max(0, ...(children[index] ?? []).map((child) => remaining[child] ?? 0));
    remaining[index] = (graph.tasks[index]?.cost ?? 0) + below;
  }
  return remaining;
}
