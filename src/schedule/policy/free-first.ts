import { Frontier } from './frontier.js';
import { RankSet } from './rank-set.js';
import type { LinkedGraph } from '../task-graph.js';
import { invert } from './task-order.js';

/** How many tasks in a row may be looked at to see whether they end with no more bytes live than before. */
const LOOKAHEAD = 4;

/**
 * Lists the tasks in an order for one worker: whichever ready task leaves no more bytes live than there were runs at once
 * (or leads, through tasks that each only wait for the one before and alone use its value, to such a point within four
 * steps); while there is none, the first ready task of `list` runs. O((tasks + dependencies) log tasks).
 */
export function freeFirstOrder(graph: LinkedGraph, list: Int32Array): Int32Array {
  const { count } = graph;
  const frontier = new Frontier(graph);
  const rank = invert(list);
  const ready = new RankSet(count);
  const free = new RankSet(count);
  const hasRun = new Uint8Array(count);
  for (let task = 0; task < count; task++) {
    if (frontier.waitingFor[task] !== 0) continue;
    ready.add(rank[task] as number);
    if (isFree(frontier, task)) free.add(rank[task] as number);
  }
  const order = new Int32Array(count);
  for (let position = 0; position < count; position++) {
    let lowest = free.takeLowest();
    if (lowest === -1) lowest = ready.takeLowest();
    else ready.remove(lowest);
    const task = list[lowest] as number;
    order[position] = task;
    hasRun[task] = 1;
    frontier.run(task);
    for (let at = 0; at < frontier.nearerCount; at++) {
      const near = frontier.nearer[at] as number;
      if (frontier.waitingFor[near] === 0) ready.add(rank[near] as number);
      const head = chainHead(frontier, near);
      if (head !== -1 && hasRun[head] === 0 && isFree(frontier, head)) free.add(rank[head] as number);
    }
  }
  return order;
}

/** Whether running a task, or it and up to three that are forced by it, leaves no more bytes live than before. */
function isFree(frontier: Frontier, task: number): boolean {
  let link = task;
  let growth = 0;
  for (let step = 1; ; step++) {
    growth += frontier.growth[link] as number;
    if (growth <= 0) return true;
    if (step === LOOKAHEAD) return false;
    link = frontier.lastDependent(link);
    if (link === -1 || frontier.waitingFor[link] !== 1) return false;
  }
}

/** The ready task at the head of the chain in which `task` stands; -1 when it stands in none within reach. */
function chainHead(frontier: Frontier, task: number): number {
  let link = task;
  for (let step = 1; frontier.waitingFor[link] !== 0; step++) {
    const before = frontier.lastDependency(link);
    if (step === LOOKAHEAD || before === -1 || frontier.lastDependent(before) === -1) return -1;
    link = before;
  }
  return link;
}
