import type { ListSchedule } from './list-schedule.js';
import { LiveBytes } from './live-bytes.js';
import type { LinkedGraph } from '../task-graph.js';

/** Weighs one list of tasks after the other on the same graph and workers, and counts what that costs. */
export class Trial {
  /** The outcome of the last `run`: when the last task ended, and the most bytes live at once. */
  makespan = 0;
  peakBytes = 0;
  /** Where in `order` the task is whose start made the peak. */
  peakAt = 0;
  /** The tasks as they started. Overwritten by the next `run`. */
  order: Int32Array;
  /** Tasks that may still be simulated. Falls below 0 when a caller does not look. */
  effort: number;

  readonly graph: LinkedGraph;
  readonly #schedule: ListSchedule | undefined;
  readonly #liveBytes: LiveBytes;

  /** @param options.schedule schedules for several workers; without it one worker runs the tasks as listed */
  constructor(graph: LinkedGraph, { effort, schedule }: { effort: number; schedule?: ListSchedule }) {
    this.graph = graph;
    this.effort = effort;
    this.order = new Int32Array(graph.count);
    this.#liveBytes = new LiveBytes(graph);
    this.#schedule = schedule;
    if (schedule === undefined) for (const cost of graph.cost) this.makespan += cost;
  }

  /** The peak of a schedule that has been made already; `events` as in `ListSchedule`. */
  weigh(events: Int32Array): number {
    return this.#liveBytes.peak(events);
  }

  /** Runs the tasks; for one worker `list` must name each after its dependencies. */
  run(list: Int32Array): void {
    this.effort -= list.length;
    if (this.#schedule === undefined) {
      this.order = list;
      this.peakBytes = this.#liveBytes.peakInOrder(list);
    } else {
      this.makespan = this.#schedule.run(list);
      this.order = this.#schedule.order;
      this.peakBytes = this.#liveBytes.peak(this.#schedule.events);
    }
    this.peakAt = this.#liveBytes.peakAt;
  }
}
