import { bodyOf, currentScope, Scope, scopes } from '../graph/scope.js';
import type { Future } from '../graph/future.js';

/** Is current while the function of a pipeline is called to see what it does. */
class TraceScope extends Scope {}

/** Transforms ask for it at every chunk, also inside of runs, where the current scope takes long to read. */
const tracing = { count: 0 };

/** Whether the function of a pipeline is being traced. */
export function isTracing(): boolean {
  if (tracing.count === 0) return false;
  const scope = scopes.current();
  return scope !== undefined && bodyOf(scope) instanceof TraceScope;
}

/** What a traced function gave, and the effects among the calls that it made. */
export interface Traced {
  readonly result: unknown;
  readonly effects: readonly Future[];
}

/** Calls the function of a pipeline; `root` stands for the pipeline in the calls that it makes. */
export function traced(root: Future, fn: () => unknown): Traced {
  const scope = new TraceScope(undefined, root, undefined);
  // The scope is not handed to a body after this one.
  scope.kept = true;
  scopes.enter();
  tracing.count += 1;
  try {
    const result = currentScope.run(scope, fn);
    return { result, effects: scope.effects ?? [] };
  } finally {
    tracing.count -= 1;
    scopes.leave();
  }
}
