import type { Rows } from '../task-graph.js';

/** The tasks on which no other depends, in ascending order. O(tasks + dependencies). */
export function sinksOf({ count, dependencies }: Rows): Int32Array {
  const needed = new Uint8Array(count);
  for (let at = 0; at < dependencies.length; at++) needed[dependencies[at] as number] = 1;
  let found = 0;
  for (let task = 0; task < count; task++) if (needed[task] === 0) found++;
  const sinks = new Int32Array(found);
  found = 0;
  for (let task = 0; task < count; task++) if (needed[task] === 0) sinks[found++] = task;
  return sinks;
}

/**
 * Lists every task after its dependencies, depth first from `sinks` in their order, rows from left to right.
 * O(tasks + dependencies), nothing recursive.
 */
export function postOrder({ count, offsets, dependencies }: Rows, sinks: Int32Array): Int32Array {
  const order = new Int32Array(count);
  const visited = new Uint8Array(count);
  // Two entries a level: the task, and where to go on in its row. One stack is kinder to the cache than a cursor per task.
  const stack = new Int32Array(2 * count);
  let listed = 0;
  for (let sink = 0; sink < sinks.length; sink++) {
    let depth = 0;
    let task = sinks[sink] as number;
    let at = offsets[task] as number;
    let end = offsets[task + 1] as number;
    visited[task] = 1;
    for (;;) {
      while (at < end && visited[dependencies[at] as number] === 1) at++;
      if (at < end) {
        stack[depth++] = task;
        stack[depth++] = at + 1;
        task = dependencies[at] as number;
        visited[task] = 1;
        at = offsets[task] as number;
        end = offsets[task + 1] as number;
      } else {
        order[listed++] = task;
        if (depth === 0) break;
        at = stack[--depth] as number;
        task = stack[--depth] as number;
        end = offsets[task + 1] as number;
      }
    }
  }
  return order;
}

/** How the numbers of dependencies relate to those of their dependents: all lower, all higher, or neither. */
export function numbering({ count, offsets, dependencies }: Rows): 'ascending' | 'descending' | 'mixed' {
  let lower = 0;
  let higher = 0;
  for (let task = 0; task < count; task++) {
    const end = offsets[task + 1] as number;
    for (let at = offsets[task] as number; at < end; at++) {
      if ((dependencies[at] as number) < task) lower++;
      else higher++;
    }
    if (lower > 0 && higher > 0) return 'mixed';
  }
  return higher === 0 ? 'ascending' : 'descending';
}

/** Lists every task after its dependencies, by its number where that serves. O(tasks + dependencies). */
export function topologicalOrder(rows: Rows): Int32Array {
  const direction = numbering(rows);
  if (direction === 'mixed') return postOrder(rows, sinksOf(rows));
  const { count } = rows;
  const order = new Int32Array(count);
  for (let at = 0; at < count; at++) order[at] = direction === 'ascending' ? at : count - 1 - at;
  return order;
}

/** Turns a list of tasks into the position of every task in it, and back. Writes into `result` where one is given. */
export function invert(order: Int32Array, result: Int32Array = new Int32Array(order.length)): Int32Array {
  for (let position = 0; position < order.length; position++) result[order[position] as number] = position;
  return result;
}
