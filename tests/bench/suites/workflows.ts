import type { PlannedGraph } from '../child/protocol.js';
import { runChild } from '../child/run-child.js';
import { daskOrders } from '../python/dask-order.js';
import { geometricMean } from '../report/statistics.js';
import { digits } from '../report/table.js';
import { longestPathListSchedule } from '../task-graph/list-schedule.js';
import { faultOf, makespanOf, peakBytesInOrder, peakBytesOf } from '../task-graph/schedule.js';
import type { TaskGraph } from '../task-graph/task-graph.js';
import { readWorkflows } from '../task-graph/wf-format.js';
import { requireFolder } from './folder.js';
import type { Suite, SuiteOptions } from './suite.js';

const workers = 16;
const limits = { peakOverDask: 0.97, worstPeakOverDask: 1, makespanOverList: 1.02, peakOverList: 0.9 };

/** Peak bytes of dask.order 2022.12.1 on these traces, for machines without Dask. */
const recorded = new Map([
  ['cycles-chameleon-5l-1c-9p-001', 174_405_797],
  ['epigenomics-chameleon-hep-6seq-50k-001', 426_295_529],
  ['rnaseq-dirt02-001', 198_731_290],
  ['srasearch-chameleon-10a-004', 2_187_785_515],
]);

/** One trace: planned on one worker and on sixteen, beside its references. */
interface Trace {
  readonly name: string;
  readonly tasks: number;
  readonly one: { readonly peak: number; readonly dask: number };
  readonly many: {
    readonly makespan: number;
    readonly peak: number;
    readonly listMakespan: number;
    readonly listPeak: number;
  };
  /** Milliseconds of the two plans together. */
  readonly milliseconds: number;
  /** Whether `plan()` reports the figures that its own schedule shows. */
  readonly note: string;
}

/** Real workflow traces: peak bytes on one worker against dask.order, time and bytes on sixteen against list scheduling. */
export const workflows: Suite = {
  name: 'workflows',
  description: 'workflow traces (WfFormat) of DIR: peak bytes and makespan of plan()',
  contenders: ['lazydag', 'dask'],
  async run(options) {
    const graphs = await readWorkflows(requireFolder('workflows', options));
    const traces = await plan(graphs, options);
    const overDask = traces.map(({ one }) => one.peak / one.dask).filter(Number.isFinite);
    const makespans = traces.map(({ many }) => many.makespan / many.listMakespan);
    const peaks = traces.map(({ many }) => many.peak / many.listPeak);
    return {
      suite: 'workflows',
      tables: [oneWorkerTable(traces), manyWorkersTable(traces)],
      checks: [
        {
          name: 'one worker: peak over dask.order, geometric mean',
          measured: geometricMean(overDask),
          limit: limits.peakOverDask,
        },
        {
          name: 'one worker: peak over dask.order, worst',
          measured: Math.max(...overDask),
          limit: limits.worstPeakOverDask,
        },
        {
          name: '16 workers: makespan over list scheduling, worst',
          measured: Math.max(...makespans),
          limit: limits.makespanOverList,
        },
        {
          name: '16 workers: peak over list scheduling, geometric mean',
          measured: geometricMean(peaks),
          limit: limits.peakOverList,
        },
      ],
      records: traces,
    };
  },
};

async function plan(graphs: readonly TaskGraph[], options: SuiteOptions): Promise<readonly Trace[]> {
  const limit = options.limit ?? 300;
  const orders = await daskOrders(graphs, { python: options.python, limit });
  const traces: Trace[] = [];
  for (const [index, graph] of graphs.entries()) {
    options.progress(graph.name);
    const outcome = await runChild('plan', { graphs: [{ graph, workers: [1, workers] }] }, { limit });
    if (!outcome.ok) throw new Error(`workflows: plan() of ${graph.name} failed: ${outcome.reason}`);
    const [one, many] = outcome.value[0] ?? [];
    if (one === undefined || many === undefined) throw new Error(`workflows: ${graph.name} has no plan`);
    const order = orders.ok ? orders.value[index] : undefined;
    traces.push(trace({ graph, one, many, order }));
  }
  return traces;
}

interface Planned {
  readonly graph: TaskGraph;
  readonly one: PlannedGraph;
  readonly many: PlannedGraph;
  /** Dask's order, if Dask is there. */
  readonly order: readonly number[] | undefined;
}

function trace({ graph, one, many, order }: Planned): Trace {
  const list = longestPathListSchedule(graph, workers);
  return {
    name: graph.name,
    tasks: graph.tasks.length,
    one: {
      peak: peakBytesOf(graph, one.schedule),
      dask: order === undefined ? (recorded.get(graph.name) ?? NaN) : peakBytesInOrder(graph, order),
    },
    many: {
      makespan: makespanOf(many.schedule),
      peak: peakBytesOf(graph, many.schedule),
      listMakespan: makespanOf(list),
      listPeak: peakBytesOf(graph, list),
    },
    milliseconds: one.duration + many.duration,
    note: [discrepancy(graph, one), discrepancy(graph, many)].filter(Boolean).join('; '),
  };
}

/** What `plan()` reports that its schedule does not show; empty when they agree. */
function discrepancy(graph: TaskGraph, planned: PlannedGraph): string {
  const fault = faultOf(graph, planned.schedule, planned.workers);
  if (fault !== undefined) throw new Error(`workflows: ${graph.name}: ${fault}`);
  const peak = peakBytesOf(graph, planned.schedule);
  return peak === planned.peakBytes ? '' : `plan() on ${planned.workers} says ${megabytes(planned.peakBytes)} MB`;
}

function oneWorkerTable(traces: readonly Trace[]) {
  return {
    title: 'one worker: peak MB, all sinks kept',
    columns: ['trace', 'tasks', 'lazydag', 'dask.order', 'ratio', 'plan ms', ''],
    rows: traces.map(({ name, tasks, one, milliseconds, note }) => [
      name,
      tasks.toString(),
      megabytes(one.peak),
      megabytes(one.dask),
      (one.peak / one.dask).toFixed(3),
      digits(milliseconds),
      note,
    ]),
  };
}

function manyWorkersTable(traces: readonly Trace[]) {
  return {
    title: `${workers} workers: against longest-path list scheduling`,
    columns: ['trace', 'makespan s', 'list s', 'ratio', 'peak MB', 'list MB', 'ratio'],
    rows: traces.map(({ name, many }) => [
      name,
      digits(many.makespan),
      digits(many.listMakespan),
      (many.makespan / many.listMakespan).toFixed(3),
      megabytes(many.peak),
      megabytes(many.listPeak),
      (many.peak / many.listPeak).toFixed(3),
    ]),
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
