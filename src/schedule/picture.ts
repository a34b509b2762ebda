import type { Scheduler } from './scheduler.js';
import type { TaskGraph } from './task-graph.js';

/** What a policy is told of tasks besides their edges. */
export type TaskWeights = Pick<TaskGraph, 'cost' | 'bytes' | 'keep' | 'priority'>;

/** Scratch above this many entries is given back by `trim`. */
const ROOM_KEPT = 1 << 16;

/** Makes pictures of waiting tasks for policies. */
export class Painter {
  /** Scratch: where a task stands in the list of the picture at hand; -1 everywhere between pictures. */
  #position = new Int32Array(0);

  /**
   * The tasks of `list` as policies look at them: numbered by position, with the edges among them in the order of
   * arguments. O(tasks + dependencies), however many other tasks the scheduler has.
   */
  paint(scheduler: Scheduler, list: Int32Array, weights: TaskWeights): TaskGraph {
    if (this.#position.length < scheduler.top) this.#position = new Int32Array(2 * scheduler.top).fill(-1);
    const position = this.#position;
    const count = list.length;
    list.forEach((task, index) => {
      position[task] = index;
    });
    const offsets = new Int32Array(count + 1);
    let edges = 0;
    const countEdge = (input: number): void => {
      if (position[input] !== -1) edges += 1;
    };
    for (let index = 0; index < count; index += 1) {
      scheduler.eachInput(list[index] as number, countEdge);
      offsets[index + 1] = edges;
    }
    const dependencies = new Int32Array(edges);
    let at = 0;
    const enterEdge = (input: number): void => {
      const number = position[input] as number;
      if (number !== -1) dependencies[(at -= 1)] = number;
    };
    for (let index = 0; index < count; index += 1) {
      // Edges come from the last argument on.
      at = offsets[index + 1] as number;
      scheduler.eachInput(list[index] as number, enterEdge);
    }
    list.forEach((task) => {
      position[task] = -1;
    });
    return { count, offsets, dependencies, ...weights };
  }

  /** Gives large scratch memory back. */
  trim(): void {
    if (this.#position.length > ROOM_KEPT) this.#position = new Int32Array(0);
  }
}
