import { DagError } from '../errors.js';
import { argumentValues } from '../executor/inline.js';
import { Future, KEPT, PERSISTED } from '../graph/future.js';
import { displayName } from '../graph/dependencies.js';
import { eachBuffer } from '../memory/buffers.js';
import { duplicate } from '../memory/duplicate.js';
import type { BufferLedger } from '../memory/ledger.js';
import type { Scheduler } from '../schedule/scheduler.js';

/** The two ledgers that decide whether a buffer may be overwritten. */
export interface Ledgers {
  readonly scheduler: Scheduler;
  readonly ledger: BufferLedger;
}

/**
 * Which of the arguments that a call may write into it must be given as copies. A donated argument is handed over as it is
 * when nobody else can see its buffers: it is a Future's value in shared memory, this call is its last consumer, it is
 * neither kept nor persisted, no other value lies on the buffer, and the call is not retried.
 *
 * @throws DAG_DONATE
 */
export function positionsToCopy(future: Future, ledgers: Ledgers): readonly number[] {
  const { donate, retries = 0 } = future._spec.options;
  if (donate === undefined) return NONE;
  const count = future._args.length;
  return donate.filter((position) => {
    if (position >= count) {
      throw new DagError('DAG_DONATE', {
        message: `\`donate\` of ${displayName(future)} names argument ${position.toString()}, but the call has ${count.toString()}.`,
        remedy: 'Count arguments from 0.',
      });
    }
    return retries > 0 || !isSole(future._args[position], ledgers);
  });
}

const NONE: readonly number[] = [];

/**
 * The arguments of a call that may write into some of them: copies of those that others can see.
 *
 * @throws DAG_DONATE
 */
export function donatedArguments(future: Future, ledgers: Ledgers): unknown[] {
  const positions = positionsToCopy(future, ledgers);
  const values = argumentValues(future);
  for (const position of positions) values[position] = duplicate(values[position]);
  return values;
}

function isSole(argument: unknown, { scheduler, ledger }: Ledgers): boolean {
  if (!(argument instanceof Future) || (argument._flags & (KEPT | PERSISTED)) !== 0) return false;
  if (argument._slot === -1 || scheduler.consumers(argument._slot) !== 1) return false;
  let sole = true;
  const meet = (buffer: ArrayBufferLike): void => {
    sole &&= ledger.solelyHeld(buffer);
  };
  eachBuffer(argument._value, {
    view: (view) => {
      meet(view.buffer);
    },
    buffer: meet,
  });
  return sole;
}
