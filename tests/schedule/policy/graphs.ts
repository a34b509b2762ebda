import fc from 'fast-check';
import type { TaskGraph } from '../../../src/schedule/task-graph.js';

export interface TaskRow {
  needs?: readonly number[];
  cost?: number;
  bytes?: number;
  keep?: boolean;
  priority?: number;
}

/** A graph from one row per task. Unknown costs and sizes are 1; values that nobody needs are kept. */
export function taskGraph(rows: readonly TaskRow[]): TaskGraph {
  const offsets = new Int32Array(rows.length + 1);
  rows.forEach(({ needs = [] }, task) => (offsets[task + 1] = (offsets[task] ?? 0) + needs.length));
  const needed = new Set(rows.flatMap(({ needs = [] }) => needs));
  return {
    count: rows.length,
    offsets,
    dependencies: Int32Array.from(rows.flatMap(({ needs = [] }) => needs)),
    cost: Float64Array.from(rows, ({ cost = 1 }) => cost),
    bytes: Float64Array.from(rows, ({ bytes = 1 }) => bytes),
    keep: Uint8Array.from(rows, ({ keep }, task) => ((keep ?? !needed.has(task)) ? 1 : 0)),
    priority: rows.some(({ priority }) => priority !== undefined)
      ? Float64Array.from(rows, ({ priority = 0 }) => priority)
      : undefined,
  };
}

/** A balanced binary reduction: the leaves first, then level by level; the root is the last task. */
export function reductionTree(leaves: number): TaskGraph {
  return taskGraph(
    Array.from({ length: 2 * leaves - 1 }, (_, task) =>
      task < leaves ? {} : { needs: [2 * (task - leaves), 2 * (task - leaves) + 1] },
    ),
  );
}

/** A chain in which every task needs the one before it; `reversed` numbers it from its end. */
export function chain(count: number, { reversed = false } = {}): TaskGraph {
  const offsets = new Int32Array(count + 1);
  const dependencies = new Int32Array(Math.max(0, count - 1));
  for (let task = 1; task <= count; task++) offsets[task] = Math.min(count - 1, reversed ? task : task - 1);
  for (let edge = 0; edge < dependencies.length; edge++) dependencies[edge] = reversed ? edge + 1 : edge;
  const keep = new Uint8Array(count);
  if (count > 0) keep[reversed ? 0 : count - 1] = 1;
  return {
    count,
    offsets,
    dependencies,
    cost: new Float64Array(count).fill(1),
    bytes: new Float64Array(count).fill(1),
    keep,
    priority: undefined,
  };
}

/** Random acyclic graphs, tasks numbered in no particular order, arguments sometimes given twice, sizes and costs sometimes 0. */
export function randomGraph({ maxTasks = 24 } = {}): fc.Arbitrary<TaskGraph> {
  const row = fc.record({
    needs: fc.array(fc.nat(999), { maxLength: 4 }),
    cost: fc.nat(9),
    bytes: fc.oneof(fc.constant(1), fc.nat(9)),
    keep: fc.option(fc.boolean(), { nil: undefined, freq: 3 }),
    priority: fc.nat(3),
    place: fc.nat(999),
  });
  return fc
    .record({ rows: fc.array(row, { maxLength: maxTasks }), shuffled: fc.boolean(), prioritised: fc.boolean() })
    .map(({ rows, shuffled, prioritised }) => {
      const tasks = [...rows.keys()];
      if (shuffled) tasks.sort((a, b) => (rows[a]?.place ?? 0) - (rows[b]?.place ?? 0));
      const number = new Map(tasks.map((task, at) => [task, at]));
      return taskGraph(
        tasks.map((task) => {
          const { needs = [], cost = 1, bytes = 1, keep, priority = 0 } = rows[task] ?? {};
          return {
            needs: task === 0 ? [] : needs.map((seed) => number.get(seed % task) ?? 0),
            cost,
            bytes,
            ...(keep === undefined ? {} : { keep }),
            ...(prioritised ? { priority } : {}),
          };
        }),
      );
    });
}

/** Graphs as `randomGraph` makes them, with a rank of no particular merit. */
export function rankedGraph(options?: { maxTasks?: number }): fc.Arbitrary<{ graph: TaskGraph; rank: Int32Array }> {
  return randomGraph(options).chain((graph) =>
    fc
      .array(fc.nat(9999), { minLength: graph.count, maxLength: graph.count })
      .map((keys) => ({ graph, rank: positions([...keys.keys()].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0))) })),
  );
}

/** Where each task stands in a list. */
export function positions(order: Iterable<number>): Int32Array {
  const tasks = [...order];
  const rank = new Int32Array(tasks.length);
  tasks.forEach((task, position) => (rank[task] = position));
  return rank;
}

/** The dependencies of a task, each once. */
export function dependenciesOf(graph: TaskGraph, task: number): number[] {
  return [...new Set(graph.dependencies.subarray(graph.offsets[task], graph.offsets[task + 1]))];
}

/** Whether `rank` names every position once and puts every task after its dependencies. */
export function isExecutable(graph: TaskGraph, rank: Int32Array): boolean {
  const positions = new Set(rank);
  if (rank.length !== graph.count || positions.size !== graph.count) return false;
  return rank.every(
    (position, task) =>
      position >= 0 &&
      position < graph.count &&
      dependenciesOf(graph, task).every((dependency) => (rank[dependency] ?? Infinity) < position),
  );
}

/** Most bytes live at once when tasks run one at a time in the order of `rank`. Written apart from the source, to check it. */
export function peakInOrder(graph: TaskGraph, rank: Int32Array): number {
  const order = [...rank.keys()].sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0));
  const waiting = order.map(
    (_, task) => order.filter((dependent) => dependenciesOf(graph, dependent).includes(task)).length,
  );
  let live = 0;
  let peak = 0;
  for (const task of order) {
    live += graph.bytes[task] ?? 0;
    peak = Math.max(peak, live);
    for (const dependency of dependenciesOf(graph, task)) {
      waiting[dependency] = (waiting[dependency] ?? 0) - 1;
      if (waiting[dependency] === 0 && graph.keep[dependency] !== 1) live -= graph.bytes[dependency] ?? 0;
    }
    if (waiting[task] === 0 && graph.keep[task] !== 1) live -= graph.bytes[task] ?? 0;
  }
  return peak;
}
