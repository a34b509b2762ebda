import type { Future } from './future.js';

/** What a run measured of one call. */
export interface CallRecord {
  /** Milliseconds since the process's time origin. */
  startedAt: number;
  /** Milliseconds. */
  duration: number;
  /** Bytes of the value's buffers and strings. */
  bytes: number;
  /** 0 is the calling thread. */
  worker: number;
}

/** Kept beside the Futures: most runs record nothing, and a Future should not pay for it. */
export const callRecords = new WeakMap<Future, CallRecord>();

/** Stacks of calls made under `debug`, unformatted. */
export const callSites = new WeakMap<Future, Error>();
