import type { NodeFailure } from '../errors.js';
import type { Future } from './future.js';
import type { Scope } from './scope.js';

/** What becomes of a failed body: the parts of a NodeError that do not depend on who wanted the call. */
export interface JobFailure extends Pick<NodeFailure, 'code' | 'message'> {
  readonly remedy?: string;
  /** What the body threw; `cause` of the NodeError. Left out where nothing was thrown. */
  readonly thrown?: { readonly value: unknown };
  /** Trying again would fail in the same way. */
  readonly final?: boolean;
}

/** One attempt at a call, as an executor is given it. */
export interface Job {
  /** The call: its node, `this` and arguments, whose Futures have their values. */
  readonly future: Future;
  /** Which attempt it is, from 1. */
  readonly attempt: number;
  /** Positions of donated arguments that others may read, too: the body must get copies of them. */
  readonly copies: readonly number[];
  /** The run finds bodies that write into their inputs. */
  readonly debug: boolean;
  /** Somebody listens: each body is timed on its own. */
  readonly observed: boolean;
  /** Whether its value may stay where it is computed: a job that follows is the only one to use it. */
  readonly keeps: boolean;
  /** For the executor's own use: the session it was submitted to, what it was put into, and where in that it is. */
  session: object | undefined;
  batch: object | undefined;
  index: number;
  /** What it took, filled in before its end is told. */
  readonly record: JobRecord;
}

/** What an attempt took. */
export interface JobRecord {
  /** Which worker ran it, from 1; 0 where none did. */
  worker: number;
  /** Milliseconds since the process's time origin; 0 where it was not timed. */
  startedAt: number;
  /** Milliseconds that the body took; 0 where it was not timed. */
  duration: number;
  /** Milliseconds between being given to the executor and the start of the body; 0 where it was not timed. */
  queued: number;
  /** Bytes of buffers that went to the worker. */
  bytesIn: number;
  /** Bytes of buffers that came back. */
  bytesOut: number;
}

/** Whom an executor tells how jobs end. Each job ends once, unless it was cancelled. */
export interface JobHost<Of extends Job = Job> {
  /** The body returned `value`. Where it made calls, `scope` knows them, and they may stand in the value. */
  finished(job: Of, value: unknown, scope: Scope | undefined): void;
  /** The body returned a value that stays where it is, for a job that follows. Its end is that of the other. */
  kept(job: Of): void;
  /** An attempt failed. */
  failed(job: Of, failure: JobFailure): void;
  /** It did not run to its end, and that was not its fault: it is to be submitted again. */
  returned(job: Of): void;
  /** The call cannot leave this thread for the reason given; it was not run. */
  stays(job: Of, reason: JobFailure): void;
  /** The value of a call was copied into shared memory, and is to stand in its place: it is copied once. */
  shared(future: Future, value: unknown): void;
  /** How many calls are ready to be submitted. */
  readonly ready: number;
  /** The session takes jobs again, or some have ended. */
  wake(): void;
}

/** What an executor does for one run. */
export interface Session<Of extends Job = Job> {
  /** Whether this call should run elsewhere rather than on the calling thread. Asked before every start; cheap. */
  takes(future: Future): boolean;
  /** Whether no further job can be submitted for now; the host is woken when that changes. */
  readonly full: boolean;
  /** Takes a job over. It may be kept until {@link flush}. */
  submit(job: Of): void;
  /**
   * Takes over a job whose arguments are values of jobs submitted since the last `flush`, `inputs` among them, which
   * nobody else needs: their values stay where they are computed. False when it cannot.
   */
  follow(job: Of, inputs: readonly Of[]): boolean;
  /** Number of the bundle that the last job went into; jobs can follow only within one. */
  readonly bundle: number;
  /** Sends off what was submitted. */
  flush(): void;
  /** Nothing more can be submitted for now. Waits a few microseconds for what will be back as soon as that. */
  linger(): void;
  /** The result of a job is not wanted any more. */
  cancel(job: Of, reason: unknown): void;
  /** A look at what has come back, without waiting for the event loop. */
  poll(): void;
  /** The run needs nothing more. */
  close(): void;
}

/** Where bodies run. The resolver decides what runs when; an executor runs what it is given. */
export interface Executor {
  /** How figures and errors call it. */
  readonly name: string;
  /** How many bodies of plain computation can run at the same moment; what orders are computed for. */
  readonly workers: number;
  /** Every body that can be sent runs on it, however short it is. Default false. */
  readonly forced?: boolean;
  /** Begins to serve a run; undefined where every body should run on the calling thread. */
  open<Of extends Job>(host: JobHost<Of>): Session<Of> | undefined;
}

/** Whether a value can be an executor. */
export function isExecutor(value: unknown): value is Executor {
  return typeof value === 'object' && value !== null && 'open' in value && typeof value.open === 'function';
}
