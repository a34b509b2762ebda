import type { LinkedGraph } from '../task-graph.js';

/**
 * Follows tasks that run one at a time: how many dependencies each still waits for, and by how many bytes each would
 * change what is live if it ran now. `run` costs O(dependencies + dependents) and allocates nothing.
 */
export class Frontier {
  /** Dependencies that have not run yet; 0 where a task is ready or has run. */
  readonly waitingFor: Int32Array;
  /** Bytes that are live after the task beyond those before it: its value less the values of which it is the last use. */
  readonly growth: Float64Array;
  /** The tasks that the last `run` brought nearer: ready or waiting for one dependency only, or of lesser growth than before. */
  readonly nearer: Int32Array;
  nearerCount = 0;

  readonly #graph: LinkedGraph;
  readonly #dependentsLeft: Int32Array;
  // The exclusive or of all that is left names the last one without any list.
  readonly #dependencySum: Int32Array;
  readonly #dependentSum: Int32Array;

  constructor(graph: LinkedGraph) {
    const { count, offsets, dependencies, bytes, keep } = graph;
    this.#graph = graph;
    this.waitingFor = graph.dependencyCounts.slice();
    this.#dependentsLeft = graph.dependentCounts.slice();
    this.#dependencySum = new Int32Array(count);
    this.#dependentSum = new Int32Array(count);
    this.growth = new Float64Array(count);
    this.nearer = new Int32Array(mostNeighbours(graph));
    for (let task = 0; task < count; task++) {
      let sum = 0;
      const end = offsets[task + 1] as number;
      for (let at = offsets[task] as number; at < end; at++) {
        const dependency = dependencies[at] as number;
        sum ^= dependency;
        this.#dependentSum[dependency] = (this.#dependentSum[dependency] as number) ^ task;
      }
      this.#dependencySum[task] = sum;
      // A value that nobody needs goes as soon as it comes.
      const stays = keep[task] === 1 || (this.#dependentsLeft[task] as number) > 0;
      this.growth[task] = stays ? (bytes[task] as number) : 0;
    }
    for (let task = 0; task < count; task++) if (this.#dependentsLeft[task] === 1) this.#lessenLastUse(task);
  }

  /** The one dependency that a task still waits for; -1 when there are more or none. */
  lastDependency(task: number): number {
    return this.waitingFor[task] === 1 ? (this.#dependencySum[task] as number) : -1;
  }

  /** The one dependent of a task that has not run; -1 when there are more or none. */
  lastDependent(task: number): number {
    return this.#dependentsLeft[task] === 1 ? (this.#dependentSum[task] as number) : -1;
  }

  /** Runs a ready task. */
  run(task: number): void {
    const { offsets, dependencies, dependents } = this.#graph;
    const waitingFor = this.waitingFor;
    this.nearerCount = 0;
    const end = offsets[task + 1] as number;
    for (let at = offsets[task] as number; at < end; at++) {
      const dependency = dependencies[at] as number;
      const left = (this.#dependentsLeft[dependency] as number) - 1;
      this.#dependentsLeft[dependency] = left;
      this.#dependentSum[dependency] = (this.#dependentSum[dependency] as number) ^ task;
      if (left === 1) this.nearer[this.nearerCount++] = this.#lessenLastUse(dependency);
    }
    const last = dependents.offsets[task + 1] as number;
    for (let at = dependents.offsets[task] as number; at < last; at++) {
      const dependent = dependents.dependencies[at] as number;
      const left = (waitingFor[dependent] as number) - 1;
      waitingFor[dependent] = left;
      this.#dependencySum[dependent] = (this.#dependencySum[dependent] as number) ^ task;
      if (left <= 1) this.nearer[this.nearerCount++] = dependent;
    }
  }

  /** Takes the value of `task` off the growth of the only task that still needs it, and returns that one. */
  #lessenLastUse(task: number): number {
    const user = this.#dependentSum[task] as number;
    if (this.#graph.keep[task] === 0)
      this.growth[user] = (this.growth[user] as number) - (this.#graph.bytes[task] as number);
    return user;
  }
}

function mostNeighbours({ count, dependencyCounts, dependentCounts }: LinkedGraph): number {
  let most = 0;
  for (let task = 0; task < count; task++) {
    most = Math.max(most, (dependencyCounts[task] as number) + (dependentCounts[task] as number));
  }
  return most;
}
