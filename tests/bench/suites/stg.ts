import type { PlannedGraph } from '../child/protocol.js';
import { runChild } from '../child/run-child.js';
import { mean } from '../report/statistics.js';
import { digits } from '../report/table.js';
import { longestPathListSchedule } from '../task-graph/list-schedule.js';
import { faultOf, makespanOf } from '../task-graph/schedule.js';
import { readOptima, readStandardTaskGraphs } from '../task-graph/stg.js';
import type { Optimum } from '../task-graph/stg.js';
import type { TaskGraph } from '../task-graph/task-graph.js';
import { requireFolder } from './folder.js';
import type { Suite } from './suite.js';

const ratioLimit = 1.0005;

interface Score {
  readonly graph: string;
  readonly workers: number;
  readonly optimum: number;
  readonly makespan: number;
  readonly ratio: number;
  /** The same for plain longest-path list scheduling. */
  readonly listRatio: number;
  readonly milliseconds: number;
}

/** Standard Task Graphs: makespan of `plan()` over the known optimum. */
export const stg: Suite = {
  name: 'stg',
  description: 'Standard Task Graphs of DIR: makespan of plan() over the optimum',
  contenders: ['lazydag'],
  async run(options) {
    const folder = requireFolder('stg', options);
    const graphs = await readStandardTaskGraphs(folder);
    const optima = await readOptima(folder);
    options.progress(`${graphs.length} graphs, ${optima.length} optima`);
    const scores = await score(graphs, optima, options.limit ?? 300);
    const workers = [...new Set(scores.map((one) => one.workers))].sort((a, b) => a - b);
    const overall = mean(scores.map(({ ratio }) => ratio));
    return {
      suite: 'stg',
      tables: [
        {
          title: 'makespan over optimum, mean',
          columns: ['workers', 'graphs', 'lazydag', 'worst', 'worst graph', 'optimal', 'ms per graph', 'longest path'],
          rows: [
            ...workers.map((count) =>
              row(
                count.toString(),
                scores.filter((one) => one.workers === count),
              ),
            ),
            null,
            row('all', scores),
          ],
        },
      ],
      checks: [{ name: 'Standard Task Graphs: makespan over optimum', measured: overall, limit: ratioLimit }],
      records: scores,
    };
  },
};

/** Plans every graph on the numbers of workers whose optimum is known. */
async function score(
  graphs: readonly TaskGraph[],
  optima: readonly Optimum[],
  limit: number,
): Promise<readonly Score[]> {
  const choices = graphs.map((graph) => ({
    graph,
    workers: optima.filter((one) => one.graph === graph.name).map((one) => one.workers),
  }));
  const outcome = await runChild('plan', { graphs: choices }, { limit });
  if (!outcome.ok) throw new Error(`stg: plan() failed: ${outcome.reason}`);
  return outcome.value.flatMap((plans, index) => {
    const graph = graphs[index];
    return graph === undefined ? [] : plans.flatMap((plan) => scoreOne(graph, plan, optima));
  });
}

function scoreOne(graph: TaskGraph, plan: PlannedGraph, optima: readonly Optimum[]): Score[] {
  const { workers, schedule, duration } = plan;
  const fault = faultOf(graph, schedule, workers);
  if (fault !== undefined) throw new Error(`stg: ${graph.name} on ${workers}: ${fault}`);
  const makespan = makespanOf(schedule);
  if (Math.abs(makespan - plan.makespan) > makespan * 1e-9) {
    throw new Error(`stg: ${graph.name} on ${workers}: plan() says ${plan.makespan}, its schedule ends at ${makespan}`);
  }
  const reference = makespanOf(longestPathListSchedule(graph, workers));
  return optima
    .filter((one) => one.graph === graph.name && one.workers === workers)
    .map(({ makespan: optimum }) => ({
      graph: graph.name,
      workers,
      optimum,
      makespan,
      ratio: makespan / optimum,
      listRatio: reference / optimum,
      milliseconds: duration,
    }));
}

function row(label: string, scores: readonly Score[]): readonly string[] {
  const worst = scores.reduce<Score | undefined>(
    (most, one) => (most === undefined || one.ratio > most.ratio ? one : most),
    undefined,
  );
  const optimal = scores.filter(({ ratio }) => ratio === 1).length;
  return [
    label,
    scores.length.toString(),
    mean(scores.map(({ ratio }) => ratio)).toFixed(5),
    worst?.ratio.toFixed(4) ?? '',
    worst?.graph ?? '',
    optimal.toString(),
    digits(mean(scores.map(({ milliseconds }) => milliseconds))),
    mean(scores.map(({ listRatio }) => listRatio)).toFixed(5),
  ];
}
