import { DagError, describeThrown } from '../../errors.js';

/** DAG_STORE_CORRUPT where the native code says that pages of the index are not what they should be; else what was thrown. */
export function asDamage(thrown: unknown): Error {
  const message = describeThrown(thrown);
  const isDamage = /MDB_(CORRUPTED|PAGE_NOTFOUND|PANIC|INVALID|BAD_TXN|PROBLEM)/.test(message);
  if (!isDamage && thrown instanceof Error) return thrown;
  return new DagError('DAG_STORE_CORRUPT', {
    message: `The index of a store is damaged: ${message}.`,
    remedy: 'Delete the folder of the store; its results are computed again.',
    cause: thrown,
  });
}

/** Says once that the index is damaged, where nobody waits for what is written. */
export class DamageWarning {
  #said = false;

  /** What is no damage is tried again later. */
  say(thrown: unknown): void {
    if (this.#said || !(thrown instanceof DagError)) return;
    this.#said = true;
    process.emitWarning(thrown.message, { code: thrown.code });
  }
}
