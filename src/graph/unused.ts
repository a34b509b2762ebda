import type { CallCollection } from './call-collection.js';
import { eachArgument } from './dependencies.js';
import { Future, RETURNED, RUNNING, STATE_BITS, TARGETED, USED } from './future.js';

/** What makes a call used by itself: a body returned it, or a run was asked for it. */
const WANTED = RETURNED | TARGETED;

/**
 * The calls that were made and that nothing uses: no other call takes them, no body returned them, they were never a
 * target or an effect; and those that only such calls take. What is made at the top of a Graph of which nothing ran yet
 * is about to be resolved and counts as used. Parts of values are judged alike. O(calls + arguments).
 */
export function unusedFutures(collection: CallCollection): ReadonlySet<Future> {
  const { calls, graph, parts } = collection;
  const isPlan = graph !== undefined && !graph.futures.some(wasWanted);
  const taken = takenFutures(calls);
  const unused = new Set<Future>();
  const used = new Set<Future>();
  const use = (argument: unknown): void => {
    // A part that is used uses what it is a part of.
    for (let future = argument; future instanceof Future && !used.has(future); future = future._args[0]) {
      used.add(future);
      if (!future._spec.immediate) return;
    }
  };
  // Dependents come after their dependencies, so that backwards each call is judged after all that take it.
  for (let place = calls.length - 1; place >= 0; place -= 1) {
    const call = calls[place] as Future; // in range
    for (const part of parts.get(call) ?? []) if (isUsedItself(part, collection)) use(part);
    const isAwaited = (): boolean => isTakenElsewhere(call) || (isPlan && call._parent === undefined);
    if (isUsedItself(call, collection) || (!taken.has(call) && isAwaited())) use(call);
    if (used.has(call)) eachArgument(call, use);
    else unused.add(call);
    for (const part of parts.get(call) ?? []) if (!used.has(part)) unused.add(part);
  }
  return unused;
}

/** What the calls take, parts with the calls that they belong to. */
function takenFutures(calls: readonly Future[]): ReadonlySet<Future> {
  const taken = new Set<Future>();
  for (const call of calls) {
    eachArgument(call, (argument) => {
      for (let future: unknown = argument; future instanceof Future && !taken.has(future); future = future._args[0]) {
        taken.add(future);
        if (!future._spec.immediate) return;
      }
    });
  }
  return taken;
}

function isUsedItself(future: Future, { targets }: CallCollection): boolean {
  // What ran was needed, also where what took it cannot be found any more: only needed calls run.
  if (wasWanted(future) || future._spec.effect || targets.has(future)) return true;
  // Its parent may be about to use it.
  return future._parent !== undefined && (future._parent._flags & STATE_BITS) === RUNNING;
}

/** Whether some call outside the collection takes it. */
function isTakenElsewhere(call: Future): boolean {
  // A multi-output call is taken by the Futures of its own outputs from the start, which says nothing.
  return (call._flags & USED) !== 0 && call._spec.outputs === undefined;
}

/** Whether a run ever dealt with a call, or a body returned it. */
function wasWanted(call: Future): boolean {
  return (call._flags & (WANTED | STATE_BITS)) !== 0;
}
