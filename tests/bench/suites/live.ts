import { runChild } from '../child/run-child.js';
import { daskOrders } from '../python/dask-order.js';
import { digits } from '../report/table.js';
import { shapes } from '../shapes/index.js';
import { writeProgram } from '../shapes/program.js';
import { peakBytesInOrder } from '../task-graph/schedule.js';
import { taskGraph } from '../task-graph/task-graph.js';
import type { TaskGraph } from '../task-graph/task-graph.js';
import type { Suite } from './suite.js';

/** What dask.order holds on the same trees. */
const recorded = new Map([
  [64, 8],
  [1_024, 12],
]);

/** Most values alive at one time while a tree is reduced. */
export const live: Suite = {
  name: 'live',
  description: 'most values alive at one time, tree reduction',
  contenders: ['lazydag', 'dask'],
  async run({ sizes = [64, 1_024], limit = 30, python, progress }) {
    const records = [];
    for (const size of sizes) {
      progress(`tree ${size.toLocaleString('en-US')}`);
      const outcome = await runChild('live', { shape: 'tree', size }, { limit });
      const graph = treeGraph(size);
      const orders = await daskOrders([graph], { python, limit });
      const dask = orders.ok ? peakBytesInOrder(graph, orders.value[0] ?? []) : recorded.get(size);
      records.push({
        size,
        lazydag: outcome.ok ? outcome.value : NaN,
        dask: dask ?? NaN,
        note: outcome.ok ? '' : outcome.reason,
      });
    }
    return {
      suite: 'live',
      tables: [
        {
          title: 'most values alive at one time, tree reduction',
          columns: ['leaves', 'lazydag', 'dask.order', ''],
          rows: records.map(({ size, lazydag, dask, note }) => [
            size.toLocaleString('en-US'),
            digits(lazydag),
            digits(dask),
            note,
          ]),
        },
      ],
      checks: records.map(({ size, lazydag, dask }) => ({
        name: `live values, tree of ${size.toLocaleString('en-US')} leaves`,
        measured: lazydag,
        limit: dask,
      })),
      records,
    };
  },
};

/** The tree as tasks of one byte each, so that bytes count values. */
function treeGraph(leaves: number): TaskGraph {
  const calls = writeProgram(shapes.tree, leaves)?.calls ?? [];
  const named = calls.map(({ dependencies }, index) => ({
    id: `n${index}`,
    cost: 1,
    bytes: 1,
    parents: dependencies.map((dependency) => `n${dependency}`),
  }));
  return taskGraph('tree', named);
}
