import { increment, join, total } from '../shapes/operations.js';
import { contender } from './contender.js';
import type { Assembly, Contender } from './contender.js';
import { importPeer } from './peer.js';

interface Task {
  readonly id: string;
  value: number;
}
type PGraph = new (
  nodes: Map<string, { run: () => void }>,
  dependencies: [from: string, to: string][],
) => { run(): Promise<void> };

/** p-graph: explicit wiring by string ids. It passes no values, so that bodies read and write their tasks; it releases none. */
export async function pGraph(): Promise<Contender> {
  const { PGraph } = await importPeer<{ PGraph: PGraph }>('p-graph');
  return contender<Task>(() => assemble(PGraph));
}

/** One graph: tasks and dependencies are collected while it is built, and handed over at the end of building. */
function assemble(PGraph: PGraph): Assembly<Task> {
  const nodes = new Map<string, { run: () => void }>();
  const dependencies: [string, string][] = [];
  const add = (dependsOn: readonly Task[], body: () => number): Task => {
    const task: Task = { id: `n${nodes.size}`, value: NaN };
    for (const dependency of dependsOn) dependencies.push([dependency.id, task.id]);
    nodes.set(task.id, { run: () => void (task.value = body()) });
    return task;
  };
  let graph: InstanceType<PGraph> | undefined;
  return {
    operations: {
      inc: (x) => (typeof x === 'number' ? add([], () => increment(x)) : add([x], () => increment(x.value))),
      join: (left, right) => add([left, right], () => join(left.value, right.value)),
      sum: (tasks) => add(tasks, () => total(tasks.map((task) => task.value))),
      share: (task) => task,
    },
    seal() {
      graph = new PGraph(nodes, dependencies);
    },
    async evaluate(target) {
      await graph?.run();
      return target.value;
    },
  };
}
