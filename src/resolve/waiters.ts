import type { Run } from './run.js';

/** Which runs have a task among their targets, while it has neither value nor error. Nearly always it is one. */
export class Waiters {
  readonly #runs: (Run | Run[] | undefined)[] = [];
  #size = 0;

  /** How many tasks runs wait for. */
  get size(): number {
    return this.#size;
  }

  /** A run waits for a task; gives whether it did not before. */
  add(task: number, run: Run): boolean {
    const present = this.#runs[task];
    if (present === undefined) {
      this.#runs[task] = run;
      this.#size += 1;
      return true;
    }
    if (!Array.isArray(present)) {
      if (present === run) return false;
      this.#runs[task] = [present, run];
      return true;
    }
    // A run enters all its targets at once, so that it stands last.
    if (present.at(-1) === run) return false;
    present.push(run);
    return true;
  }

  /** The runs that wait for a task, which do so no more; one run by itself. */
  take(task: number): Run | readonly Run[] | undefined {
    if (this.#size === 0) return undefined;
    const runs = this.#runs[task];
    if (runs === undefined) return undefined;
    this.#runs[task] = undefined;
    this.#size -= 1;
    return runs;
  }

  /** A run waits for a task no more; gives whether it did. */
  remove(task: number, run: Run): boolean {
    const present = this.#runs[task];
    if (present === run) {
      this.take(task);
      return true;
    }
    if (!Array.isArray(present) || !present.includes(run)) return false;
    const left = present.filter((other) => other !== run);
    this.#runs[task] = left.length === 1 ? left[0] : left;
    return true;
  }

  /** Gives memory back when no task is left. */
  trim(): void {
    if (this.#size === 0) this.#runs.length = 0;
  }
}

/** The runs that {@link Waiters.take} gave. */
export function eachRun(runs: Run | readonly Run[], found: (run: Run) => void): void {
  if (isList(runs)) runs.forEach(found);
  else found(runs);
}

/** Whether {@link Waiters.take} gave several runs. */
export function isList(runs: Run | readonly Run[]): runs is readonly Run[] {
  return Array.isArray(runs);
}
