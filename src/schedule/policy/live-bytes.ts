import type { LinkedGraph } from '../task-graph.js';

/**
 * Counts the bytes that are live while tasks start and end. A value is live from the start of its task until its last
 * dependent has ended (or, when nothing depends on it, until it has ended itself), and for ever where it is kept.
 * Made once for a graph, so that thousands of schedules are weighed without allocating.
 */
export class LiveBytes {
  /** How many tasks had started before the one whose start made the last peak. */
  peakAt = 0;

  readonly #graph: LinkedGraph;
  readonly #dependentsLeft: Int32Array;

  constructor(graph: LinkedGraph) {
    this.#graph = graph;
    this.#dependentsLeft = new Int32Array(graph.count);
  }

  /** The most bytes live at once; `events` as in `ListSchedule`: a task where it starts, its complement where it ends. */
  peak(events: Int32Array): number {
    const { bytes } = this.#graph;
    this.#dependentsLeft.set(this.#graph.dependentCounts);
    let live = 0;
    let peak = 0;
    let started = 0;
    this.peakAt = 0;
    for (let at = 0; at < events.length; at++) {
      const event = events[at] as number;
      if (event < 0) {
        live -= this.#release(~event);
        continue;
      }
      live += bytes[event] as number;
      if (live > peak) {
        peak = live;
        this.peakAt = started;
      }
      started++;
    }
    return peak;
  }

  /** The same for tasks that run one at a time in `order`. */
  peakInOrder(order: Int32Array): number {
    const { bytes } = this.#graph;
    this.#dependentsLeft.set(this.#graph.dependentCounts);
    let live = 0;
    let peak = 0;
    this.peakAt = 0;
    for (let at = 0; at < order.length; at++) {
      const task = order[at] as number;
      live += bytes[task] as number;
      if (live > peak) {
        peak = live;
        this.peakAt = at;
      }
      live -= this.#release(task);
    }
    return peak;
  }

  /** Ends a task and returns the bytes that nobody needs from then on. */
  #release(task: number): number {
    const { offsets, dependencies, bytes, keep } = this.#graph;
    const dependentsLeft = this.#dependentsLeft;
    let released = 0;
    const end = offsets[task + 1] as number;
    for (let at = offsets[task] as number; at < end; at++) {
      const dependency = dependencies[at] as number;
      const left = (dependentsLeft[dependency] as number) - 1;
      dependentsLeft[dependency] = left;
      if (left === 0 && keep[dependency] === 0) released += bytes[dependency] as number;
    }
    if (dependentsLeft[task] === 0 && keep[task] === 0) released += bytes[task] as number;
    return released;
  }
}

/** No schedule has a lower peak: a task holds its value and those it reads, and what is kept is all there in the end. */
export function leastPossiblePeak({ count, offsets, dependencies, bytes, keep }: LinkedGraph): number {
  let most = 0;
  let kept = 0;
  for (let task = 0; task < count; task++) {
    if (keep[task] === 1) kept += bytes[task] as number;
    let held = bytes[task] as number;
    const end = offsets[task + 1] as number;
    for (let at = offsets[task] as number; at < end; at++) held += bytes[dependencies[at] as number] as number;
    most = Math.max(most, held);
  }
  return Math.max(most, kept);
}
