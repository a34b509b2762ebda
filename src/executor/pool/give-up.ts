import { ownerOf, type Batch, type BatchOwner } from './batch.js';
import type { Blame } from './blame.js';

/** Hands back the jobs of a batch that was not sent, or fails them where there is something to blame. */
export function giveUp(batch: Batch, blame?: Blame): void {
  const owners = new Set<BatchOwner>();
  for (let index = 0; index < batch.jobs.length; index += 1) {
    batch.unpin(index);
    const job = batch.end(index);
    if (job === undefined) continue;
    ownerOf(job).lost(batch, job, blame);
    owners.add(ownerOf(job));
  }
  for (const owner of owners) owner.wake();
}
