import type { Future } from '../graph/future.js';
import type { Scope } from '../graph/scope.js';
import { estimatedBytes } from './ordering.js';
import type { Run } from './run.js';
import type { Slot } from './slot.js';

/** What an attempt is made from. */
export interface AttemptParts {
  readonly task: number;
  readonly future: Future;
  readonly run: Run;
  readonly scope: Scope;
  /** Its places under the limits that apply. */
  readonly slot: Slot | undefined;
  /** Fingerprints of the inputs before the body ran, under `debug`. */
  readonly fingerprint: string | undefined;
  readonly startedAt: number;
}

/** One go at the body of a call, from its start until its result, failure or abort. */
export class Attempt {
  readonly task: number;
  readonly future: Future;
  readonly run: Run;
  readonly scope: Scope;
  readonly fingerprint: string | undefined;
  readonly startedAt: number;
  readonly #slot: Slot | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** Bytes that the run expects of it; counted only under `maxBytes`. */
  readonly #expected: number;

  constructor(parts: AttemptParts) {
    this.task = parts.task;
    this.future = parts.future;
    this.run = parts.run;
    this.scope = parts.scope;
    this.fingerprint = parts.fingerprint;
    this.startedAt = parts.startedAt;
    this.#slot = parts.slot;
    this.#expected = parts.run.options.maxBytes === undefined ? 0 : estimatedBytes(parts.future);
    parts.run.expect(this.#expected);
  }

  /** Calls `expire` unless the attempt ends within `timeout` milliseconds. */
  limit(timeout: number, expire: () => void): void {
    if (timeout < 2 ** 31) this.#timer = setTimeout(expire, timeout);
  }

  /** Ends the attempt, once; whatever its body still does is of no use. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.run.expect(-this.#expected);
    this.#slot?.close();
  }

  get closed(): boolean {
    return this.#closed;
  }
}
