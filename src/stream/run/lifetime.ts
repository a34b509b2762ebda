import { DagError } from '../../errors.js';
import type { Stage } from './stage.js';

/** When a run begins and when it is over, in milliseconds. */
export class Lifetime {
  readonly #pipeline: string;
  readonly #stages: readonly Stage[];
  #startedAt = 0;
  #endedAt: number | undefined;
  /** It is ready for items. */
  begun = false;
  /** Nothing comes of it any more. */
  over = false;

  /** @param stages are told when their time begins and ends. */
  constructor(pipeline: string, stages: readonly Stage[]) {
    this.#pipeline = pipeline;
    this.#stages = stages;
  }

  /** It is ready for items: its time begins. */
  begin(): void {
    this.#startedAt = performance.now();
    this.begun = true;
    for (const stage of this.#stages) stage.begin(this.#startedAt);
  }

  /** All its results are there: its time ends. The first of several counts. */
  stop(): void {
    if (this.#endedAt !== undefined) return;
    this.#endedAt = performance.now();
    for (const stage of this.#stages) stage.end(this.#endedAt);
  }

  /** It is over. */
  end(): void {
    this.over = true;
    this.stop();
  }

  /** Now, or when its time ended. */
  get now(): number {
    return this.#endedAt ?? performance.now();
  }

  /** From the beginning until {@link now}; 0 before. */
  get elapsed(): number {
    return this.begun ? this.now - this.#startedAt : 0;
  }

  /** Refuses what needs a run that is not over, and says why. @throws DAG_PIPELINE_OVER */
  check(why: string): void {
    if (this.over) throw this.error(why);
  }

  /** It is over, and why that matters. */
  error(why: string, state = 'over'): DagError {
    return new DagError('DAG_PIPELINE_OVER', { message: `The run of ${this.#pipeline} is ${state}. ${why}.` });
  }
}
