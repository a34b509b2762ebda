import type { PlannedGraph, PlannedTask } from '../child/protocol.js';
import { runChild } from '../child/run-child.js';
import { daskOrders } from '../python/dask-order.js';
import { geometricMean } from '../report/statistics.js';
import { digits } from '../report/table.js';
import { longestPathListSchedule } from '../task-graph/list-schedule.js';
import type { Check } from '../report/result.js';
import type { Table } from '../report/table.js';
import { faultOf, makespanOf, peakBytesInOrder, peakBytesOf } from '../task-graph/schedule.js';
import type { CountedFrom } from '../task-graph/schedule.js';
import type { TaskGraph } from '../task-graph/task-graph.js';
import { readWorkflows } from '../task-graph/wf-format.js';
import { requireFolder } from './folder.js';
import type { Suite, SuiteOptions } from './suite.js';

const workers = 16;

const limits = {
  peakOverDask: 0.97,
  worstPeakOverDask: 1,
  makespanOverList: 1.02,
  peakOverList: 0.9,
  milliseconds: 1_000,
};

/** Peak bytes of dask.order 2022.12.1 on these traces, for machines without Dask. */
const recorded = new Map([
  ['cycles-chameleon-5l-1c-9p-001', 174_405_797],
  ['epigenomics-chameleon-hep-6seq-50k-001', 426_295_529],
  ['rnaseq-dirt02-001', 198_731_290],
  ['srasearch-chameleon-10a-004', 2_187_785_515],
]);

/** Peak bytes, by when a result begins to count. */
type Peaks = Readonly<Record<CountedFrom, number>>;

/** One trace: planned on one worker and on sixteen, beside its references. */
interface Trace {
  readonly name: string;
  readonly tasks: number;
  readonly one: { readonly peak: number; readonly dask: number };
  readonly many: {
    readonly makespan: number;
    readonly listMakespan: number;
    readonly peak: Peaks;
    readonly listPeak: Peaks;
  };
  /** Milliseconds of the two plans. */
  readonly milliseconds: readonly number[];
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
        peakCheck(traces, 'start'),
        peakCheck(traces, 'finish'),
        {
          name: 'plan() of up to 10,000 tasks, worst, ms',
          measured: Math.max(
            ...traces.filter(({ tasks }) => tasks <= 10_000).flatMap(({ milliseconds }) => milliseconds),
          ),
          limit: limits.milliseconds,
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
      peak: peakBytesOf(graph, one.schedule, 'start'),
      dask: order === undefined ? (recorded.get(graph.name) ?? NaN) : peakBytesInOrder(graph, order),
    },
    many: {
      makespan: makespanOf(many.schedule),
      listMakespan: makespanOf(list),
      peak: peaksOf(graph, many.schedule),
      listPeak: peaksOf(graph, list),
    },
    milliseconds: [one.duration, many.duration],
    note: [discrepancy(graph, one), discrepancy(graph, many)].filter(Boolean).join('; '),
  };
}

function peaksOf(graph: TaskGraph, schedule: readonly PlannedTask[]): Peaks {
  return { start: peakBytesOf(graph, schedule, 'start'), finish: peakBytesOf(graph, schedule, 'finish') };
}

/** What `plan()` reports that its schedule does not show; empty when they agree. */
function discrepancy(graph: TaskGraph, planned: PlannedGraph): string {
  const fault = faultOf(graph, planned.schedule, planned.workers);
  if (fault !== undefined) throw new Error(`workflows: ${graph.name}: ${fault}`);
  const peak = peakBytesOf(graph, planned.schedule, 'start');
  return peak === planned.peakBytes ? '' : `plan() on ${planned.workers} says ${megabytes(planned.peakBytes)} MB`;
}

function oneWorkerTable(traces: readonly Trace[]): Table {
  return {
    title: 'one worker: peak MB, all sinks kept',
    columns: ['trace', 'tasks', 'lazydag', 'dask.order', 'ratio', 'plan ms', ''],
    rows: traces.map(({ name, tasks, one, milliseconds, note }) => [
      name,
      tasks.toString(),
      megabytes(one.peak),
      megabytes(one.dask),
      (one.peak / one.dask).toFixed(3),
      milliseconds.map(digits).join(' + '),
      note,
    ]),
  };
}

function manyWorkersTable(traces: readonly Trace[]): Table {
  return {
    title: `${workers} workers: against longest-path list scheduling`,
    columns: ['trace', 'makespan s', 'list s', 'ratio', 'peak MB', 'list MB', 'ratio', 'ratio (finish)'],
    rows: traces.map(({ name, many }) => [
      name,
      digits(many.makespan),
      digits(many.listMakespan),
      (many.makespan / many.listMakespan).toFixed(3),
      megabytes(many.peak.start),
      megabytes(many.listPeak.start),
      (many.peak.start / many.listPeak.start).toFixed(3),
      (many.peak.finish / many.listPeak.finish).toFixed(3),
    ]),
    notes: [
      'peak: a result counts from the start of its task, which has to have room for it, as in the plan',
      'ratio (finish): of the peaks when a result counts from the end of its task, as in the events of a run',
    ],
  };
}

function peakCheck(traces: readonly Trace[], countedFrom: CountedFrom): Check {
  const ratios = traces.map(({ many }) => many.peak[countedFrom] / many.listPeak[countedFrom]);
  return {
    name: `16 workers: peak over list scheduling, geometric mean, from ${countedFrom}`,
    measured: geometricMean(ratios),
    limit: limits.peakOverList,
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
