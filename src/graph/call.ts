import { capturesEveryCall, captureStack } from './call-site.js';
import { callSites } from './call-record.js';
import { checkArguments } from './checked.js';
import { Future, ON_DISK, PERSISTED, TARGETED, USED } from './future.js';
import { outputsOf } from './outputs.js';
import { bodyOf, scopes, type Scope } from './scope.js';
import type { NodeSpec } from './spec.js';

/** How many calls made in a body are remembered before those that were used since are forgotten. */
const FIRST_SWEEP = 64;

/**
 * Makes one call: its Future, or a Future per output. Nothing runs. This is on the path of every call, so it
 * allocates the Future and nothing else unless an option asks for it.
 *
 * @throws DAG_CHECKED_TYPE when the node is checked and an argument does not fit.
 */
export function call(spec: NodeSpec, receiver: unknown, args: readonly unknown[]): unknown {
  const scope = scopes.current();
  if (
    spec.simpleCall &&
    !capturesEveryCall &&
    (scope === undefined || (scope.graph === undefined && scope.parent === undefined))
  )
    return make(spec, receiver, args, scope);
  return callIn(scope, { spec, receiver, args });
}

/** What a call is made of. */
export interface CallParts {
  readonly spec: NodeSpec;
  readonly receiver: unknown;
  readonly args: readonly unknown[];
}

/** Like {@link call}, in a given scope: for calls that a body made on another thread. */
export function callIn(scope: Scope | undefined, { spec, receiver, args }: CallParts): unknown {
  const graph = scope?.graph;
  if (graph !== undefined && (spec.memo || graph.memo) && !spec.effect && spec.bond === undefined) {
    const known = graph._memo.take({ spec, receiver, args }, () => makeSpecial(spec, receiver, args, scope));
    if (spec.persist !== undefined && spec.persist !== false) persistAll(known, spec.persist);
    return known;
  }
  return makeSpecial(spec, receiver, args, scope);
}

function make(spec: NodeSpec, receiver: unknown, args: readonly unknown[], scope: Scope | undefined): Future {
  const future = new Future(spec, args, receiver, scope?.graph, scope?.parent);
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index];
    if (arg instanceof Future) arg._flags |= USED;
  }
  return future;
}

function makeSpecial(spec: NodeSpec, receiver: unknown, args: readonly unknown[], scope: Scope | undefined): unknown {
  if (spec.checked) checkArguments(spec, args);
  const future = make(spec, receiver, args, scope);
  spec.bond?.enter(future);
  const persist = spec.persist ?? scope?.graph?.persist ?? false;
  if (persist !== false) future._flags |= persist === 'disk' ? PERSISTED | ON_DISK : PERSISTED;
  if (capturesEveryCall || scope?.capturesCallSites === true) callSites.set(future, captureStack(call));
  if (scope !== undefined) enter(future, scope);
  return spec.outputs === undefined ? future : outputsOf(future, spec.outputs);
}

/** Persists an earlier identical call, because this one asks for it. */
function persistAll(made: unknown, persist: true | 'disk'): void {
  const futures = made instanceof Future ? [made] : Object.values(made as Record<string, Future>); // one, or one per output
  for (const future of futures) future.persist(persist);
}

/** Enters a call where it belongs: in its Graph, and with the body that made it. */
function enter(future: Future, scope: Scope): void {
  const { graph } = scope;
  if (graph !== undefined) graph._record(future);
  if (scope.parent === undefined) return;
  const body = bodyOf(scope);
  if (future._spec.effect) (body.effects ??= []).push(future);
  remember(future, body);
}

/** Keeps the call with the body that made it, so that views can show calls that nobody used. */
function remember(future: Future, scope: Scope): void {
  const { made } = scope;
  if (made === undefined) scope.made = future;
  else if (made instanceof Future) scope.made = [made, future];
  else {
    // A body that makes calls for ever must not hold those that others hold: sweep at every doubling.
    const kept = made.length >= FIRST_SWEEP && (made.length & (made.length - 1)) === 0 ? notTaken(made) : made;
    kept.push(future);
    scope.made = kept;
  }
}

/** The calls that no other call takes and that nobody asked for. */
export function notTaken(made: readonly Future[]): Future[] {
  return made.filter((future) => (future._flags & (USED | TARGETED)) === 0);
}
