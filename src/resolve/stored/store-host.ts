import type { Future } from '../../graph/future.js';
import type { StoredEntry } from '../../graph/store.js';

/** What the store of a run asks of the rest of the resolver. */
export interface StoreHost {
  now(): number;
  /** Calls of all runs that are being read, or that somebody else computes. */
  readonly pending: Set<Future>;
  /** A call has its value from the store. */
  loaded(future: Future, entry: StoredEntry): void;
  /** A task begins, though no body runs. */
  begin(task: number, future: Future): void;
  /** What was there instead of a body gave this: the value, or a Future of it. */
  end(task: number, future: Future, result: unknown): void;
  /** Whether one call waits for another. */
  dependsOn(holder: Future, future: Future): boolean;
  /** A value of a call came too late: its memory goes back. */
  drop(future: Future, value: unknown): void;
  /** The store failed for a task. */
  fail(task: number, error: unknown): void;
  /** A task that could not start may start now. */
  requeue(task: number): void;
}
