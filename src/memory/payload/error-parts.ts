import { DagError, NodeError } from '../../errors.js';

/** What an error is made of. */
export interface ErrorParts {
  /** Name of the class it gets on the other side. */
  readonly type: string;
  readonly message: string;
  readonly name: string;
  /** Its own properties that loops leave out. */
  readonly hidden: Record<string, unknown>;
  /** Its own properties that loops see. */
  readonly shown: Record<string, unknown>;
}

type ErrorClass = new (message?: string) => Error;

const BUILTIN = new Map<string, ErrorClass>(
  [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError].map((Class) => [Class.name, Class]),
);
const HIDDEN = ['message', 'stack', 'cause', 'errors', 'name'];

/** Takes an error apart. @throws what its getters throw. */
export function errorParts(error: Error): ErrorParts {
  const type = typeOf(error);
  const { message, name } = error as { readonly message: unknown; readonly name: unknown }; // anyone may set them
  const hidden: Record<string, unknown> = {};
  for (const key of HIDDEN) {
    const own = Object.getOwnPropertyDescriptor(error, key);
    if (own !== undefined && own.enumerable !== true) hidden[key] = (error as unknown as Record<string, unknown>)[key];
  }
  hidden['stack'] = typeof error.stack === 'string' ? error.stack : undefined; // another text may have been prepared
  // A class that gives its errors a name by its prototype is not there on the other side.
  if (!Object.hasOwn(error, 'name') && name !== nameGivenTo(type)) hidden['name'] = name;
  return {
    type,
    message: typeof message === 'string' ? message : '',
    name: typeof name === 'string' ? name : '',
    hidden: type === 'DOMException' ? { stack: hidden['stack'] } : hidden,
    shown: Object.fromEntries(
      Object.keys(error).map((key) => [key, (error as unknown as Record<string, unknown>)[key]]),
    ),
  };
}

/** What the prototype of a type calls its errors. */
function nameGivenTo(type: string): string {
  return type === 'DagError' || type === 'NodeError' ? 'Error' : type;
}

/** The nearest class that every thread has. */
function typeOf(error: Error): string {
  if (error instanceof NodeError) return 'NodeError';
  if (error instanceof DagError) return 'DagError';
  if (error instanceof DOMException) return 'DOMException';
  let prototype: unknown = Object.getPrototypeOf(error);
  while (typeof prototype === 'object' && prototype !== null) {
    const constructor: unknown = (prototype as { constructor?: unknown }).constructor;
    const name = typeof constructor === 'function' ? constructor.name : '';
    if (name === 'AggregateError' || BUILTIN.has(name)) return name;
    prototype = Object.getPrototypeOf(prototype);
  }
  return 'Error';
}

/** An error of a type, without the properties that {@link fillError} gives it. */
export function makeError(type: string, message: string, name: string): Error {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0; // its stack is that of the original
  try {
    return bareError(type, message, name);
  } finally {
    Error.stackTraceLimit = before;
  }
}

function bareError(type: string, message: string, name: string): Error {
  if (type === 'DOMException') return new DOMException(message, name);
  if (type === 'AggregateError') return new AggregateError([], message);
  const error = new (BUILTIN.get(type) ?? Error)(message);
  // Not by their constructors, which would put the code before the message once more.
  if (type === 'NodeError') Object.setPrototypeOf(error, NodeError.prototype);
  if (type === 'DagError') Object.setPrototypeOf(error, DagError.prototype);
  return error;
}

/** Gives an error the properties of the original. */
export function fillError(error: object, hidden: object, shown: object): void {
  if (!('message' in hidden) && !(error instanceof DOMException)) Reflect.deleteProperty(error, 'message');
  for (const [key, value] of Object.entries(hidden) as [string, unknown][])
    Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true });
  for (const [key, value] of Object.entries(shown) as [string, unknown][])
    Object.defineProperty(error, key, { value, writable: true, enumerable: true, configurable: true });
}
