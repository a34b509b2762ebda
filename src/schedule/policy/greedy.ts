import { Frontier } from './frontier.js';
import type { LinkedGraph } from '../task-graph.js';
import { TaskHeap } from '../task-heap.js';
import { invert } from './task-order.js';

/**
 * Lists the tasks in an order for one worker: always the ready task that adds fewest bytes to what is live, of equal ones
 * the first of `list`. Short-sighted, but at times better than any order that finishes what it began.
 * O((tasks + dependencies) log tasks).
 */
export function greedyOrder(graph: LinkedGraph, list: Int32Array): Int32Array {
  const { count } = graph;
  const frontier = new Frontier(graph);
  const rank = invert(list);
  // Holds ranks, so that these decide between equal growths. A task whose growth fell is in it twice: once too late.
  const ready = new TaskHeap();
  const hasRun = new Uint8Array(count);
  for (let task = 0; task < count; task++) {
    if (frontier.waitingFor[task] === 0) ready.push(rank[task] as number, frontier.growth[task] as number);
  }
  const order = new Int32Array(count);
  for (let position = 0; position < count;) {
    const task = list[ready.pop()] as number;
    if (hasRun[task] === 1) continue;
    hasRun[task] = 1;
    order[position++] = task;
    frontier.run(task);
    for (let at = 0; at < frontier.nearerCount; at++) {
      const near = frontier.nearer[at] as number;
      if (frontier.waitingFor[near] === 0 && hasRun[near] === 0)
        ready.push(rank[near] as number, frontier.growth[near] as number);
    }
  }
  return order;
}
