import type { NodeFailure } from '../errors.js';
import { displayName } from './dependencies.js';
import type { Future } from './future.js';

/** What went wrong with a call, wherever its body ran. */
type CallFault = Required<Pick<NodeFailure, 'message' | 'remedy'>>;

/** A call took longer than its node allows. */
export function timedOut(future: Future, timeout: number): CallFault & { readonly code: 'DAG_CALL_TIMEOUT' } {
  return {
    code: 'DAG_CALL_TIMEOUT',
    message: `${displayName(future)} took longer than its timeout of ${timeout.toString()} ms.`,
    remedy: 'Raise `timeout`, or let the body follow `currentCall().signal`.',
  };
}

/** A body wrote into what it was only to read. */
export function wroteInput(future: Future): CallFault & { readonly code: 'DAG_INPUT_WRITTEN' } {
  return {
    code: 'DAG_INPUT_WRITTEN',
    message: `The body of ${displayName(future)} wrote into one of its inputs, which other calls may share.`,
    remedy: 'Write into a copy or into alloc(), or give the argument to the body with `donate`.',
  };
}
