import { notTaken } from '../graph/call.js';
import { eachDependency } from '../graph/dependencies.js';
import { Future } from '../graph/future.js';

/** After a body ran: keeps with the call what it made and nobody took, so that views can show it; replaces earlier ones. */
export function settleNested(future: Future, made: Future | Future[] | undefined): void {
  // With memo, the body got its earlier calls again.
  const memoised = future._graph?.memo === true;
  if (memoised && made === undefined) return;
  if (!memoised) forgetEarlier(future);
  if (made === undefined || made instanceof Future) {
    future._nested = made;
    return;
  }
  const kept = notTaken(made);
  future._nested = kept.length === 1 ? kept[0] : kept;
}

/** A body that ran again has made its calls anew: its Graph forgets the earlier ones, and what they made. */
function forgetEarlier(future: Future): void {
  const graph = future._graph;
  const stack = nestedOf(future);
  const seen = new Set(stack);
  for (let call = stack.pop(); graph !== undefined && call !== undefined; call = stack.pop()) {
    const { _parent: parent } = call;
    const meet = (other: Future): void => {
      if (seen.has(other)) return;
      seen.add(other);
      stack.push(other);
    };
    if (!call._spec.memo) graph._forget(call);
    nestedOf(call).forEach(meet);
    eachDependency(call, (dependency) => {
      if (dependency._parent === parent) meet(dependency);
    });
  }
}

function nestedOf({ _nested: nested }: Future): Future[] {
  if (nested === undefined) return [];
  return nested instanceof Future ? [nested] : [...nested];
}
