import { IMMEDIATE, PARALLEL, SERIAL } from './lanes.js';
import { Scheduler } from './scheduler.js';
import type { TaskGraph } from './task-graph.js';
import { TaskHeap } from './task-heap.js';

/** What a dry run is told. */
export interface DryRunOptions {
  /** The tasks in the order in which to consider them. */
  readonly order: Int32Array;
  readonly workers: number;
  /** 1 where a task takes no worker: it is completed by the scheduler itself. */
  readonly immediate: Uint8Array;
}

/** When each task would start and end, on which worker, and how much memory would be held. */
export interface Timeline {
  /** Clock at the end of the last task, in the unit of the costs. */
  readonly makespan: number;
  /** The most bytes held at one time; a value counts from the start of its task. */
  readonly peakBytes: number;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** 0-based; -1 for a task that takes no worker. */
  readonly worker: Int32Array;
}

/**
 * Runs the scheduler itself under a simulated clock: each task ends its cost after its start, and nothing is computed.
 * One worker follows the order, several take the ready task that comes first in it.
 */
export function dryRun(graph: TaskGraph, { order, workers, immediate }: DryRunOptions): Timeline {
  const { count, offsets, dependencies, cost, bytes, keep } = graph;
  const start = new Float64Array(count);
  const end = new Float64Array(count);
  const worker = new Int32Array(count).fill(-1);
  let liveBytes = 0;
  let peakBytes = 0;
  // Nothing is released before the end of the loop that adds tasks, so that their numbers are those of the graph.
  const scheduler = new Scheduler((task) => {
    liveBytes -= bytes[task] as number;
  });
  const queue = scheduler.openQueue();
  const lane = workers === 1 ? SERIAL : PARALLEL;
  for (let task = 0; task < count; task += 1) scheduler.add(queue, immediate[task] === 1 ? IMMEDIATE : lane);
  for (let task = 0; task < count; task += 1) {
    for (let at = offsets[task] as number; at < (offsets[task + 1] as number); at += 1) {
      scheduler.depend(task, dependencies[at] as number);
    }
  }
  for (let task = 0; task < count; task += 1) if (keep[task] === 1) scheduler.hold(task);
  scheduler.submit(queue, order);

  const idle: number[] = [];
  for (let free = Math.min(workers, count) - 1; free >= 0; free -= 1) idle.push(free);
  const running = new TaskHeap();
  let now = 0;
  const hold = (task: number): void => {
    start[task] = now;
    liveBytes += bytes[task] as number;
    peakBytes = Math.max(peakBytes, liveBytes);
    scheduler.start(task);
  };
  const finish = (task: number): void => {
    end[task] = now;
    scheduler.finish(task);
  };
  for (;;) {
    for (let forward = scheduler.nextForward(); forward !== -1; forward = scheduler.nextForward()) {
      hold(forward);
      finish(forward);
    }
    while (idle.length > 0) {
      const task = workers === 1 ? scheduler.nextSerial(queue) : scheduler.nextParallel(queue);
      if (task === -1) break;
      worker[task] = idle.pop() as number; // not empty, as the loop has seen
      hold(task);
      running.push(task, now + (cost[task] as number));
    }
    if (running.size === 0) return { makespan: now, peakBytes, start, end, worker };
    now = running.peekKey();
    // All that ends now ends before anything starts.
    while (running.size > 0 && running.peekKey() === now) {
      const task = running.pop();
      idle.push(worker[task] as number);
      finish(task);
    }
  }
}
