import { DagError, describeThrown, messageOf, NodeError, type ErrorCode } from '../errors.js';
import { isMap, isSet } from '../graph/containers.js';
import { callSites } from '../graph/call-record.js';
import { displayName } from '../graph/dependencies.js';
import { callSiteOf, formatCallSite } from '../graph/call-site.js';
import { Future } from '../graph/future.js';

/** Names at each end of a path that errors show. */
const SHOWN = 8;
const TEXT_SHOWN = 40;

/** The names of a path of calls, long ones shortened in the middle. Parts of a value are left out. */
function shortPath(futures: readonly Future[]): string[] {
  const calls = futures.filter((future) => !future._spec.immediate);
  if (calls.length <= 2 * SHOWN) return calls.map(nameOf);
  const left = calls.length - 2 * SHOWN;
  return [...calls.slice(0, SHOWN).map(nameOf), `… ${left.toString()} more …`, ...calls.slice(-SHOWN).map(nameOf)];
}

function nameOf(future: Future): string {
  return future._spec.name;
}

/** A call's arguments in short: `(3, Float64Array(8), Future<load>)`. */
function describeArguments(args: readonly unknown[]): string {
  const shown = args.slice(0, 5).map(describeArgument);
  if (args.length > shown.length) shown.push(`… ${(args.length - shown.length).toString()} more`);
  return `(${shown.join(', ')})`;
}

function describeArgument(value: unknown): string {
  if (value instanceof Future) return `Future<${displayName(value)}>`;
  if (typeof value === 'string')
    return JSON.stringify(value.length > TEXT_SHOWN ? `${value.slice(0, TEXT_SHOWN)}…` : value);
  if (typeof value === 'bigint') return `${value.toString()}n`;
  if (typeof value === 'function') return value.name === '' ? 'a function' : value.name;
  if (typeof value !== 'object' || value === null) return String(value);
  const name = constructorName(value);
  if (ArrayBuffer.isView(value)) return 'length' in value ? `${name}(${String(value.length)})` : name;
  if (Array.isArray(value)) return `Array(${value.length.toString()})`;
  if (isMap(value) || isSet(value)) return `${name}(${value.size.toString()})`;
  return name;
}

function constructorName(value: object): string {
  try {
    const { constructor } = value as { constructor?: unknown }; // an object without prototype has none
    return typeof constructor === 'function' ? constructor.name : 'Object';
  } catch {
    return 'Object'; // a getter or a Proxy that throws must not hide the error that is being told
  }
}

/** What failed and why, before the path to a target is known. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy?: string;
  readonly hasCause: boolean;
  readonly cause: unknown;
}

/** The failure of a body that threw or rejected with `thrown`; a coded error keeps its code. */
export function bodyFailure(thrown: unknown): Failure {
  return { code: 'DAG_NODE_FAILED', message: describeThrown(thrown), hasCause: true, cause: thrown };
}

/** The failure that a coded error of the library itself stands for. */
export function codedFailure(error: DagError): Failure {
  return {
    code: error.code,
    message: messageOf(error),
    hasCause: 'cause' in error,
    cause: error.cause,
  };
}

/** The error for one target. `path` leads from the target to the failed call. */
export function callFailure(failure: Failure, path: readonly Future[]): NodeError {
  const failed = path.at(-1);
  if (failed === undefined) throw new DagError('DAG_INTERNAL', { message: 'A failure without a call.' });
  const site = callSites.get(failed);
  const place = site === undefined ? undefined : callSiteOf(site);
  const { code, message, remedy, hasCause, cause } = failure;
  return new NodeError({
    code,
    message,
    ...(remedy === undefined ? {} : { remedy }),
    ...(hasCause ? { cause } : {}),
    node: failed._spec.name,
    path: shortPath(path),
    args: describeArguments(failed._args),
    callSite: place === undefined ? undefined : formatCallSite(place),
  });
}

/** The failure of a call that waits for itself. */
export function cycleFailure(cycle: readonly Future[]): Failure {
  const first = cycle[0];
  const names = shortPath(first === undefined ? cycle : [...cycle, first]);
  return {
    code: 'DAG_CYCLE',
    message: `${names.join(' → ')} waits for itself.`,
    remedy:
      "Return something other than the call's own Future, and resolve nothing in a body that needs the body's own call.",
    hasCause: false,
    cause: undefined,
  };
}

/** The failure of a run whose bodies made too many calls; `last` is one of the calls made last. */
export function maxCallsError(maxCalls: number, last: Future): DagError {
  const chain: Future[] = [];
  for (let future: Future | undefined = last; future !== undefined && chain.length < 10_000; future = future._parent)
    chain.push(future);
  return new DagError('DAG_MAX_CALLS', {
    message: `Bodies made more than ${maxCalls.toLocaleString('en')} calls, the last through ${shortPath(chain.reverse()).join(' → ')}.`,
    remedy: 'Make the recursion end, or raise `maxCalls`.',
  });
}

/** The error for a run that cannot begin at once. */
export function guestError(): DagError {
  return new DagError('DAG_ASYNC_NODE', {
    message: 'resolveSync() was called by a listener in the middle of a run, where nothing can run at once.',
    remedy: 'Use `await resolve()`, which begins when the listener has returned.',
  });
}

/** The error for needing a call that was removed from its Graph. */
export function removedError(future: Future): DagError {
  return new DagError('DAG_REMOVED', {
    message: `${future._spec.name}${describeArguments(future._args)} was removed from its Graph, but is needed.`,
    remedy: 'Make the call again, and what depends on it.',
  });
}

/** The error of a run that was aborted for `reason`. */
export function abortedError(reason: unknown): DagError {
  return reason instanceof DagError
    ? reason
    : new DagError('DAG_ABORTED', { message: 'The run was aborted by its signal.', cause: reason });
}

/** The error of a run that took too long. */
export function runTimeoutError(timeout: number): DagError {
  return new DagError('DAG_RUN_TIMEOUT', {
    message: `The run took longer than its timeout of ${timeout.toString()} ms.`,
    remedy: 'Raise `timeout`, or resolve less.',
  });
}

/** The error of a run that waits for nothing; it would be a bug of the library. */
export function stalledError(): DagError {
  return new DagError('DAG_INTERNAL', {
    message: 'A run waits though nothing runs.',
    remedy: 'Please report it with the graph.',
  });
}
