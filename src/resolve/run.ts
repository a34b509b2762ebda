import { AsyncResource } from 'node:async_hooks';
import type { Session } from '../graph/executor.js';
import type { Future } from '../graph/future.js';
import type { ResolveOptions } from '../graph/run-options.js';
import type { Scope } from '../graph/scope.js';
import type { Activation } from './activation.js';
import { Held } from './held.js';
import type { Limiter } from './limiter.js';
import { bytesOf } from '../memory/buffers.js';
import { guarded } from '../graph/events.js';
import type { Seat } from '../graph/roster.js';
import type { RemoteJob } from './remote-job.js';
import type { Slot } from './slot.js';
import type { RunStore } from './stored/run-store.js';
import { Observer } from './observer.js';

/** How one target of a run ended. */
export type Outcome = PromiseSettledResult<unknown>;

/** What a run is told to do with its results. */
export interface RunSink {
  /** A target has its value or failed. */
  target?(future: Future, outcome: Outcome): void;
  /** The run is over; when it failed, `error` is what it rejects with. */
  end(error: unknown, failed: boolean): void;
}

/** Calls made by the bodies of a run and of the runs inside it. */
export class CallCount {
  count = 0;
}

/** What a run is made from. */
export interface RunParts {
  readonly queue: number;
  /** How many runs it is inside of. */
  readonly depth: number;
  readonly targets: readonly Future[];
  readonly options: ResolveOptions;
  /** Bodies of plain computation that can run at the same moment. */
  readonly workers: number;
  readonly limiter: Limiter;
  readonly observer: Observer | undefined;
  /** The scope of the body that called `resolve()`, if one did. */
  readonly caller: Scope | undefined;
  readonly sink: RunSink;
  readonly startedAt: number;
  readonly calls: CallCount;
  readonly now: () => number;
  readonly wake: (run: Run) => void;
  /** Keep the targets' values. Default true. */
  readonly keeps?: boolean;
  /** Nothing may be awaited. Default false. */
  readonly sync?: boolean;
}

/**
 * One call of `resolve()`: its targets, options and limits. Calls belong to the run that activated them; other runs
 * that want the same call wait for it.
 */
export class Run {
  readonly queue: number;
  readonly depth: number;
  readonly targets: readonly Future[];
  readonly options: ResolveOptions;
  /** What runs bodies elsewhere; undefined where all run on this thread. */
  session: Session<RemoteJob> | undefined = undefined;
  /** What it takes from a store and gives to it; undefined where it has none. */
  storing: RunStore | undefined = undefined;
  readonly limiter: Limiter;
  /** Whether bodies have to be counted. */
  readonly limited: boolean;
  /** Builds events; undefined while nobody listens. */
  observer: Observer | undefined;
  readonly caller: Scope | undefined;
  readonly sink: RunSink;
  readonly startedAt: number;
  /** Bodies run in the asynchronous context of the caller of `resolve()`. */
  readonly context = new AsyncResource('lazydag.run');
  /** Nothing asks for more around a body than the node itself. */
  simple: boolean;
  /** Whether targets keep their values after the run. */
  readonly keeps: boolean;
  /** Whether nothing may be awaited. */
  readonly sync: boolean;
  /** Its place among the runs that live; undefined before it is one of them. */
  seat: Seat<Run> | undefined = undefined;
  /** While what the run needs is still being found. */
  activation: Activation | undefined = undefined;
  /** Targets whose value the run holds, or will hold. */
  readonly held = new Held();
  /** The slot of the body that called, if limits apply to it: given back until the run ends. */
  paused: Slot | undefined = undefined;
  /** Lets the loop look at this run again; set by the resolver. */
  readonly wake: () => void;
  /** Targets that have neither value nor error yet. */
  remaining: number;
  /** The promise was settled; what still runs, runs for others. */
  over = false;
  /** Bodies of this run that wait for a promise. */
  awaiting = 0;
  /** Calls made by bodies. */
  readonly calls: CallCount;
  /** When `progress` was called last. */
  toldAt = 0;
  /** What must be undone at the end: listeners and timers. */
  readonly #cleanups: (() => void)[] = [];
  readonly #workers: number;
  readonly #now: () => number;
  /** Bytes of values that this run's calls hold, by call; counted only under `maxBytes`. */
  #bytes: Map<Future, number> | undefined;
  #liveBytes = 0;
  /** Bytes of the results that bodies at work are expected to give, likewise. */
  #expectedBytes = 0;

  constructor(parts: RunParts) {
    this.queue = parts.queue;
    this.depth = parts.depth;
    this.targets = parts.targets;
    this.options = parts.options;
    this.#workers = parts.workers;
    this.limiter = parts.limiter;
    this.limited = parts.limiter.limit !== Infinity;
    this.observer = parts.observer;
    this.caller = parts.caller;
    this.sink = parts.sink;
    this.startedAt = parts.startedAt;
    this.calls = parts.calls;
    this.remaining = parts.targets.length;
    this.keeps = parts.keeps ?? true;
    this.sync = parts.sync ?? false;
    this.#now = parts.now;
    // Not as a literal in the assignment: V8 allocates a function literal that is stored as a property among the old objects
    // at once, and from there it would carry the whole dead graph through every scavenge.
    const wake = (): void => {
      parts.wake(this);
    };
    this.wake = wake;
    this.simple =
      !this.limited &&
      parts.observer === undefined &&
      parts.options.debug !== true &&
      parts.options.maxBytes === undefined;
  }

  /** Bodies that can run at the same moment. */
  get workers(): number {
    const { limit } = this.limiter;
    return limit === Infinity ? this.#workers : Math.max(1, this.#workers > 1 ? Math.min(limit, this.#workers) : limit);
  }

  /** Builds events from now on, because a Graph listens. */
  observe(): void {
    this.observer ??= new Observer([], new Set(), this.#now);
    this.simple = false;
  }

  /** A call has its value, `stored` if that comes from the store; its inputs are still held. */
  finished(future: Future, value: unknown, stored: boolean): void {
    if (!stored) this.observer?.finished(future, value);
    this.observer?.consumed(future);
    if (this.options.maxBytes === undefined) return;
    const bytes = bytesOf(value);
    (this.#bytes ??= new Map<Future, number>()).set(future, bytes);
    this.#liveBytes += bytes;
  }

  /** A call's value was dropped. */
  released(future: Future): void {
    this.observer?.released(future);
    if (this.#bytes === undefined) return;
    this.#liveBytes -= this.#bytes.get(future) ?? 0;
    this.#bytes.delete(future);
  }

  /** Bytes of a call's live value; known only under `maxBytes`. */
  bytesOf(future: Future): number {
    return this.#bytes?.get(future) ?? 0;
  }

  /** Calls `progress`. */
  tell({ finished, added }: { readonly finished: number; readonly added: number }): void {
    const { progress } = this.options;
    if (progress !== undefined)
      guarded(() => {
        progress({ finished, known: added });
      });
  }

  /** A body begins or, with a negative number, ends that is expected to give so many bytes. */
  expect(bytes: number): void {
    this.#expectedBytes += bytes;
  }

  /** Whether a result of `bytes` more fits under `maxBytes`, beside those that are being computed. */
  hasRoom(bytes: number): boolean {
    const { maxBytes } = this.options;
    return maxBytes === undefined || this.#liveBytes + this.#expectedBytes + bytes <= maxBytes;
  }

  onEnd(cleanup: () => void): void {
    this.#cleanups.push(cleanup);
  }

  /** Settles the promise, once. */
  end(error: unknown, failed: boolean): void {
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
    this.sink.end(error, failed);
  }
}
