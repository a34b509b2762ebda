import { thread } from '../../graph/thread.js';
import type { Running } from './running.js';
import type { PipelineStats } from './stats.js';

/** Each member of a run, doing nothing. */
type InertRun = { readonly [Member in keyof Running<readonly never[], never>]: () => unknown };

/**
 * A run for a module that a thread of a pool imports: the main thread does what it asks for. What would wait waits for
 * ever; what answers at once does, so that nodes behind it are found, too.
 */
export function inertRun(): InertRun {
  const never = (): Promise<never> => {
    thread.halt();
    return new Promise(() => undefined);
  };
  const run: InertRun = {
    next: never,
    return: never,
    throw: never,
    pull: never,
    call: never,
    close: never,
    drain: never,
    snapshot: never,
    set: () => 0,
    reset: () => 0,
    scale: () => undefined,
    stats: noStats,
    [Symbol.asyncDispose]: never,
    [Symbol.asyncIterator]: () => run,
  };
  return run;
}

function noStats(): PipelineStats {
  const latency = { p50: Number.NaN, p95: Number.NaN, p99: Number.NaN };
  return { items: 0, live: 0, ready: 0, rate: 0, latency, steps: [], bottleneck: undefined };
}
