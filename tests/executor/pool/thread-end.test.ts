import { describe, expect, it } from '@jest/globals';
import type { Batch } from '../../../src/executor/pool/batch.js';
import { blameOf, type ThreadEnd } from '../../../src/executor/pool/thread-end.js';

const end: ThreadEnd = {
  code: 1,
  error: undefined,
  verdict: undefined,
  up: true,
  jobs: 3,
  importing: 0,
  barren: 0,
};

/** As much of a batch as decides who is to blame. */
function batchOf({ id = 1, awaiting = [] as number[], nodes = 0 } = {}): Batch {
  return { id, awaiting: new Set(awaiting), nodes: new Array(nodes), imports: () => nodes > 0 } as unknown as Batch;
}

const batch = batchOf();

describe('the end of a thread', () => {
  it('is the fault of the job that ran, and of those that waited for a promise', () => {
    const waiting = batchOf({ awaiting: [0] });
    const lost = { batch: waiting, claimed: 3 };
    expect(blameOf({ ...lost, index: 0 }, end)?.code).toBe('DAG_WORKER_DIED');
    expect(blameOf({ ...lost, index: 1 }, end)).toBeUndefined();
    expect(blameOf({ ...lost, index: 2 }, end)?.code).toBe('DAG_WORKER_DIED');
    expect(blameOf({ ...lost, index: 3 }, end)).toBeUndefined();
  });

  it('is the fault of an import only on behalf of jobs that needed it', () => {
    const importing = { ...end, jobs: 0, importing: 1 };
    const lost = { index: 0, claimed: 0 };
    expect(blameOf({ ...lost, batch: batchOf({ nodes: 1 }) }, importing)).toMatchObject({
      code: 'DAG_MODULE_IMPORT',
      final: true,
    });
    // A batch without new nodes imported the module of a codec.
    expect(blameOf({ ...lost, batch }, importing)?.code).toBe('DAG_MODULE_IMPORT');
    expect(blameOf({ ...lost, batch: batchOf({ id: 2 }) }, importing)).toBeUndefined();
    // What was thrown may come from what an earlier body left behind.
    const stray = { ...importing, jobs: 1, error: { value: new Error('stray') } };
    expect(blameOf({ ...lost, batch: batchOf({ nodes: 1 }) }, stray)).toBeUndefined();
  });

  it('fails the jobs of a thread that did not start, or that follows others which ran nothing', () => {
    const lost = { batch, index: 1, claimed: 0 };
    expect(blameOf(lost, { ...end, up: false })).toMatchObject({ code: 'DAG_WORKER_DIED', final: true });
    expect(blameOf(lost, { ...end, barren: 3 })).toBeUndefined();
    expect(blameOf(lost, { ...end, barren: 4 })).toMatchObject({ code: 'DAG_WORKER_DIED', final: true });
  });

  it('that was decided is the fault of the job it was decided for; a closed pool fails all', () => {
    const timeout = { code: 'DAG_CALL_TIMEOUT', message: 'late' } as const;
    const late = { ...end, verdict: { job: { batch, index: 0 }, blame: timeout } };
    expect(blameOf({ batch, index: 0, claimed: 1 }, late)).toBe(timeout);
    expect(blameOf({ batch, index: 1, claimed: 1 }, late)).toBeUndefined();
    const closed = { code: 'DAG_POOL_CLOSED', message: 'closed' } as const;
    expect(blameOf({ batch, index: 1, claimed: 0 }, { ...end, verdict: { blame: closed } })).toBe(closed);
    const died = { code: 'DAG_WORKER_DIED', message: 'ended for another' } as const;
    expect(blameOf({ batch, index: 0, claimed: 1 }, { ...end, verdict: { blame: died } })).toBeUndefined();
  });
});
