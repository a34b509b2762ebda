import type { Job, JobRecord } from '../graph/executor.js';
import type { Future } from '../graph/future.js';
import { estimatedBytes } from './ordering.js';
import type { Run } from './run.js';
import type { Place } from './slot.js';

/** What a job is made from. */
export interface RemoteJobParts {
  readonly task: number;
  readonly future: Future;
  readonly run: Run;
  readonly attempt: number;
  readonly copies: readonly number[];
  /** The limits that the call was entered into. */
  readonly places: readonly Place[];
}

const NO_JOBS: readonly RemoteJob[] = [];

/** One attempt at a call that runs elsewhere. */
export class RemoteJob implements Job {
  readonly task: number;
  readonly future: Future;
  readonly run: Run;
  readonly attempt: number;
  readonly copies: readonly number[];
  readonly debug: boolean;
  readonly observed: boolean;
  /** The job that uses its value where it is computed. */
  follower: RemoteJob | undefined = undefined;
  /** Jobs whose values stay where they are computed until this one has used them. */
  inputs: readonly RemoteJob[] = NO_JOBS;
  batch: object | undefined = undefined;
  index = 0;
  /** Its value is there, but stays where it was computed. */
  kept = false;
  /** It has come to its end, or nobody waits for that any more. */
  over = false;
  readonly #places: readonly Place[];
  /** Bytes that the run expects of it; counted only under `maxBytes`. */
  readonly #expected: number;
  #record: JobRecord | undefined;

  constructor({ task, future, run, attempt, copies, places }: RemoteJobParts) {
    this.task = task;
    this.future = future;
    this.run = run;
    this.attempt = attempt;
    this.copies = copies;
    this.debug = run.options.debug === true;
    this.observed = run.observer !== undefined;
    this.#places = places;
    this.#expected = run.options.maxBytes === undefined ? 0 : estimatedBytes(future);
    if (this.#expected > 0) run.expect(this.#expected);
    run.awaiting += 1;
  }

  get keeps(): boolean {
    return this.follower !== undefined;
  }

  get record(): JobRecord {
    return (this.#record ??= { worker: 0, startedAt: 0, duration: 0, queued: 0, bytesIn: 0, bytesOut: 0 });
  }

  /** Gives back what it took up, once. */
  close(): void {
    if (this.over) return;
    this.over = true;
    this.run.awaiting -= 1;
    if (this.#expected > 0) this.run.expect(-this.#expected);
    for (const place of this.#places) place.leave();
  }
}

/** The jobs whose values a job used where they were computed, theirs included, in the order in which they ended. */
export function inputsOf(job: RemoteJob): readonly RemoteJob[] {
  if (job.inputs.length === 0) return NO_JOBS;
  const ordered: RemoteJob[] = [];
  const stack = [...job.inputs];
  for (let input = stack.pop(); input !== undefined; input = stack.pop()) {
    ordered.push(input);
    stack.push(...input.inputs);
  }
  return ordered.reverse();
}
