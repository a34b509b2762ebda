import { depthFirstOrder } from './depth-first.js';
import { Justification } from './justification.js';
import { ListSchedule } from './list-schedule.js';
import { leastPossibleMakespan, longestPathOrder, remainingPath } from './longest-path.js';
import { orderByKey } from './order-by-key.js';
import type { Random } from './random.js';
import type { LinkedGraph } from './task-graph.js';
import { invert } from './task-order.js';

/** How far to search for a short schedule. */
export interface ShortestOptions {
  readonly workers: number;
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
/** By what share of the whole list a task is moved at most. */
const PLACE_NOISE = 0.2;

/**
 * Lists tasks so that list scheduling ends early: longest remaining path first, bettered by double justification, then the
 * same from perturbed lists, of paths and of the best list by turns. Stops where nothing can be gained: at the longer of
 * critical path and work / workers.
 */
export function shortestOrder(graph: LinkedGraph, { workers, effort, restarts, random }: ShortestOptions): ShortOrder {
  const remaining = remainingPath(graph, graph.cost);
  // The bound only says when to stop: not worth its sorting where a single list is all there is time for.
  const bound = effort < 4 * graph.count ? 0 : leastPossibleMakespan(graph, { remaining, workers });
  const search = new Search(graph, { workers, effort, bound });
  const first = longestPathOrder(remaining, depthFirstOrder(graph));
  search.try(first);
  for (let restart = 0; restart < restarts && search.open; restart++) {
    const keys = restart % 2 === 0 ? noisyPaths(remaining, random) : noisyPlaces(search.order, random);
    search.try(orderByKey(keys, first));
  }
  return {
    order: search.order,
    makespan: search.makespan,
    longestPathOrder: first,
    remaining,
    effort: effort - search.effort,
  };
}

/** The best of the lists that were tried. */
class Search {
  order = new Int32Array(0);
  makespan = Infinity;
  effort: number;

  readonly #bound: number;
  readonly #schedule: ListSchedule;
  readonly #justification: Justification;

  constructor(graph: LinkedGraph, { workers, effort, bound }: { workers: number; effort: number; bound: number }) {
    this.effort = effort;
    this.#bound = bound;
    this.#schedule = new ListSchedule({ dependencies: graph, dependents: graph.dependents, cost: graph.cost, workers });
    this.#justification = new Justification(graph, workers);
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
    }
    return makespan;
  }
}

function noisyPaths(remaining: Float64Array, random: Random): Float64Array {
  return remaining.map((path) => -path * (1 + PATH_NOISE * (2 * random() - 1)));
}

function noisyPlaces(order: Int32Array, random: Random): Float64Array {
  const keys = new Float64Array(order.length);
  invert(order).forEach((place, task) => (keys[task] = place + PLACE_NOISE * order.length * (2 * random() - 1)));
  return keys;
}
