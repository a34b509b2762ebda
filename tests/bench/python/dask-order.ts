import type { Outcome } from '../child/protocol.js';
import type { TaskGraph } from '../task-graph/task-graph.js';
import { runPython } from './run-python.js';
import type { PythonOptions } from './run-python.js';

/** For each graph, the indices of its tasks in the order in which Dask would run them. */
export function daskOrders(
  graphs: readonly TaskGraph[],
  options: PythonOptions,
): Promise<Outcome<readonly (readonly number[])[]>> {
  const request = graphs.map(({ tasks }) =>
    tasks.map(({ id, parents }) => [id, parents.map((parent) => tasks[parent]?.id ?? '')]),
  );
  return runPython('dask_order.py', request, options);
}
