import { describeThrown } from '../../errors.js';
import type { Batch } from './batch.js';
import type { Blame } from './blame.js';

/** Why a thread was ended on purpose. */
export interface Verdict {
  /** The one job that is to blame; without it, all are if the pool was closed, else none. */
  readonly job?: { readonly batch: Batch; readonly index: number };
  readonly blame: Blame;
}

/** What is known of a thread that has ended. */
export interface ThreadEnd {
  readonly code: number;
  /** What was thrown outside of bodies, if anything was. */
  readonly error: { readonly value: unknown } | undefined;
  readonly verdict: Verdict | undefined;
  /** Whether it had started. */
  readonly up: boolean;
  /** Jobs that had ended on it. */
  readonly jobs: number;
  /** Number of the batch whose modules it was importing; 0 for none. */
  readonly importing: number;
  /** Threads ended before it, one after the other, without having ended a job. */
  readonly barren: number;
}

/** A job that had not ended. */
export interface LostJob {
  readonly batch: Batch;
  readonly index: number;
  /** How many jobs of its batch had begun. */
  readonly claimed: number;
}

/** After so many threads that ended before any job did, those that come next are not to be had either. */
const BARREN = 4;

/** Whether a job that had not ended had to do with the end of its thread, and why that was; undefined: it is innocent. */
export function blameOf({ batch, index, claimed }: LostJob, end: ThreadEnd): Blame | undefined {
  const { verdict } = end;
  if (verdict !== undefined) {
    const { job, blame } = verdict;
    if (job === undefined) return blame.code === 'DAG_POOL_CLOSED' ? blame : undefined;
    return job.batch === batch && job.index === index ? blame : undefined;
  }
  const how = describeEnd(end);
  const thrown = end.error === undefined ? {} : { thrown: end.error };
  if (end.importing === batch.id) {
    // A batch that tells of no nodes had to do with the import of a codec's module.
    if (!batch.imports(index) && batch.nodes.length > 0) return undefined;
    // An exception from what earlier bodies left behind; on a thread that ran none, the import is to blame.
    if (end.error !== undefined && end.jobs > 0) return undefined;
    return {
      code: 'DAG_MODULE_IMPORT',
      message: `${how} while it imported the module of the node.`,
      remedy: 'Guard what a module does besides defining things with `isMainThread`.',
      final: true,
      ...thrown,
    };
  }
  if (!end.up || end.barren >= BARREN) {
    return {
      code: 'DAG_WORKER_DIED',
      message: `${how} before it had ${end.up ? 'run anything, as others before it' : 'started'}.`,
      remedy: 'Look at the options `execArgv`, `env` and `resourceLimits` of the pool.',
      final: true,
      ...thrown,
    };
  }
  // Of jobs that have begun without an end only the last can be running, unless they wait for a promise.
  if (!batch.awaiting.has(index) && index !== claimed - 1) return undefined;
  return { code: 'DAG_WORKER_DIED', message: `${how} while it ran the call.`, ...thrown };
}

function describeEnd({ code, error }: ThreadEnd): string {
  if (error === undefined) return `The worker exited with code ${code.toString()}`;
  const memory = (error.value as { code?: unknown } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return memory
    ? 'The worker ran out of memory'
    : `The worker was ended by an uncaught exception (${describeThrown(error.value)})`;
}
