import { depthFirstOrder } from './depth-first.js';
import { Justification } from './justification.js';
import type { ListSchedule } from './list-schedule.js';
import { leastPossibleMakespan, longestPathOrder, remainingPath } from './longest-path.js';
import { orderByKey } from './order-by-key.js';
import type { Random } from './random.js';
import type { LinkedGraph } from '../task-graph.js';
import { invert } from './task-order.js';

/** How far to search for a short schedule. */
export interface ShortestOptions {
  /** Schedules the graph for its workers. Overwritten. */
  readonly schedule: ListSchedule;
  /** Tasks that may be simulated. One schedule is made in any case. */
  readonly effort: number;
  /** Perturbed lists to start from after the first. */
  readonly restarts: number;
  readonly random: Random;
}

/** A list of tasks by importance, as they start, and when the last of them ends. */
export interface ShortOrder {
  readonly order: Int32Array;
  readonly makespan: number;
  /** What happens in it, as in `ListSchedule`. */
  readonly events: Int32Array;
  /** The depth-first order by which ties were broken. */
  readonly depthFirst: Int32Array;
  /** The list by longest remaining path from which the search began. */
  readonly longestPathOrder: Int32Array;
  /** The longest remaining path of each task. */
  readonly remaining: Float64Array;
  /** Tasks that were simulated to find it. */
  readonly effort: number;
}

/** By what share a remaining path is lengthened or shortened at most. */
const PATH_NOISE = 0.3;
/** Sums of the same costs in another order differ by less than this. */
const CLOSE = 1 + 1e-9;
/** By what share of the whole list a task is moved at most, and how many places at least. */
const PLACE_NOISE = 0.2;
const FEWEST_PLACES = 3;

/**
 * Lists tasks so that list scheduling ends early: longest remaining path first, bettered by double justification, then the
 * same from perturbed lists, of paths and of the best list by turns. Stops where nothing can be gained: at the longer of
 * critical path and work / workers.
 */
export function shortestOrder(graph: LinkedGraph, { schedule, effort, restarts, random }: ShortestOptions): ShortOrder {
  const remaining = remainingPath(graph, graph.cost);
  // The bound only says when to stop: not worth its sorting where a single list is all there is time for.
  const bound = effort < 4 * graph.count ? 0 : leastPossibleMakespan(graph, { remaining, workers: schedule.workers });
  const search = new Search(graph, { schedule, effort, bound });
  const depthFirst = depthFirstOrder(graph);
  const first = longestPathOrder(remaining, depthFirst);
  search.try(first);
  for (let restart = 0; restart < restarts && search.open; restart++) {
    const keys = restart % 2 === 0 ? noisyPaths(remaining, random) : noisyPlaces(search.order, random);
    search.try(orderByKey(keys, first));
  }
  return {
    order: search.order,
    makespan: search.makespan,
    events: search.events,
    depthFirst,
    longestPathOrder: first,
    remaining,
    effort: effort - search.effort,
  };
}

/** The best of the lists that were tried. */
class Search {
  order = new Int32Array(0);
  events = new Int32Array(0);
  makespan = Infinity;
  effort: number;

  readonly #bound: number;
  readonly #schedule: ListSchedule;
  readonly #graph: LinkedGraph;
  #justification: Justification | undefined;

  constructor(
    graph: LinkedGraph,
    { schedule, effort, bound }: { schedule: ListSchedule; effort: number; bound: number },
  ) {
    this.effort = effort;
    this.#bound = bound;
    this.#graph = graph;
    this.#schedule = schedule;
  }

  /** Whether something may still be gained, with effort for another schedule and its justification. */
  get open(): boolean {
    return this.makespan > this.#bound * CLOSE && this.effort >= 3 * this.#schedule.order.length;
  }

  /** Schedules by a list, and justifies until that gains nothing more. */
  try(list: Int32Array): void {
    let makespan = this.#run(list);
    while (this.open) {
      this.effort -= list.length;
      this.#justification ??= new Justification(this.#graph, this.#schedule.workers);
      const justified = this.#run(this.#justification.improve(this.#schedule.events));
      if (justified >= makespan) break;
      makespan = justified;
    }
  }

  #run(list: Int32Array): number {
    this.effort -= list.length;
    const makespan = this.#schedule.run(list);
    if (makespan < this.makespan) {
      this.makespan = makespan;
      this.order = this.#schedule.order.slice();
      this.events = this.#schedule.events.slice();
    }
    return makespan;
  }
}

function noisyPaths(remaining: Float64Array, random: Random): Float64Array {
  return remaining.map((path) => -path * (1 + PATH_NOISE * (2 * random() - 1)));
}

function noisyPlaces(order: Int32Array, random: Random): Float64Array {
  const keys = new Float64Array(order.length);
  const reach = Math.max(FEWEST_PLACES, PLACE_NOISE * order.length);
  invert(order).forEach((place, task) => (keys[task] = place + reach * (2 * random() - 1)));
  return keys;
}
