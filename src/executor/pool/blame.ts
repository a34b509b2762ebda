import { describeThrown } from '../../errors.js';

/** Why a job was lost by its own fault. */
export interface Blame {
  readonly code:
    | 'DAG_CANNOT_TRAVEL'
    | 'DAG_WORKER_DIED'
    | 'DAG_CALL_TIMEOUT'
    | 'DAG_POOL_CLOSED'
    | 'DAG_MODULE_IMPORT'
    | 'DAG_OPTION';
  readonly message: string;
  readonly remedy?: string;
  readonly thrown?: { readonly value: unknown };
  readonly final?: boolean;
}

/** Of all that still was to run on a pool that was closed. */
export const POOL_CLOSED: Blame = {
  code: 'DAG_POOL_CLOSED',
  message: 'The pool was closed before the call had ended.',
  remedy: 'Close a pool when the runs that use it are over.',
  final: true,
};

/** Of all that is to run on a pool that is closed already. */
export const POOL_IS_CLOSED: Blame = {
  code: 'DAG_POOL_CLOSED',
  message: 'The pool is closed.',
  remedy: 'Make another with new WorkerPool(), or close this one later.',
  final: true,
};

/** Of all that is to run on a pool none of whose threads can be made. `error`: why. */
export function cannotStart(error: unknown): Blame {
  return {
    code: 'DAG_OPTION',
    message: `No thread of the pool can be made: ${describeThrown(error)}.`,
    remedy: 'Look at the options `execArgv`, `env` and `resourceLimits` of the pool.',
    thrown: { value: error },
    final: true,
  };
}
