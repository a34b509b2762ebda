import { displayName } from '../graph/dependencies.js';
import { scopes, type Scope } from '../graph/scope.js';

/** The call whose body is running. */
export interface CurrentCall {
  /** Name of the call's node. */
  readonly name: string;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** Aborted when the result is not wanted any more: the run was aborted, or the call timed out. */
  readonly signal: AbortSignal;
}

/** The call in whose body this is called, also after an `await`; undefined outside any body. */
export function currentCall(): CurrentCall | undefined {
  const scope = scopes.current();
  if (scope?.parent === undefined) return undefined;
  scope.kept = true;
  return {
    name: displayName(scope.parent),
    attempt: scope.attempt,
    get signal() {
      return signalOf(scope);
    },
  };
}

function signalOf(scope: Scope): AbortSignal {
  if (scope.controller === undefined) {
    scope.controller = new AbortController();
    if (scope.aborted) scope.controller.abort(scope.abortReason);
  }
  return scope.controller.signal;
}
