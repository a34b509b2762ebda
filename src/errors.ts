import { types } from 'node:util';

/**
 * Every error that lazydag raises carries one of these codes. A message reads
 * "CODE: subject, expected, got, remedy"; `docs/errors.md` has a section per code.
 */
export const ERROR_CODES = {
  DAG_ABORTED: 'The run was aborted by its signal.',
  DAG_ASYNC_NODE: 'resolveSync() met a body that is asynchronous.',
  DAG_CALL_TIMEOUT: 'A call took longer than the `timeout` of its node.',
  DAG_CANNOT_KEY: 'Nothing in the key of a stored result can stand for an argument.',
  DAG_CANNOT_TRAVEL: 'A value cannot be sent to another thread.',
  DAG_CHECKED_TYPE: 'A checked node was given an argument of another type than it declares.',
  DAG_COMPONENT_FAILED: 'A component of a layout failed.',
  DAG_CONTEXT_DIED: 'The thread of a context of a layout has ended.',
  DAG_CYCLE: 'A call waits for itself.',
  DAG_DONATE: 'The `donate` option names an argument that the call does not have.',
  DAG_DUPLICATE_NODE: 'Two different functions share one identity and one of them must be stored.',
  DAG_FEEDBACK: 'A feedback of a pipeline is not connected, or connected to something that it cannot follow.',
  DAG_FOREIGN_FUTURE: 'A Future was made by another copy of lazydag.',
  DAG_FUTURE_AS_VALUE: 'A Future was used as if it were its value.',
  DAG_INPUT_WRITTEN: 'A body wrote into an input that it was not given by `donate`.',
  DAG_INSTANCE_STATE: 'The instance of a method cannot be rebuilt on another thread.',
  DAG_INTERNAL: 'lazydag broke one of its own rules.',
  DAG_LAYOUT: 'Components of a layout cannot be put together as they are.',
  DAG_LAYOUT_OVER: 'A layout was used after its end.',
  DAG_LAYOUT_TIMEOUT: 'A component of a layout did not come to its end in time.',
  DAG_MAX_CALLS: 'Bodies made more calls than `maxCalls` allows.',
  DAG_MODULE_IMPORT: 'A worker could not import the module of a node.',
  DAG_NODE_FAILED: 'The body of a call threw or rejected.',
  DAG_NODE_NOT_IN_MODULE: 'A worker cannot find a node by its module and name.',
  DAG_NOT_A_FUTURE: 'A value without any Future in it was given to resolve().',
  DAG_NOT_A_NODE: 'Something that is not a node was given where a node is needed.',
  DAG_NOT_STORED: 'A result was computed and is not kept in the store.',
  DAG_OPTION: 'An option has a value that is not allowed.',
  DAG_OUTPUTS: 'A body returned something else than its `outputs` promise.',
  DAG_PARAMETER: 'A parameter is unknown, or has a value that it does not allow.',
  DAG_PEER_MISSING: 'An optional package is not installed.',
  DAG_PIPELINE: 'The function of a pipeline does something that a pipeline cannot do.',
  DAG_PIPELINE_OVER: 'A running pipeline was used after its end.',
  DAG_POOL_CLOSED: 'A pool was closed while calls ran on it, or used after it was closed.',
  DAG_RATES: 'Values that come at different rates were put together.',
  DAG_REMOVED: 'A Future was removed from its Graph.',
  DAG_REPLICAS: 'A step of a pipeline cannot have so many replicas.',
  DAG_RUN_TIMEOUT: 'A run took longer than its `timeout`.',
  DAG_SNAPSHOT: 'A state cannot be saved or put back.',
  DAG_SOURCE: 'A source of a pipeline failed, or is none.',
  DAG_STORE_CLOSED: 'A store was used after it was closed.',
  DAG_STORE_CODEC: 'A stored value needs a codec that is not registered.',
  DAG_STORE_CORRUPT: 'A stored value is damaged.',
  DAG_STORE_NOT_OPEN: 'A store was asked for something at once before it was open.',
  DAG_STORE_OPEN: 'A store cannot be opened.',
  DAG_STORE_READ_ONLY: 'A store that is read only was given something to keep.',
  DAG_STORE_VERSION: 'A store was made by a version of lazydag that this one does not understand.',
  DAG_TRANSFORM_ENDED: 'A transform was used that has ended.',
  DAG_TRANSFORM_FUTURE: 'A transform was given a Future where it takes values only.',
  DAG_TRANSFORM_REENTERED: 'A transform was used from within its own step.',
  DAG_TRANSFORM_SHARED: 'One transform was used in two places.',
  DAG_UNNAMED_NODE: 'A node without a name must be stored.',
  DAG_WORKER_DIED: 'A worker ended while it ran a call.',
} as const;

/** One of the codes in {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** What a coded error is made of, apart from its code. */
export interface ErrorParts {
  /** What is wrong, what was expected, what was got. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** The error behind this one, untouched. */
  readonly cause?: unknown;
}

/** Any error that lazydag itself raises; `code` says which. */
export class DagError extends Error {
  /** One of {@link ERROR_CODES}. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, parts: ErrorParts) {
    const text = parts.remedy === undefined ? parts.message : `${parts.message} ${parts.remedy}`;
    super(`${code}: ${text}`, 'cause' in parts ? { cause: parts.cause } : undefined);
    this.name = code === 'DAG_ABORTED' ? 'AbortError' : 'DagError';
    this.code = code;
  }
}

/** What an error says, without the code before it. */
export function messageOf({ code, message }: DagError): string {
  return message.slice(code.length + 2);
}

/** Where in a graph a call failed. */
export interface NodeFailure extends ErrorParts {
  readonly code: ErrorCode;
  /** Name of the node whose call failed. */
  readonly node: string;
  /** Node names from the target to the failed call, both included; long paths are shortened in the middle. */
  readonly path: readonly string[];
  /** The failed call's arguments in short, such as `(3, Float64Array(8), Future<load>)`. */
  readonly args: string;
  /** `file:line:column` at which the call was made; known for calls made under `debug`. */
  readonly callSite?: string | undefined;
}

/** A call failed: its body threw, rejected, timed out or returned what it must not. `cause` is what it threw. */
export class NodeError extends DagError {
  /** Name of the node whose call failed. */
  readonly node: string;
  /** Node names from the target to the failed call. */
  readonly path: readonly string[];
  /** The failed call's arguments in short. */
  readonly args: string;
  /** `file:line:column` at which the call was made; known for calls made under `debug`. */
  readonly callSite: string | undefined;

  constructor(failure: NodeFailure) {
    const where = failure.path.length > 1 ? ` (${failure.path.join(' → ')})` : '';
    const site = failure.callSite === undefined ? '' : ` called at ${failure.callSite}`;
    super(failure.code, { ...failure, message: `${failure.node}${failure.args}${site}${where}: ${failure.message}` });
    this.name = 'NodeError';
    this.node = failure.node;
    this.path = failure.path;
    this.args = failure.args;
    this.callSite = failure.callSite;
  }
}

/** A text for any thrown value, `undefined` and objects that have none included. */
export function describeThrown(thrown: unknown): string {
  try {
    return textOf(thrown);
  } catch {
    return `threw ${typeof thrown === 'object' ? 'an object' : 'a function'} that cannot be turned into a text`;
  }
}

/** Also of another realm, and what node makes of an error that ended a thread. */
function isError(thrown: unknown): thrown is Error {
  return (
    thrown instanceof Error ||
    types.isNativeError(thrown) ||
    Object.prototype.toString.call(thrown) === '[object Error]'
  );
}

function textOf(thrown: unknown): string {
  if (isError(thrown)) return thrown.message === '' ? thrown.name : thrown.message;
  return `threw ${typeof thrown === 'string' ? JSON.stringify(thrown) : String(thrown)}`;
}
