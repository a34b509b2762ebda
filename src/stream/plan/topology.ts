import { DagError } from '../../errors.js';
import { eachFuture } from '../../graph/containers.js';
import type { Future } from '../../graph/future.js';
import { Feedback } from '../feedback.js';

const OPEN = 1;
const CLOSED = 2;

/**
 * All Futures that `roots` need, each behind those that it needs itself. What a feedback repeats is among them, but not
 * before it. Keeps its own stack.
 *
 * @throws DAG_CYCLE when a call waits for itself other than by a feedback.
 */
export function inOrder(
  roots: unknown,
  eachNeeded: (future: Future, found: (needed: Future) => void) => void,
  repeated: (feedback: Feedback<unknown>) => Future,
): Future[] {
  const order: Future[] = [];
  const states = new Map<Future, typeof OPEN | typeof CLOSED>();
  const starts: Future[] = [];
  eachFuture(roots, (future) => starts.push(future));
  for (let next = starts.shift(); next !== undefined; next = starts.shift()) {
    const stack = [next];
    for (let future = stack.at(-1); future !== undefined; future = stack.at(-1)) {
      const state = states.get(future);
      if (state !== undefined) {
        stack.pop();
        if (state === OPEN) {
          states.set(future, CLOSED);
          order.push(future);
          if (future instanceof Feedback) starts.push(repeated(future));
        }
        continue;
      }
      states.set(future, OPEN);
      const needed: Future[] = [];
      eachNeeded(future, (one) => {
        if (states.get(one) === OPEN)
          throw loopError(
            stack.filter((other) => states.get(other) === OPEN),
            one,
          );
        if (!states.has(one)) needed.push(one);
      });
      stack.push(...needed.reverse());
    }
  }
  return order;
}

function loopError(open: readonly Future[], again: Future): DagError {
  const names = [...open.slice(open.indexOf(again)), again].map((future) => future._spec.name);
  return new DagError('DAG_CYCLE', {
    message: `${names.join(' → ')} waits for itself.`,
    remedy: 'Put a feedback() where the loop closes: it gives the value of the item before.',
  });
}
