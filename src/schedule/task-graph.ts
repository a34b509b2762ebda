/**
 * A static picture of tasks: all that a scheduling policy looks at. Rows are compressed: the dependencies of task `i`
 * are `dependencies[offsets[i] .. offsets[i + 1])`. The graph must be acyclic; tasks may be numbered in any order,
 * though the passes are quickest when every dependency has a lower (or every one a higher) number than its dependent.
 *
 * The policies index these arrays only in range, which the type system cannot see: hence their many `as number`.
 */
export interface TaskGraph extends Rows {
  /** Milliseconds, or any other unit, that each task takes; at least 0. */
  readonly cost: Float64Array;
  /** Size of the value of each task; at least 0. */
  readonly bytes: Float64Array;
  /** 1 where the value is never released: a target, or persisted. */
  readonly keep: Uint8Array;
  /** The user's tie-break between otherwise equal tasks, higher first. */
  readonly priority: Float64Array | undefined;
}

/** The edges of a graph alone; also what is left of it when its rows are rearranged or its edges turned around. */
export interface Rows {
  /** Number of tasks. */
  readonly count: number;
  /** Where the dependencies of each task begin; `count + 1` entries, the last one the number of all dependencies. */
  readonly offsets: Int32Array;
  /** Task numbers, row by row. A task may be named twice in one row, as in `f(a, a)`. */
  readonly dependencies: Int32Array;
}

/** The same rows with every dependency named once, where it came first; the rows themselves when that is so already. */
export function distinctRows(rows: Rows): Rows {
  const { count, offsets, dependencies } = rows;
  const lastDependent = new Int32Array(count).fill(-1);
  let kept: Int32Array | undefined;
  const keptOffsets = new Int32Array(count + 1);
  let length = 0;
  for (let task = 0; task < count; task++) {
    const end = offsets[task + 1] as number;
    for (let at = offsets[task] as number; at < end; at++) {
      const dependency = dependencies[at] as number;
      if (lastDependent[dependency] === task) {
        kept ??= dependencies.slice();
        continue;
      }
      lastDependent[dependency] = task;
      if (kept !== undefined) kept[length] = dependency;
      length++;
    }
    keptOffsets[task + 1] = length;
  }
  return kept === undefined ? rows : { count, offsets: keptOffsets, dependencies: kept.subarray(0, length) };
}

/** Turns the edges around: row `i` names the tasks that depend on task `i`, in ascending order. O(tasks + dependencies). */
export function dependentRows({ count, offsets, dependencies }: Rows): Rows {
  const starts = new Int32Array(count + 1);
  for (let at = 0; at < dependencies.length; at++) {
    const dependency = dependencies[at] as number;
    starts[dependency + 1] = (starts[dependency + 1] as number) + 1;
  }
  for (let task = 0; task < count; task++) starts[task + 1] = (starts[task + 1] as number) + (starts[task] as number);
  const next = starts.slice(0, count);
  const dependents = new Int32Array(dependencies.length);
  for (let task = 0; task < count; task++) {
    const end = offsets[task + 1] as number;
    for (let at = offsets[task] as number; at < end; at++) {
      const dependency = dependencies[at] as number;
      const place = next[dependency] as number;
      dependents[place] = task;
      next[dependency] = place + 1;
    }
  }
  return { count, offsets: starts, dependencies: dependents };
}

/** A graph whose edges can be followed both ways, every dependency named once. */
export interface LinkedGraph extends TaskGraph {
  readonly dependents: Rows;
  readonly dependencyCounts: Int32Array;
  readonly dependentCounts: Int32Array;
}

/** Prepares a graph for the policies. O(tasks + dependencies). */
export function link(graph: TaskGraph): LinkedGraph {
  const { cost, bytes, keep, priority } = graph;
  const rows = distinctRows(graph);
  const dependents = dependentRows(rows);
  const dependencyCounts = rowLengths(rows);
  const dependentCounts = rowLengths(dependents);
  return { ...rows, cost, bytes, keep, priority, dependents, dependencyCounts, dependentCounts };
}

/** How many entries the row of each task has. */
export function rowLengths({ count, offsets }: Rows): Int32Array {
  const lengths = new Int32Array(count);
  for (let task = 0; task < count; task++) lengths[task] = (offsets[task + 1] as number) - (offsets[task] as number);
  return lengths;
}
