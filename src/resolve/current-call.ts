import { displayName } from '../graph/dependencies.js';
import { bodyOf, scopes, type Scope } from '../graph/scope.js';

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
  const current = scopes.current();
  if (current?.parent === undefined) return undefined;
  const scope = bodyOf(current);
  scope.kept = true;
  return {
    name: displayName(current.parent),
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
