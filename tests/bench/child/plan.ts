import type { Future } from '../../../src/index.js';
import { loadLibrary } from '../contenders/library.js';
import { sinks } from '../task-graph/task-graph.js';
import type { TaskGraph } from '../task-graph/task-graph.js';
import type { PlanChoice, PlannedGraph, Tasks } from './protocol.js';

/** Plans every graph on each of its numbers of workers. */
export async function planGraphs({ graphs }: Tasks['plan']['request']): Promise<Tasks['plan']['response']> {
  const planned = [];
  for (const choice of graphs) planned.push(await planGraph(choice));
  return planned;
}

/** Builds the task graph as calls with `cost` and `bytes`. Its sinks are the targets. */
async function planGraph({ graph, workers }: PlanChoice): Promise<readonly PlannedGraph[]> {
  const { plan } = await loadLibrary();
  const futures = await callTasks(graph);
  const indices = new Map(futures.map((future, index) => [future, index]));
  const targets = sinks(graph).flatMap((index) => futures[index] ?? []);
  const planned: PlannedGraph[] = [];
  for (const count of workers) {
    const started = performance.now();
    const { makespan, peakBytes, schedule } = plan(targets, { workers: count });
    const duration = performance.now() - started;
    const tasks = schedule.map(({ future, worker, start, end }) => ({
      task: indices.get(future as Future<number>) ?? -1,
      worker,
      start,
      end,
    }));
    planned.push({ workers: count, makespan, peakBytes, schedule: tasks, duration });
  }
  return planned;
}

/** One call per task, in an order where parents come first. */
async function callTasks(graph: TaskGraph): Promise<Future<number>[]> {
  const { node } = await loadLibrary();
  const work = node((...parents: number[]) => parents.length, { name: 'work' });
  const futures: Future<number>[] = [];
  for (const { cost, bytes, parents } of graph.tasks) {
    const inputs = parents.flatMap((parent) => futures[parent] ?? []);
    futures.push(work.with({ cost, bytes })(...inputs));
  }
  return futures;
}
