import { bytesOf } from '../memory/buffers.js';
import { callRecords } from '../graph/call-record.js';
import { displayName, eachArgument } from '../graph/dependencies.js';
import { deliver, type RunEvent, type RunListener } from '../graph/events.js';
import type { JobRecord } from '../graph/executor.js';
import type { Future } from '../graph/future.js';
import type { Graph } from '../graph/graph.js';

/** What every event about a call has. */
function base<Type extends string>(
  type: Type,
  future: Future,
  at: number,
): { type: Type; future: Future; name: string; at: number } {
  return { type, future, name: displayName(future), at };
}

/**
 * Builds the events of calls that somebody listens to and delivers them: to the run that owns the call and to the
 * call's Graph. Runs without listeners have no observer and pay nothing.
 */
export class Observer {
  readonly #listeners: readonly RunListener[];
  readonly #graphs: ReadonlySet<Graph>;
  readonly #now: () => number;
  /** Dependents that still need a value, while it lives. */
  readonly #needed = new Map<Future, Set<Future>>();
  readonly #startedAt = new Map<Future, number>();
  /** Calls that started, and are to begin again. */
  readonly #returned = new WeakSet<Future>();
  /** Calls of which a body elsewhere was only the beginning. */
  readonly #expanded = new Set<Future>();
  /** What bodies took that ran elsewhere, of calls that have not finished. */
  readonly #elsewhere = new Map<Future, JobRecord>();

  /**
   * @param listeners of the run.
   * @param graphs whose listeners hear of the run as a whole; of a call hears its own Graph.
   */
  constructor(listeners: readonly RunListener[], graphs: ReadonlySet<Graph>, now: () => number) {
    this.#listeners = listeners;
    this.#graphs = graphs;
    this.#now = now;
  }

  runStarted(targets: number): void {
    this.#emit({ type: 'run-started', targets, at: this.#now() }, undefined);
  }

  runFinished(startedAt: number, error: unknown): void {
    const at = this.#now();
    this.#emit(
      { type: 'run-finished', at, duration: at - startedAt, ...(error === undefined ? {} : { error }) },
      undefined,
    );
  }

  activated(future: Future): void {
    this.#emit(base('activated', future, this.#now()), future);
    eachArgument(future, (dependency) => {
      const dependents = this.#needed.get(dependency);
      if (dependents === undefined) this.#needed.set(dependency, new Set([future]));
      else dependents.add(future);
    });
  }

  cached(future: Future): void {
    this.#emit(base('cached', future, this.#now()), future);
  }

  started(future: Future, attempt: number): void {
    const at = this.#now();
    this.#startedAt.set(future, at);
    if (this.#returned.delete(future)) return;
    this.#emit({ ...base('started', future, at), attempt }, future);
  }

  /** An attempt that had started is begun again somewhere else: it starts once for those who listen. */
  returned(future: Future): void {
    this.#returned.add(future);
  }

  /** The call has its value; its inputs are still held. */
  finished(future: Future, value: unknown): void {
    const at = this.#now();
    const taken = this.#elsewhere.get(future);
    const { worker = 0, queued = 0, bytesIn = 0, bytesOut = 0 } = taken ?? {};
    const startedAt = taken?.startedAt ?? this.#startedAt.get(future) ?? at;
    this.#startedAt.delete(future);
    this.#elsewhere.delete(future);
    // Of a value that stayed where it was computed, only the worker knows the size.
    const bytes = value === undefined ? bytesOut : bytesOf(value);
    const duration = taken === undefined || this.#expanded.delete(future) ? at - startedAt : taken.duration;
    callRecords.set(future, { startedAt, duration, bytes, worker });
    this.#emit({ ...base('finished', future, at), duration, bytes, worker, queued, bytesIn, bytesOut }, future);
  }

  /** A body ran elsewhere, and this is what it took; its call has not finished yet. */
  measured(future: Future, record: JobRecord): void {
    this.#elsewhere.set(future, record);
  }

  stayed(future: Future, reason: string): void {
    this.#emit({ ...base('stayed', future, this.#now()), reason }, future);
  }

  expanded(future: Future): void {
    if (this.#elsewhere.has(future)) this.#expanded.add(future);
    this.#emit(base('expanded', future, this.#now()), future);
  }

  /** Before the call's inputs lose it as a consumer: tells which of them others still need. */
  consumed(future: Future): void {
    eachArgument(future, (dependency) => {
      const dependents = this.#needed.get(dependency);
      if (dependents?.delete(future) !== true) return;
      const [by] = dependents;
      if (by === undefined) this.#needed.delete(dependency);
      else this.#emit({ ...base('still-needed', dependency, this.#now()), by }, dependency);
    });
  }

  deactivated(future: Future): void {
    this.#emit(base('deactivated', future, this.#now()), future);
  }

  released(future: Future): void {
    this.#needed.delete(future);
    const bytes = callRecords.get(future)?.bytes ?? 0;
    this.#emit({ ...base('released', future, this.#now()), bytes }, future);
  }

  failed(future: Future, error: unknown): void {
    this.#forget(future);
    this.#emit({ ...base('failed', future, this.#now()), error }, future);
  }

  retried(future: Future, attempt: number, error: unknown): void {
    this.#emit({ ...base('retried', future, this.#now()), attempt, error }, future);
  }

  skipped(future: Future): void {
    this.#forget(future);
    this.#emit(base('skipped', future, this.#now()), future);
  }

  aborted(future: Future): void {
    this.#forget(future);
    this.#emit(base('aborted', future, this.#now()), future);
  }

  /** The call ends without a value: it needs nothing any more. */
  #forget(future: Future): void {
    this.#returned.delete(future);
    this.#startedAt.delete(future);
    this.#elsewhere.delete(future);
    this.#expanded.delete(future);
    eachArgument(future, (dependency) => {
      const dependents = this.#needed.get(dependency);
      dependents?.delete(future);
      if (dependents?.size === 0) this.#needed.delete(dependency);
    });
  }

  #emit(event: RunEvent, future: Future | undefined): void {
    for (const listener of this.#listeners) deliver(listener, event);
    if (future !== undefined) future._graph?._emit(event);
    else for (const graph of this.#graphs) graph._emit(event);
  }
}
