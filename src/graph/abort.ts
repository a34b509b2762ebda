import { guests } from './guests.js';
import type { Scope } from './scope.js';

/** Tells a body that its result is not wanted any more. */
export function abortScope(scope: Scope, reason: unknown): void {
  scope.aborted = true;
  scope.abortReason = reason;
  const { controller } = scope;
  if (controller === undefined) return;
  guests.call(() => {
    controller.abort(reason);
  });
}
