import { DagError, describeThrown } from '../errors.js';
import type { Future } from '../graph/future.js';
import { KEPT, PERSISTED, TARGETED } from '../graph/future.js';
import { wholeOf } from '../graph/dependencies.js';
import type { Estimate } from '../graph/options.js';
import { depthFirstRank } from '../schedule/policy/depth-first.js';
import { rankTasks } from '../schedule/policy/rank.js';
import { plannedOrder } from './planned.js';
import type { Painter, TaskWeights } from '../schedule/picture.js';
import type { Scheduler } from '../schedule/scheduler.js';
import type { Sampled } from '../graph/spec.js';

/** Up to so many tasks, policies are weighed against each other by simulation when estimates are known. */
const WEIGHED_UP_TO = 10_000;
/** Tasks that are simulated in a fiftieth of a millisecond, or less. */
const SIMULATED_PER_MS = 200;
/** Tasks that may be simulated in all before a run begins. */
const RUN_EFFORT = 100_000;

/** What is known of tasks besides their dependencies: nothing; sampled sizes or priorities; the user's own estimates. */
export const NOTHING = 0;
const HINTS = 1;
const ESTIMATES = 2;
export type Knowledge = typeof NOTHING | typeof HINTS | typeof ESTIMATES;

/** What an order is computed from. */
export interface OrderParts {
  readonly scheduler: Scheduler;
  readonly painter: Painter;
  /** The tasks, in the order in which they were found: dependents before their dependencies. */
  readonly tasks: Int32Array;
  readonly futureOf: (task: number) => Future;
  /** Bodies that can run at the same moment. */
  readonly workers: number;
  /** Some task waits for several others. */
  readonly joins: boolean;
  /** Some task waits for another. */
  readonly edges: boolean;
  /** How much is known of the tasks. */
  readonly knowledge: Knowledge;
}

/**
 * The order in which to consider new tasks. Chains need none; graphs without estimates go depth first; with the user's
 * estimates, policies are simulated and the best is taken, as `plan()` does with more effort.
 */
export function orderTasks(parts: OrderParts): Int32Array {
  const { scheduler, painter, tasks, joins, knowledge, workers } = parts;
  const planned = plannedOrder(tasks, parts.futureOf, workers);
  if (planned !== undefined) return planned;
  // One worker finishes what it began; several take the first of all that is ready, and must not begin all branches.
  if (knowledge === NOTHING && !(workers > 1 ? parts.edges : joins)) return tasks.slice().reverse();
  const effort = effortFor(parts);
  const weights =
    knowledge === NOTHING && effort === 0
      ? equalWeights(tasks, parts.futureOf)
      : weigh(Array.from(tasks, parts.futureOf));
  const picture = painter.paint(scheduler, tasks, weights);
  return inOrder(tasks, effort > 0 ? rankTasks(picture, { workers, effort }) : depthFirstRank(picture));
}

/**
 * How many tasks may be simulated in search of an order; 0 for none. With the user's estimates as many as a run may. With
 * measured costs, where several workers can save time, so many that the search takes a small part of the run.
 */
function effortFor({ tasks, futureOf, joins, knowledge, workers }: OrderParts): number {
  if (tasks.length > WEIGHED_UP_TO) return 0;
  if (knowledge === ESTIMATES) return RUN_EFFORT;
  if (workers === 1 || !joins) return 0;
  let milliseconds = 0;
  for (const task of tasks) milliseconds += futureOf(task)._spec.identity.cost.mean;
  const effort = Math.min(RUN_EFFORT, (milliseconds / workers) * SIMULATED_PER_MS);
  return effort < 2 * tasks.length ? 0 : effort;
}

/** The tasks sorted by their ranks. */
function inOrder(tasks: Int32Array, rank: Int32Array): Int32Array {
  const order = new Int32Array(tasks.length);
  for (let index = 0; index < tasks.length; index += 1) order[rank[index] as number] = tasks[index] as number;
  return order;
}

function isKept(future: Future): boolean {
  return (future._flags & (KEPT | PERSISTED | TARGETED)) !== 0;
}

function equalWeights(tasks: Int32Array, futureOf: (task: number) => Future): TaskWeights {
  const ones = new Float64Array(tasks.length).fill(1);
  return {
    cost: ones,
    bytes: ones,
    keep: Uint8Array.from(tasks, (task) => (isKept(futureOf(task)) ? 1 : 0)),
    priority: undefined,
  };
}

/** Costs, sizes and priorities: the node's estimates, else the means seen so far, else the mean of those that are known. */
export function weigh(calls: readonly Future[]): TaskWeights {
  const cost = new Float64Array(calls.length);
  const bytes = new Float64Array(calls.length);
  const keep = new Uint8Array(calls.length);
  const priority = new Float64Array(calls.length);
  let prioritised = false;
  for (const [index, future] of calls.entries()) {
    const { options, identity } = future._spec;
    cost[index] = estimate(options.cost, future, identity.cost);
    bytes[index] = future._spec.immediate ? partBytes(future) : estimate(options.bytes, future, identity.bytes);
    keep[index] = isKept(future) ? 1 : 0;
    priority[index] = options.priority ?? 0;
    prioritised ||= options.priority !== undefined;
  }
  fillUnknown(cost);
  fillUnknown(bytes);
  return { cost, bytes, keep, priority: prioritised ? priority : undefined };
}

/** What is known of one call that an order could use. */
export function knowledgeOf(future: Future): Knowledge {
  const spec = future._spec;
  if (spec.estimated) return ESTIMATES;
  return spec.prioritised || spec.identity.sized ? HINTS : NOTHING;
}

/** Bytes that a call's result is expected to have; 0 where nothing is known. */
export function estimatedBytes(future: Future): number {
  const { options, identity } = future._spec;
  let bytes: number;
  try {
    bytes = future._spec.immediate ? partBytes(future) : estimate(options.bytes, future, identity.bytes);
  } catch {
    return 0; // the order of the run asks for the same estimate and says what is wrong
  }
  return Number.isNaN(bytes) ? 0 : bytes;
}

/** Parts share the bytes of their whole equally. */
function partBytes(future: Future): number {
  const whole = wholeOf(future);
  const { outputs, options, identity } = whole._spec;
  const parts = typeof outputs === 'number' ? outputs : (outputs?.length ?? 1);
  return estimate(options.bytes, whole, identity.bytes) / parts;
}

function estimate(given: Estimate | undefined, future: Future, sampled: Sampled): number {
  if (typeof given === 'number') return given;
  if (given !== undefined) {
    const estimated = Number(callEstimate(given as (...args: readonly unknown[]) => unknown, future)); // the node's own function
    return estimated >= 0 && estimated < Infinity ? estimated : Number.NaN;
  }
  return sampled.count > 0 ? sampled.mean : Number.NaN;
}

/** @throws DAG_OPTION */
function callEstimate(given: (...args: readonly unknown[]) => unknown, future: Future): unknown {
  try {
    return given(...future._args);
  } catch (cause) {
    throw new DagError('DAG_OPTION', {
      message: `\`cost\` or \`bytes\` of ${future._spec.name} must give a number, but failed: ${describeThrown(cause)}.`,
      remedy: 'Futures among its arguments have no values yet.',
      cause,
    });
  }
}

/** Puts the mean of the known numbers in place of the unknown ones; 1 where none is known. */
function fillUnknown(numbers: Float64Array): void {
  let sum = 0;
  let known = 0;
  for (const number of numbers) {
    if (!Number.isNaN(number)) {
      sum += number;
      known += 1;
    }
  }
  const mean = known === 0 ? 1 : sum / known;
  for (let index = 0; index < numbers.length; index += 1) if (Number.isNaN(numbers[index])) numbers[index] = mean;
}
