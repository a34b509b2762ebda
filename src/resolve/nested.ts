import { notTaken } from '../graph/call.js';
import { Future } from '../graph/future.js';
import type { Scope } from '../graph/scope.js';

/** After a body ran: keeps with the call what it made and nobody took, so that views can show it; replaces earlier ones. */
export function settleNested(future: Future, scope: Scope): void {
  const { made } = scope;
  if (made === undefined || made instanceof Future) {
    future._nested = made;
    return;
  }
  const kept = notTaken(made);
  future._nested = kept.length === 1 ? kept[0] : kept;
}
