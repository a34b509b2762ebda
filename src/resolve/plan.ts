import { eachArgument } from '../graph/dependencies.js';
import type { Future } from '../graph/future.js';
import { DONE, ON_DISK, REMOVED, STATE_BITS } from '../graph/future.js';
import { isStore, type Store } from '../graph/store.js';
import { checkByRules, type OptionRule, type OptionRules } from '../graph/option-rules.js';
import { checkIsOptions } from '../graph/options.js';
import { isExecutor, type Executor } from '../graph/executor.js';
import { dryRun } from '../schedule/dry-run.js';
import { rankTasks } from '../schedule/policy/rank.js';
import type { TaskGraph } from '../schedule/task-graph.js';
import { invert } from '../schedule/policy/task-order.js';
import { removedError } from './failure.js';
import { weigh } from './ordering.js';
import { rememberPlan } from './planned.js';
import { lookupNow } from './stored/lookup.js';
import { targetsOf } from './resolve.js';

/** Estimates for a plan: one number for all calls, or a function; undefined leaves a call's own estimate. */
export type PlanEstimate = number | ((future: Future) => number | undefined);

/** Options of {@link plan}. */
export interface PlanOptions {
  /** Bodies that run at once. Default: the executor's workers, or 1. Minimum 1. */
  readonly workers?: number;
  /** Milliseconds per call, over the nodes' own estimates and what was measured of them. */
  readonly cost?: PlanEstimate;
  /** Bytes per result, likewise. */
  readonly bytes?: PlanEstimate;
  /** Where the calls would run. */
  readonly executor?: 'inline' | Executor;
  /** Where results of calls with `persist: 'disk'` are looked for; it must be open. Default: that of the first target's Graph. */
  readonly store?: Store;
  /** Tasks that may be simulated in search of a better order. Default 1,000,000, at most about a fifth of a second. */
  readonly effort?: number;
}

/** When and where one call would run. */
export interface PlannedCall {
  readonly future: Future;
  /** 0-based worker; -1 for a part of a value, which takes none. */
  readonly worker: number;
  /** Milliseconds from the start of the run. */
  readonly start: number;
  readonly end: number;
}

/** How a run would go. */
export interface Plan {
  /** Milliseconds from the first start to the last end. */
  readonly makespan: number;
  /** Milliseconds along the longest path: what no number of workers can beat. */
  readonly criticalPath: number;
  /** The most bytes that results hold at once; those of the targets are never released. */
  readonly peakBytes: number;
  /** Every call that would run, in the order of the starts. */
  readonly schedule: readonly PlannedCall[];
  /** Calls that have their value already, in memory or in the store, and would not run. */
  readonly cached: readonly Future[];
}

/**
 * How long the targets would take on `workers` workers, and how much memory, without running any body: the scheduler
 * that runs them works under a simulated clock. Costs and sizes are the nodes' `cost` and `bytes`, else the means
 * measured so far, else equal. Calls that bodies will make are not known yet and count with the call that makes them.
 *
 * Several policies are weighed by simulation; a later run of the same calls on as many workers follows the one chosen.
 *
 * @throws DAG_NOT_A_FUTURE, DAG_OPTION, DAG_REMOVED, DAG_STORE_NOT_OPEN; DAG_CANNOT_KEY with a store.
 */
export function plan(targets: unknown, options: PlanOptions = {}): Plan {
  checkPlanOptions(options);
  const workers = options.workers ?? (typeof options.executor === 'object' ? options.executor.workers : 1);
  const { calls, cached, graph } = pictureOf([...new Set(targetsOf(targets))], options);
  const rank = rankTasks(graph, { workers, ...(options.effort === undefined ? {} : { effort: options.effort }) });
  const immediate = Uint8Array.from(calls, (future) => (future._spec.immediate ? 1 : 0));
  const order = invert(rank);
  const timeline = dryRun(graph, { order, workers, immediate });
  rememberPlan(calls, { rank, workers });
  const schedule = calls.map((future, task) => ({
    future,
    worker: timeline.worker[task] as number, // one entry per call, in every array
    start: timeline.start[task] as number,
    end: timeline.end[task] as number,
  }));
  schedule.sort((a, b) => a.start - b.start || a.end - b.end);
  const { makespan, peakBytes } = timeline;
  return { makespan, criticalPath: longestPath(graph, order), peakBytes, schedule, cached };
}

interface Picture {
  readonly calls: Future[];
  readonly cached: Future[];
  readonly graph: TaskGraph;
}

/** What the targets need, as tasks; calls that have their value are no tasks. */
function pictureOf(targets: readonly Future[], options: PlanOptions): Picture {
  const numbers = new Map<Future, number>();
  const calls: Future[] = [];
  const cached = new Set<Future>();
  const store = options.store ?? targets[0]?._graph?.store;
  const lookup = store === undefined ? undefined : lookupNow(store, 'plan()');
  const meet = (future: Future): void => {
    if (numbers.has(future) || cached.has(future)) return;
    if ((future._flags & REMOVED) !== 0) throw removedError(future);
    if (
      (future._flags & STATE_BITS) === DONE ||
      ((future._flags & ON_DISK) !== 0 && lookup?.peek(future) !== undefined)
    )
      cached.add(future);
    else {
      numbers.set(future, calls.length);
      calls.push(future);
    }
  };
  targets.forEach(meet);
  const rows: number[][] = [];
  for (const future of calls) {
    const row: number[] = [];
    eachArgument(future, (dependency) => {
      meet(dependency);
      const number = numbers.get(dependency);
      if (number !== undefined) row.push(number);
    });
    rows.push(row);
  }
  const offsets = new Int32Array(calls.length + 1);
  rows.forEach((row, task) => {
    offsets[task + 1] = (offsets[task] as number) + row.length;
  });
  const weights = weigh(calls);
  override(weights.cost, calls, options.cost);
  override(weights.bytes, calls, options.bytes);
  for (const target of targets) {
    const task = numbers.get(target);
    if (task !== undefined) weights.keep[task] = 1;
  }
  calls.forEach((future, task) => {
    if (future._spec.immediate) weights.cost[task] = 0;
  });
  return {
    calls,
    cached: [...cached],
    graph: { count: calls.length, offsets, dependencies: Int32Array.from(rows.flat()), ...weights },
  };
}

function override(numbers: Float64Array, calls: readonly Future[], estimate: PlanEstimate | undefined): void {
  if (estimate === undefined) return;
  calls.forEach((future, task) => {
    const given = typeof estimate === 'number' ? estimate : estimate(future);
    if (given !== undefined && given >= 0) numbers[task] = given;
  });
}

/** The largest sum of costs along any path. */
function longestPath({ offsets, dependencies, cost, count }: TaskGraph, order: Int32Array): number {
  const until = new Float64Array(count);
  let longest = 0;
  for (const task of order) {
    let ready = 0;
    for (let at = offsets[task] as number; at < (offsets[task + 1] as number); at += 1) {
      ready = Math.max(ready, until[dependencies[at] as number] as number);
    }
    until[task] = ready + (cost[task] as number);
    longest = Math.max(longest, until[task]);
  }
  return longest;
}

const estimateRule: OptionRule = {
  expected: 'a number of at least 0, or a function of the Future',
  allows: (value) => typeof value === 'function' || (typeof value === 'number' && value >= 0),
};

const RULES: OptionRules<PlanOptions> = {
  workers: {
    expected: 'a whole number of at least 1',
    allows: (value) => Number.isInteger(value) && (value as number) >= 1, // isInteger: a number
  },
  cost: estimateRule,
  bytes: estimateRule,
  executor: { expected: "'inline' or an executor", allows: (value) => value === 'inline' || isExecutor(value) },
  store: { expected: 'a store, such as a DiskStore', allows: isStore },
  effort: { expected: 'a number of at least 0', allows: (value) => typeof value === 'number' && value >= 0 },
};

function checkPlanOptions(options: PlanOptions): void {
  checkIsOptions(options, 'plan()');
  checkByRules(options, { subject: 'plan()', rules: RULES });
}
