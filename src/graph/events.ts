import type { Future } from './future.js';
import { guests } from './guests.js';

interface CallEvent<Type extends string> {
  readonly type: Type;
  /** The call that the event is about. */
  readonly future: Future;
  /** Name of the call's node. */
  readonly name: string;
  /** Milliseconds since the process's time origin (`performance.now()`). */
  readonly at: number;
}

/** A call was found to be needed by a run. */
export type ActivatedEvent = CallEvent<'activated'>;
/** A body began. */
export type StartedEvent = CallEvent<'started'> & { readonly attempt: number };
/** A call has its value. */
export type FinishedEvent = CallEvent<'finished'> & {
  /** Milliseconds from the start of the body to the value; for an expanded call its nested calls included. */
  readonly duration: number;
  /** Bytes of the value's buffers and strings. */
  readonly bytes: number;
  /** Which worker ran the body; 0 is the calling thread. */
  readonly worker: number;
  /** Milliseconds between being given to an executor and the start of the body; 0 on the calling thread. */
  readonly queued: number;
  /** Bytes of buffers that went to the worker; what was in shared memory is counted, too, though it was not copied. */
  readonly bytesIn: number;
  /** Bytes of buffers that came back from it, likewise. */
  readonly bytesOut: number;
};
/** A call runs on the calling thread though its executor would have run it elsewhere; told once per node. */
export type StayedEvent = CallEvent<'stayed'> & {
  /** Why it cannot leave, as an error would say it. */
  readonly reason: string;
};
/** A call failed for good. */
export type FailedEvent = CallEvent<'failed'> & { readonly error: unknown };
/** A call failed and is tried again. */
export type RetriedEvent = CallEvent<'retried'> & { readonly attempt: number; readonly error: unknown };
/** A body returned Futures; the call waits for them. */
export type ExpandedEvent = CallEvent<'expanded'>;
/** One dependent of a value finished, another (`by`) still waits for the value. */
export type StillNeededEvent = CallEvent<'still-needed'> & { readonly by: Future };
/** A value was dropped after its last dependent. */
export type ReleasedEvent = CallEvent<'released'> & { readonly bytes: number };
/** A call needs nothing more of the run. */
export type DeactivatedEvent = CallEvent<'deactivated'>;
/** A needed call already had its value and was not run. */
export type CachedEvent = CallEvent<'cached'>;
/** A call did not run because a dependency failed, or because nobody wants it any more. */
export type SkippedEvent = CallEvent<'skipped'>;
/** A running call was aborted. */
export type AbortedEvent = CallEvent<'aborted'>;
/** A run began. */
export interface RunStartedEvent {
  readonly type: 'run-started';
  /** Number of targets. */
  readonly targets: number;
  /** Milliseconds since the process's time origin. */
  readonly at: number;
}
/** A run ended, well or not. */
export interface RunFinishedEvent {
  readonly type: 'run-finished';
  /** Milliseconds since the process's time origin. */
  readonly at: number;
  /** Milliseconds from the start of the run. */
  readonly duration: number;
  /** What the run rejected with, if it did. */
  readonly error?: unknown;
}

/** What happens during a run, in order. Built only when somebody listens. */
export type RunEvent =
  | ActivatedEvent
  | StartedEvent
  | FinishedEvent
  | FailedEvent
  | StayedEvent
  | RetriedEvent
  | ExpandedEvent
  | StillNeededEvent
  | ReleasedEvent
  | DeactivatedEvent
  | CachedEvent
  | SkippedEvent
  | AbortedEvent
  | RunStartedEvent
  | RunFinishedEvent;

/** Is called with each event as it happens; what it throws is reported as an uncaught exception and stops nothing. */
export type RunListener = (event: RunEvent) => void;

/** Hands an event to a listener without letting it harm the run. */
export function deliver(listener: RunListener, event: RunEvent): void {
  guarded(() => {
    listener(event);
  });
}

/** Calls a callback of the user's that must not change the outcome of a run; what it throws is an uncaught exception. */
export function guarded(callback: () => void): void {
  try {
    guests.call(callback);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
