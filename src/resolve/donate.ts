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
 * The arguments of a call that may write into some of them. A donated argument is handed over as it is when nobody else
 * can see its buffers: it is a Future's value in shared memory, this call is its last consumer, it is neither kept nor
 * persisted, no other value lies on the buffer, and the call is not retried. Else the body gets a copy.
 *
 * @throws DAG_DONATE
 */
export function donatedArguments(future: Future, ledgers: Ledgers): unknown[] {
  const { donate = [], retries = 0 } = future._spec.options;
  const values = argumentValues(future);
  for (const position of donate) {
    if (position >= values.length) {
      throw new DagError('DAG_DONATE', {
        message: `\`donate\` of ${displayName(future)} names argument ${position.toString()}, but the call has ${values.length.toString()}.`,
        remedy: 'Count arguments from 0.',
      });
    }
    if (retries > 0 || !isSole(future._args[position], ledgers)) values[position] = duplicate(values[position]);
  }
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
