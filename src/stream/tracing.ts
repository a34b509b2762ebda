import { bodyOf, currentScope, Scope, scopes } from '../graph/scope.js';
import type { Future } from '../graph/future.js';

/** Is current while the function of a pipeline is called to see what it does. */
class TraceScope extends Scope {
  /** How many pipelines are being traced as steps of others. */
  inner = 0;
}

function currentTrace(): TraceScope | undefined {
  const scope = scopes.current();
  const body = scope && bodyOf(scope);
  return body instanceof TraceScope ? body : undefined;
}

/** Transforms ask for it at every chunk, also inside of runs, where the current scope takes long to read. */
const tracing = { count: 0 };

/** Whether the function of a pipeline is being traced. */
export function isTracing(): boolean {
  return tracing.count > 0 && currentTrace() !== undefined;
}

/** Whether that is the function of a pipeline that is a step of another: what it uses belongs to it. */
export function isTracingInner(): boolean {
  return (currentTrace()?.inner ?? 0) > 0;
}

/** Traces the function of a pipeline that is used in the function of another. */
export function tracedInside<Result>(fn: () => Result): Result {
  const trace = currentTrace();
  if (trace === undefined) return fn();
  trace.inner += 1;
  try {
    return fn();
  } finally {
    trace.inner -= 1;
  }
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
