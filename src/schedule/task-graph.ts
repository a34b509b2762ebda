/**
 * A static picture of tasks: all that a scheduling policy looks at. Rows are compressed: the dependencies of task `i`
 * are `dependencies[offsets[i] .. offsets[i + 1])`. The graph must be acyclic; tasks may be numbered in any order,
 * though the passes are quickest when every dependency has a lower (or every one a higher) number than its dependent.
 *
 * The policies index these arrays only in range, which the type system cannot see: hence their many `as number`.
 */
export interface TaskGraph {
  /** Number of tasks. */
  readonly count: number;
  /** Where the dependencies of each task begin; `count + 1` entries, the last one the number of all dependencies. */
  readonly offsets: Int32Array;
  /** Task numbers, row by row. A task may be named twice in one row, as in `f(a, a)`. */
  readonly dependencies: Int32Array;
  /** Milliseconds, or any other unit, that each task takes; at least 0. */
  readonly cost: Float64Array;
  /** Size of the value of each task; at least 0. */
  readonly bytes: Float64Array;
  /** 1 where the value is never released: a target, or persisted. */
  readonly keep: Uint8Array;
  /** The user's tie-break between otherwise equal tasks, higher first. */
  readonly priority: Float64Array | undefined;
}

/** The dependents of every task in compressed rows: each dependent once, in ascending order. */
export interface Dependents {
  /** Where the dependents of each task begin; `count + 1` entries. */
  readonly offsets: Int32Array;
  /** Task numbers, row by row. */
  readonly dependents: Int32Array;
}

/** How many distinct tasks depend on each task. O(tasks + dependencies). */
export function countDependents({ count, offsets, dependencies }: TaskGraph): Int32Array {
  const counts = new Int32Array(count);
  const lastDependent = new Int32Array(count).fill(-1);
  for (let task = 0; task < count; task++) {
    const end = offsets[task + 1] as number;
    for (let at = offsets[task] as number; at < end; at++) {
      const dependency = dependencies[at] as number;
      if (lastDependent[dependency] === task) continue;
      lastDependent[dependency] = task;
      counts[dependency] = (counts[dependency] as number) + 1;
    }
  }
  return counts;
}

/** Turns the edges around; an argument given twice counts as one edge. O(tasks + dependencies). */
export function dependentsOf(graph: TaskGraph): Dependents {
  const { count, offsets, dependencies } = graph;
  const counts = countDependents(graph);
  const starts = new Int32Array(count + 1);
  for (let task = 0; task < count; task++) starts[task + 1] = (starts[task] as number) + (counts[task] as number);
  const dependents = new Int32Array(starts[count] as number);
  const fill = starts.slice(0, count);
  for (let task = 0; task < count; task++) {
    const end = offsets[task + 1] as number;
    for (let at = offsets[task] as number; at < end; at++) {
      const dependency = dependencies[at] as number;
      const next = fill[dependency] as number;
      if (next > (starts[dependency] as number) && dependents[next - 1] === task) continue;
      dependents[next] = task;
      fill[dependency] = next + 1;
    }
  }
  return { offsets: starts, dependents };
}

/** How many distinct dependencies each task waits for. O(tasks + dependencies). */
export function countDependencies({ count, offsets, dependencies }: TaskGraph): Int32Array {
  const counts = new Int32Array(count);
  const lastDependent = new Int32Array(count).fill(-1);
  for (let task = 0; task < count; task++) {
    const end = offsets[task + 1] as number;
    for (let at = offsets[task] as number; at < end; at++) {
      const dependency = dependencies[at] as number;
      if (lastDependent[dependency] === task) continue;
      lastDependent[dependency] = task;
      counts[task] = (counts[task] as number) + 1;
    }
  }
  return counts;
}
