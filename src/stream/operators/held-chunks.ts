import { DagError } from '../../errors.js';

/** The chunks of a snapshot, as an array that may be changed. @throws DAG_SNAPSHOT when they are none. */
export function heldChunks(state: unknown, subject: string): unknown[] {
  if (Array.isArray(state)) return [...(state as unknown[])];
  throw new DagError('DAG_SNAPSHOT', {
    message: `${subject} can only be restored from the chunks that it held.`,
    remedy: `Give what snapshot() of another ${subject} gave.`,
  });
}
