import type { Job, JobRecord } from '../graph/executor.js';
import type { Future } from '../graph/future.js';
import type { Run } from './run.js';
import type { Place } from './slot.js';

/** What only few jobs have. */
export interface JobDetails {
  readonly attempt: number;
  readonly copies: readonly number[];
  /** The limits that the call was entered into. */
  readonly places: readonly Place[];
  /** Bytes that the run expects of it; counted only under `maxBytes`. */
  readonly expected: number;
}

/** Details of a first attempt that is not limited and needs no copies. */
export const PLAIN: JobDetails = { attempt: 1, copies: [], places: [], expected: 0 };

const NO_JOBS: readonly RemoteJob[] = [];

/** What is known of a job. */
const OBSERVED = 1;
const KEPT = 2;
const OVER = 4;

/** The jobs that it has to do with. */
interface Ties {
  follower: RemoteJob | undefined;
  inputs: readonly RemoteJob[];
}

/** One attempt at a call that runs elsewhere. There are many: what only few of them need lies apart. */
export class RemoteJob implements Job {
  readonly task: number;
  readonly future: Future;
  readonly run: Run;
  session: object | undefined = undefined;
  batch: object | undefined = undefined;
  index = 0;
  readonly #details: JobDetails;
  #flags: number;
  #ties: Ties | undefined = undefined;
  #record: JobRecord | undefined = undefined;

  constructor(task: number, future: Future, run: Run, details: JobDetails) {
    this.task = task;
    this.future = future;
    this.run = run;
    this.#details = details;
    this.#flags = run.observer === undefined ? 0 : OBSERVED;
    run.expect(details.expected);
    run.awaiting += 1;
  }

  get attempt(): number {
    return this.#details.attempt;
  }

  get copies(): readonly number[] {
    return this.#details.copies;
  }

  get debug(): boolean {
    return this.run.options.debug === true;
  }

  get observed(): boolean {
    return (this.#flags & OBSERVED) !== 0;
  }

  get keeps(): boolean {
    return this.follower !== undefined;
  }

  /** Its value is there, but stays where it was computed. */
  get kept(): boolean {
    return (this.#flags & KEPT) !== 0;
  }

  /** It has come to its end, or nobody waits for that any more. */
  get over(): boolean {
    return (this.#flags & OVER) !== 0;
  }

  /** The job that uses its value where it is computed. */
  get follower(): RemoteJob | undefined {
    return this.#ties?.follower;
  }

  /** Jobs whose values stay where they are computed until this one has used them. */
  get inputs(): readonly RemoteJob[] {
    return this.#ties?.inputs ?? NO_JOBS;
  }

  get record(): JobRecord {
    return (this.#record ??= { worker: 0, startedAt: 0, duration: 0, queued: 0, bytesIn: 0, bytesOut: 0 });
  }

  /** Lets it use the values of others where they are computed. */
  follow(inputs: readonly RemoteJob[]): void {
    this.#tie.inputs = inputs;
    for (const input of inputs) input.#tie.follower = this;
  }

  get #tie(): Ties {
    return (this.#ties ??= { follower: undefined, inputs: NO_JOBS });
  }

  /** Its value stays where it was computed. */
  keep(): void {
    this.#flags |= KEPT;
  }

  /** Gives back what it took up, once. */
  close(): void {
    if (this.over) return;
    this.#flags |= OVER;
    this.run.awaiting -= 1;
    const { expected, places } = this.#details;
    this.run.expect(-expected);
    for (const place of places) place.leave();
  }
}

/** The jobs whose values a job used where they were computed, theirs included, in the order in which they ended. */
export function inputsOf(job: RemoteJob): readonly RemoteJob[] {
  const { inputs } = job;
  if (inputs.length === 0) return NO_JOBS;
  const ordered: RemoteJob[] = [];
  const stack = [...inputs];
  for (let input = stack.pop(); input !== undefined; input = stack.pop()) {
    ordered.push(input);
    stack.push(...input.inputs);
  }
  return ordered.reverse();
}
