import type { Runner } from './runner.js';
import type { Stage } from './stage.js';

/** What one step of a running pipeline has done. */
export interface StepStats {
  readonly name: string;
  /** Items that it was carried out for. */
  readonly count: number;
  /** Items that it works on now. */
  readonly active: number;
  /** Items that it can work on at once; Infinity where it only takes a part of a value. */
  readonly replicas: number;
  /** Items that it takes at once: more than `replicas` where some wait on the thread of its state. */
  readonly overlap: number;
  /** Milliseconds for one item, on the average, without its time in queues on the thread of a state. */
  readonly mean: number;
  /** Which part of the time it was at work: 1 when all the replicas that it had were, all the time. */
  readonly busy: number;
}

/** What a running pipeline has done. */
export interface PipelineStats {
  /** Items that were taken from the source, or came by `call()`. */
  readonly items: number;
  /** Items on their way. */
  readonly live: number;
  /** Results that nobody has taken. */
  readonly ready: number;
  /** Items per second since the first. */
  readonly rate: number;
  /** Milliseconds from the beginning of an item to its end, of one in 32: half, 95 and 99 in a hundred stayed below. */
  readonly latency: { readonly p50: number; readonly p95: number; readonly p99: number };
  readonly steps: readonly StepStats[];
  /** The step that is at work for the largest part of the time: the one to speed up, or to scale. */
  readonly bottleneck: string | undefined;
}

/** What a runner has done until `now`, in `elapsed` milliseconds. */
export function statsOf(
  runner: Runner,
  { now, elapsed, ready }: { readonly now: number; readonly elapsed: number; readonly ready: number },
): PipelineStats {
  const steps = runner.stages.map((stage) => stepStats(stage, now));
  const [p50 = Number.NaN, p95 = Number.NaN, p99 = Number.NaN] = runner.latencies.percentiles([0.5, 0.95, 0.99]);
  const items = runner.lines[0]?.begun ?? 0;
  let busiest: StepStats | undefined;
  for (const step of steps) if (step.busy > (busiest?.busy ?? 0)) busiest = step;
  return {
    items,
    live: runner.live,
    ready,
    rate: elapsed > 0 ? (items * 1000) / elapsed : 0,
    latency: { p50, p95, p99 },
    steps,
    bottleneck: busiest?.name,
  };
}

function stepStats(stage: Stage, now: number): StepStats {
  const { step, times, active, replicas, overlap } = stage;
  return {
    name: step.name,
    count: times.count,
    active,
    replicas,
    overlap,
    mean: times.mean,
    busy: stage.busyUntil(now),
  };
}
