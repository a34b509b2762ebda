import { stableSort, type Precedes } from './stable-sort.js';
import type { TaskGraph } from '../task-graph.js';
import { invert, postOrder, sinksOf, topologicalOrder } from './task-order.js';

/** In which order a depth-first walk takes the tasks that nobody depends on. */
type SinkOrder =
  /** As numbered. */
  | 'given'
  /** Those first that need most memory beyond what they leave behind. */
  | 'heaviest';

/** How to walk a graph. */
export interface DepthFirstOptions {
  /** Default `'given'`. */
  sinks?: SinkOrder;
}

/** The position of every task in `depthFirstOrder`. */
export function depthFirstRank(graph: TaskGraph, options: DepthFirstOptions = {}): Int32Array {
  return invert(depthFirstOrder(graph, options));
}

/**
 * Lists tasks depth first: each right after its dependencies, and of these the one first whose own subtree needs most
 * memory beyond the value it leaves (Sethi and Ullman for registers, Liu for sizes). A reduction over n leaves then holds
 * O(log n) values. Of equal subtrees the one of higher priority comes first, else the earlier argument. Least memory for
 * trees; a value that several tasks share is counted in each of their subtrees. O(tasks + dependencies), and rows that
 * are not in order yet are sorted.
 */
export function depthFirstOrder(graph: TaskGraph, { sinks = 'given' }: DepthFirstOptions = {}): Int32Array {
  const { count, offsets, priority } = graph;
  const needs = new Float64Array(2 * count);
  const dependencies = arrangeRows(graph, { needs, order: topologicalOrder(graph) });
  const last = sinksOf(graph);
  if (sinks === 'heaviest') stableSort(last, { start: 0, end: last.length, precedes: heaviestFirst(needs, priority) });
  else if (priority !== undefined) {
    stableSort(last, {
      start: 0,
      end: last.length,
      precedes: (a, b) => (priority[a] as number) > (priority[b] as number),
    });
  }
  return postOrder({ count, offsets, dependencies }, last);
}

/**
 * Sorts the dependencies of every task into the order in which to visit them. Writes two entries a task into `needs`,
 * side by side because they are read together: the bytes live at the worst moment of its subtree, and those of its value.
 */
function arrangeRows(
  { count, offsets, dependencies, bytes, priority }: TaskGraph,
  { needs, order }: { needs: Float64Array; order: Int32Array },
): Int32Array {
  const arranged = dependencies.slice();
  const countedIn = new Int32Array(count).fill(-1);
  const precedes = heaviestFirst(needs, priority);
  for (let position = 0; position < count; position++) {
    const task = order[position] as number;
    const own = bytes[task] as number;
    const start = offsets[task] as number;
    const end = offsets[task + 1] as number;
    const many = end - start > 2;
    if (many) stableSort(arranged, { start, end, precedes });
    else if (end - start === 2 && precedes(arranged[start + 1] as number, arranged[start] as number)) {
      const second = arranged[start] as number;
      arranged[start] = arranged[start + 1] as number;
      arranged[start + 1] = second;
    }
    let held = 0;
    let peak = 0;
    for (let at = start; at < end; at++) {
      const dependency = arranged[at] as number;
      // The same argument twice is one value. In a pair that shows without touching another array.
      if (many ? countedIn[dependency] === task : at > start && dependency === arranged[start]) continue;
      if (many) countedIn[dependency] = task;
      peak = Math.max(peak, held + (needs[2 * dependency] as number));
      held += needs[2 * dependency + 1] as number;
    }
    needs[2 * task] = Math.max(peak, held + own);
    needs[2 * task + 1] = own;
  }
  return arranged;
}

/** Orders by what a subtree needs for a while beyond the value that it leaves, then by priority. */
function heaviestFirst(needs: Float64Array, priority: Float64Array | undefined): Precedes {
  return (a, b) => {
    const needA = (needs[2 * a] as number) - (needs[2 * a + 1] as number);
    const needB = (needs[2 * b] as number) - (needs[2 * b + 1] as number);
    if (needA !== needB) return needA > needB;
    return priority !== undefined && (priority[a] as number) > (priority[b] as number);
  };
}
