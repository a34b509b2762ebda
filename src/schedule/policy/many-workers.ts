import { depthFirstOrder } from './depth-first.js';
import { freeFirstOrder } from './free-first.js';
import { ListSchedule, listProblem } from './list-schedule.js';
import { leastPossiblePeak } from './live-bytes.js';
import { orderByKey } from './order-by-key.js';
import { lowerPeak } from './peak-descent.js';
import type { Random } from './random.js';
import { shortestOrder, type ShortOrder } from './shortest.js';
import type { LinkedGraph } from '../task-graph.js';
import { invert } from './task-order.js';
import { Trial } from './trial.js';

/** By what share of the shortest schedule one may be longer that needs less memory. */
const TOLERANCE = 0.02;
/** With how many tasks of unknown size as much is given up for memory as with known sizes; with fewer, less. */
const MANY = 10_000;
/** How many perturbed lists to schedule in search of a short one. */
const RESTARTS = 64;
/** How many changes to the best list to try in search of one that needs less memory. */
const TRIES = 1_000;
/** Shares of the longest-path list in mixtures with one made for little memory. */
const SHARES = [0.1, 0.25, 0.5];
/** Shares of the critical path within which remaining paths count as equal. */
const GRAINS = [0.2, 0.5];

/** What a search may use. */
export interface SearchOptions {
  readonly workers: number;
  /** Tasks that may be simulated. */
  readonly effort: number;
  readonly random: Random;
}

/**
 * Lists the tasks so that several workers end early, and among lists that end within 2 % of the best takes the one that
 * needs least memory. Sizes that are all equal count as unknown: then time is given up for memory only as far as there are
 * many tasks, whose values must weigh something together.
 */
export function quickOrder(graph: LinkedGraph, { workers, effort, random }: SearchOptions): Int32Array {
  const { count } = graph;
  const schedule = new ListSchedule(listProblem(graph, workers));
  const short = shortestOrder(graph, { schedule, effort: effort / 2, restarts: RESTARTS, random });
  const tolerance = sizesDiffer(graph) ? TOLERANCE : TOLERANCE * Math.min(1, count / MANY);
  const longest = short.makespan * (1 + tolerance);
  const lowest = leastPossiblePeak(graph);
  const trial = new Trial(graph, { schedule, effort: effort - short.effort });
  let best = short.order;
  let peak = trial.weigh(short.events);
  if (peak <= lowest) return best;
  for (const list of compromises(graph, short)) {
    trial.run(list);
    if (trial.makespan <= longest && trial.peakBytes < peak) {
      peak = trial.peakBytes;
      best = trial.order.slice();
    }
    // Not before the first, depth first: longest path first may hold nearly all values of a large graph at once.
    if (peak <= lowest || trial.effort < count) break;
  }
  if (peak <= lowest || trial.effort < 2 * count) return best;
  return lowerPeak(trial, { order: best, longest, lowest, tries: TRIES, random });
}

/** Orders that hold little, and lists between them and longest path first: the nearer to that, the longer values wait. */
function* compromises(
  graph: LinkedGraph,
  { depthFirst, remaining, longestPathOrder }: ShortOrder,
): Generator<Int32Array> {
  yield depthFirst;
  const places = invert(longestPathOrder);
  const criticalPath = remaining[longestPathOrder[0] as number] as number;
  for (const sinks of ['heaviest', 'given'] as const) {
    const saving = freeFirstOrder(graph, sinks === 'given' ? depthFirst : depthFirstOrder(graph, { sinks }));
    yield saving;
    const savingPlaces = invert(saving);
    const keys = new Float64Array(graph.count);
    for (const share of SHARES) {
      for (let task = 0; task < graph.count; task++) {
        keys[task] = share * (places[task] as number) + (1 - share) * (savingPlaces[task] as number);
      }
      yield orderByKey(keys, saving);
    }
    if (criticalPath === 0) continue;
    for (const grain of GRAINS) {
      for (let task = 0; task < graph.count; task++) {
        keys[task] = -Math.floor((remaining[task] as number) / (grain * criticalPath));
      }
      yield orderByKey(keys, saving);
    }
  }
  yield longestPathOrder;
}

function sizesDiffer({ bytes }: LinkedGraph): boolean {
  return bytes.some((size) => size !== bytes[0]);
}
