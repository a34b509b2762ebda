import { resolve, WorkerPool, type Resolved, type RunEvent } from 'lazydag';
import { decimal, table } from './text.js';

/** The same work, on the calling thread and on a pool. */
export interface Comparison<Value> {
  /** What the run on the pool gave. */
  readonly value: Value;
  /** What the run on the calling thread gave. */
  readonly inline: Value;
  /** A table of times, and where bodies ran. */
  readonly text: string;
}

/**
 * Resolves what `build` builds: on the calling thread, then, built anew each time, on `threads` threads. The first run there
 * starts the threads, which import the modules of the nodes and compile their bodies; the second finds them ready.
 */
export async function compare<Targets>(build: () => Targets, threads: number): Promise<Comparison<Resolved<Targets>>> {
  const inline = await timed(() => resolve(build()));

  await using pool = new WorkerPool({ threads });
  const first = await timed(() => resolve(build(), { executor: pool }));
  const ran = new Map<number, number>();
  const count = (event: RunEvent): void => {
    // Parts of what a call returns are no calls of their own.
    if (event.type === 'finished' && !event.name.includes('.')) ran.set(event.worker, (ran.get(event.worker) ?? 0) + 1);
  };
  const pooled = await timed(() => resolve(build(), { executor: pool, onEvent: count }));

  const row = (where: string, { time }: { time: number }): string[] => [
    where,
    decimal(time),
    decimal(inline.time / time, 2),
  ];
  const rows = [
    row('the calling thread', inline),
    row(`${String(threads)} threads, as they start`, first),
    row(`${String(threads)} threads`, pooled),
  ];
  const places = [...ran]
    .sort(([a], [b]) => a - b)
    .map(
      ([worker, calls]) => `${decimal(calls)} on ${worker === 0 ? 'the calling thread' : `thread ${String(worker)}`}`,
    );
  return {
    value: pooled.value,
    inline: inline.value,
    text: `${table(['run on', 'ms', 'speed-up'], rows)}\n  calls of the last run: ${places.join(', ')}`,
  };
}

async function timed<Value>(work: () => Promise<Value>): Promise<{ value: Value; time: number }> {
  const startedAt = performance.now();
  const value = await work();
  return { value, time: performance.now() - startedAt };
}
