import { ownerOf, type Batch, type Cancellation } from './batch.js';
import { CLOCK, clockWord, type DownMessage } from './messages.js';
import type { Verdict } from './thread-end.js';

/** When a thread is blocked by a job that is not wanted any more. */
const NEVER = 0;
const NOW = 1;
const LATER = 2;
/** Milliseconds between two looks at a job that may block its thread later. */
const LEAST_GRACE = 50;

/** What is watched of a thread. */
export interface Watched {
  readonly over: boolean;
  /** How many jobs of a batch have begun. */
  claimed(batch: Batch): number;
  /** When the last job with a time limit began, as a clock word. */
  readonly begunAt: number;
  /** Whether some body runs that does not wait for a promise. */
  readonly isRunning: boolean;
  post(message: DownMessage): void;
  /** Ends the thread. */
  terminate(verdict: Verdict): void;
}

/** Sees to it that jobs of one thread end in time: those with a time limit, and those that are not wanted any more. */
export class Deadlines {
  readonly #thread: Watched;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Cancellations that the thread has not heard of. */
  readonly #unheard = new Set<string>();

  constructor(thread: Watched) {
    this.#thread = thread;
  }

  /** Lets a batch with one job run for so long from the start of its body. */
  limit(batch: Batch, timeout: number): void {
    const look = (): void => {
      if (this.#thread.over) return;
      const begunAt = batch.begunAt ?? (this.#thread.claimed(batch) === 0 ? undefined : this.#thread.begunAt);
      const now = clockWord(performance.timeOrigin + performance.now());
      const left = begunAt === undefined ? timeout : timeout - ((now - begunAt + CLOCK) % CLOCK);
      if (left > 0) batch.timer = setTimeout(look, Math.max(1, left));
      else {
        const [job] = batch.jobs;
        if (job !== undefined) ownerOf(job).expired(batch, job);
      }
    };
    if (timeout < CLOCK) batch.timer = setTimeout(look, timeout);
  }

  /** A job that runs, or is yet to begin, is given some time to end, and then its thread is ended. */
  watch(batch: Batch, index: number, { grace }: Cancellation): void {
    this.#afterGrace(grace, () => {
      if (batch.jobs[index] === undefined || batch.awaiting.has(index)) return NEVER;
      const claimed = this.#thread.claimed(batch);
      return claimed === index + 1 ? NOW : claimed <= index ? LATER : NEVER;
    });
  }

  /** Tells the body of a job that waits for a promise that it is not wanted; a thread that does not hear it is ended. */
  tell(batch: Batch, index: number, { reason, grace }: Cancellation): void {
    const key = keyOf(batch.id, index);
    this.#unheard.add(key);
    this.#thread.post({ type: 'cancel', batch: batch.id, index, reason });
    this.#afterGrace(grace, () => (!this.#unheard.has(key) ? NEVER : this.#thread.isRunning ? LATER : NOW));
  }

  /** The thread has heard that a job is not wanted. */
  heard(batch: number, index: number): void {
    this.#unheard.delete(keyOf(batch, index));
  }

  /** Ends the thread after a while if it is blocked by then; asks again while that may yet come. */
  #afterGrace(grace: number, blocked: () => typeof NEVER | typeof NOW | typeof LATER): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const when = this.#thread.over ? NEVER : blocked();
      if (when === LATER) this.#afterGrace(Math.max(grace, LEAST_GRACE), blocked);
      if (when !== NOW) return;
      this.#thread.terminate({
        blame: { code: 'DAG_WORKER_DIED', message: 'The worker was ended because an aborted call did not end.' },
      });
    }, grace).unref();
    this.#timers.add(timer);
  }

  /** The thread has ended. */
  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

function keyOf(batch: number, index: number): string {
  return `${batch.toString()}:${index.toString()}`;
}
