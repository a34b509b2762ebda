import { ListSchedule } from './list-schedule.js';
import type { LinkedGraph } from '../task-graph.js';

/**
 * Double justification: schedules the graph backwards from its end, what ended last first, and then forwards again in the
 * order of starts that this gives. Gaps before tasks that are pressed for time close; the makespan seldom grows.
 */
export class Justification {
  readonly #backwards: ListSchedule;
  readonly #list: Int32Array;

  constructor(graph: LinkedGraph, workers: number) {
    const { cost, dependents } = graph;
    this.#backwards = new ListSchedule({ dependencies: dependents, dependents: graph, cost, workers });
    this.#list = new Int32Array(graph.count);
  }

  /** The list by which to schedule again, from the events of a schedule. Overwritten by the next call. */
  improve(events: Int32Array): Int32Array {
    this.#backwards.run(lastEndFirst(events, this.#list));
    return lastEndFirst(this.#backwards.events, this.#list);
  }
}

/** Lists the tasks by the time at which they end, latest first. What ends last backwards starts first forwards. */
function lastEndFirst(events: Int32Array, list: Int32Array): Int32Array {
  let place = list.length;
  for (let at = 0; at < events.length; at++) {
    const event = events[at] as number;
    if (event < 0) list[--place] = ~event;
  }
  return list;
}
