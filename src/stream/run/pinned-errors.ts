import { DagError, describeThrown, messageOf, NodeError } from '../../errors.js';
import { LOST } from './pinned-nodes.js';

/** How a step had to do with the end of its thread: it was under way there, or had not begun. */
export type Loss = 'ran' | 'waited';

/** Whether a step failed because its thread has ended; undefined for any other failure. */
export function lossOf(thrown: unknown): Loss | undefined {
  if (!(thrown instanceof NodeError)) return undefined;
  if (thrown.code === 'DAG_WORKER_DIED') return 'ran';
  const { cause } = thrown;
  return cause instanceof DagError && cause.code === 'DAG_WORKER_DIED' && messageOf(cause) === LOST
    ? 'waited'
    : undefined;
}

/** Whether a step failed by what its transform threw. */
export function hasRun(thrown: unknown): boolean {
  return thrown instanceof NodeError && thrown.code === 'DAG_NODE_FAILED' && lossOf(thrown) === undefined;
}

/** What a transform threw on a thread, or what befell the call there, without the call that took it there. */
export function ownError(thrown: unknown): unknown {
  if (!(thrown instanceof NodeError)) return thrown;
  const { code, cause, message, node, args } = thrown;
  if (code === 'DAG_NODE_FAILED') return cause;
  const text = message.slice(message.indexOf(': ', code.length + 2 + node.length + args.length) + 2);
  return new DagError(code, { message: text, ...('cause' in thrown ? { cause } : {}) });
}

/** Likewise, of what was to be done with states. */
export function stateError(thrown: unknown): Error {
  const error = ownError(thrown);
  if (error instanceof DagError) return error;
  return new DagError('DAG_SNAPSHOT', {
    message: `A state on a thread cannot be saved or put back: ${describeThrown(error)}.`,
    cause: error,
  });
}
