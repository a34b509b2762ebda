/** A task with known cost and output size. */
export interface Task {
  readonly id: string;
  /** How long it runs, in the graph's unit of time. */
  readonly cost: number;
  /** Size of its result. */
  readonly bytes: number;
  /** Indices of the tasks it depends on, without repeats; all smaller than its own index. */
  readonly parents: readonly number[];
}

/** Tasks in an order where parents come first. */
export interface TaskGraph {
  readonly name: string;
  readonly tasks: readonly Task[];
}

/** A task whose parents are still named by id. */
export interface NamedTask {
  readonly id: string;
  readonly cost: number;
  readonly bytes: number;
  readonly parents: readonly string[];
}

/** Sorts `tasks` so that parents come first and names them by index. Tasks keep their order where they can. */
export function taskGraph(name: string, tasks: readonly NamedTask[]): TaskGraph {
  const indices = new Map<string, number>();
  const sorted: Task[] = [];
  let waiting = tasks;
  while (waiting.length > 0) {
    const blocked: NamedTask[] = [];
    for (const task of waiting) {
      if (!task.parents.every((parent) => indices.has(parent))) {
        blocked.push(task);
        continue;
      }
      const parents = [...new Set(task.parents)].flatMap((parent) => indices.get(parent) ?? []);
      indices.set(task.id, sorted.length);
      sorted.push({ ...task, parents });
    }
    if (blocked.length === waiting.length) {
      const [first] = blocked;
      throw new Error(`${name}: ${first?.id ?? ''} has a missing parent or waits for itself`);
    }
    waiting = blocked;
  }
  return { name, tasks: sorted };
}

/** For each task, the indices of the tasks that depend on it. */
export function childrenOf(graph: TaskGraph): readonly (readonly number[])[] {
  const children: number[][] = graph.tasks.map(() => []);
  graph.tasks.forEach((task, index) => {
    for (const parent of task.parents) children[parent]?.push(index);
  });
  return children;
}

/** Indices of the tasks that nothing depends on. */
export function sinks(graph: TaskGraph): readonly number[] {
  return childrenOf(graph).flatMap((children, index) => (children.length === 0 ? [index] : []));
}
