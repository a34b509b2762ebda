/** Counts, per task, how many of its dependencies went into one bundle. Typed arrays, for it is asked for every task. */
export class FollowCounts {
  #bundles = new Int32Array(256);
  #counts = new Int32Array(256);

  /** Adds `edges` for a task, starting anew with each bundle, and gives the count. */
  add(task: number, edges: number, bundle: number): number {
    if (task >= this.#counts.length) this.#grow(task);
    const count = this.#bundles[task] === bundle ? (this.#counts[task] as number) + edges : edges; // in range by #grow
    this.#bundles[task] = bundle;
    this.#counts[task] = count;
    return count;
  }

  #grow(task: number): void {
    const length = Math.max(this.#counts.length * 2, task + 1);
    const bundles = new Int32Array(length);
    bundles.set(this.#bundles);
    const counts = new Int32Array(length);
    counts.set(this.#counts);
    this.#bundles = bundles;
    this.#counts = counts;
  }
}
