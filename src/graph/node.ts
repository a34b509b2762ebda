import { DagError } from '../errors.js';
import { call } from './call.js';
import { declareTypes } from './checked.js';
import type { Future } from './future.js';
import { checkOptions, describeOption, type CallOptions, type NodeOptions } from './options.js';
import { declaredTypes, keepOptions } from './reflect.js';
import { register } from './registry.js';
import { NodeIdentity, NodeSpec, type Body } from './spec.js';
import type { CallValue, LazyParameters, OutputFutures, OutputsOption } from './types.js';

/** What calling a node gives: a Future of its value, or a Future per output. */
export type CallResult<Result, Outputs extends OutputsOption | undefined> = [Outputs] extends [OutputsOption]
  ? OutputFutures<Awaited<Result>, Outputs>
  : Future<CallValue<Result>>;

/** A function whose calls are Futures. */
export interface NodeFunction<
  Args extends readonly unknown[] = readonly never[],
  Result = unknown,
  Outputs extends OutputsOption | undefined = undefined,
> {
  /** Makes a call: a Future, or a Future per output. Runs nothing. Arguments are read when the call runs. */
  (...args: LazyParameters<Args>): CallResult<Result, Outputs>;
  /** The plain function, for unit tests and for calls at once. */
  readonly body: (...args: Args) => Result;
  /** The node with options changed for one call site. @throws DAG_OPTION */
  with(options: CallOptions): NodeFunction<Args, Result, Outputs>;
  /** One call per element, each with the element as its only argument. */
  map(elements: Iterable<LazyParameters<Args>[0]>): CallResult<Result, Outputs>[];
}

/** Decorates a static or instance method in both decorator dialects. */
export interface NodeDecorator {
  /**
   * Standard decorators.
   *
   * @typeParam Method type of the method, which is kept.
   */
  <Method extends (this: never, ...args: never[]) => unknown>(
    method: Method,
    context: { readonly kind: 'method'; readonly name: string | symbol; readonly static: boolean },
  ): Method;
  /**
   * `experimentalDecorators`.
   *
   * @typeParam Method type of the method, which is kept.
   */
  <Method extends (...args: never[]) => unknown>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void;
}

/** What the compiler passes to a standard decorator of anything. */
interface DecoratorContext {
  readonly kind: string;
  readonly name: string | symbol | undefined;
  readonly static: boolean;
  readonly private: boolean;
  addInitializer(initializer: (this: unknown) => void): void;
}

/** Finds the spec of a node function. */
const specs = new WeakMap<object, NodeSpec>();

/** The spec of a node function or decorated method; undefined for anything else. */
export function specOf(thing: unknown): NodeSpec | undefined {
  return typeof thing === 'function' ? specs.get(thing) : undefined;
}

/**
 * Makes a function lazy: calling the result makes a {@link Future} and runs nothing.
 *
 * As a wrapper, `node(fn, options)` gives a {@link NodeFunction} with the types of `fn`, each parameter accepting
 * Futures too, also inside arrays, plain objects, Maps and Sets. As a decorator, `@node(options)` does it to a method and
 * keeps the types as written; `lazy(Class)` shows them as nodes. Recursive nodes and nodes with defaulted parameters
 * need a type annotation.
 *
 * @throws DAG_OPTION for an unknown option or a value that is not allowed, DAG_NOT_A_NODE when `fn` is no function.
 */
export function node<Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Result,
  options?: NodeOptions & { readonly outputs?: never },
): NodeFunction<Args, Result>;
export function node<Args extends readonly unknown[], Result, const Outputs extends OutputsOption>(
  fn: (...args: Args) => Result,
  options: NodeOptions<Outputs> & { readonly outputs: Outputs },
): NodeFunction<Args, Result, Outputs>;
export function node(options?: NodeOptions): NodeDecorator;
export function node(first?: unknown, second?: unknown, third?: unknown): unknown {
  // `@node` without parentheses: a standard context has a `kind`, and the other dialect passes three arguments.
  if (third !== undefined || (typeof second === 'object' && second !== null && 'kind' in second)) {
    return (decorator({}) as (...args: unknown[]) => unknown)(first, second, third);
  }
  if (typeof first === 'function')
    return nodeFunction(newSpec(first as Body, (second === undefined ? {} : second) as NodeOptions, node)); // newSpec checks them
  if (
    first !== undefined &&
    (typeof first !== 'object' || first === null || Array.isArray(first) || second !== undefined)
  ) {
    throw new DagError('DAG_NOT_A_NODE', {
      message: `node() expects a function to wrap, got ${describeOption(first)}.`,
      remedy: 'Use node(fn, options) around a function, or @node(options) above a method.',
    });
  }
  const options = (first ?? {}) as NodeOptions; // its fields are checked when it is applied
  checkOptions(options, { subject: '@node()', callOnly: false });
  return decorator(options);
}

/** The decorator for one set of options; its second argument tells the dialect. */
function decorator(options: NodeOptions): unknown {
  return (first: unknown, second: unknown, descriptor?: PropertyDescriptor): unknown =>
    typeof second === 'object' && second !== null && 'kind' in second
      ? decorateStandard(first, second as DecoratorContext, options)
      : decorateLegacy({ owner: first as object, key: second as string | symbol, descriptor }, options); // what that dialect passes
}

function decorateStandard(method: unknown, context: DecoratorContext, options: NodeOptions): unknown {
  if (context.kind !== 'method' || typeof method !== 'function') throw notAMethod(context.name);
  const name = context.name ?? '';
  const made = nodeMethod(method as Body, { name: String(name), ...options }, learnHome);
  const { spec } = made;
  /** `this` is the class of a static method; else an instance, perhaps of a class that extends the one to be found. */
  function learnHome(receiver: unknown): void {
    const home = context.static ? receiver : homeOf(receiver, name, spec);
    if (typeof home !== 'function' && (typeof home !== 'object' || home === null)) return;
    spec.identity.owner ??= ownerName(home);
    spec.identity.home = home;
    keepOptions(home, name, spec.options);
  }
  // No prototype has a private method: its class has no name that every instance would tell alike.
  if (context.private && !context.static) spec.identity.owner = '';
  context.addInitializer(function (this: unknown) {
    if (spec.identity.home === undefined) learnHome(this);
  });
  return made.method;
}

/**
 * The prototype that a method was defined on: the same for every instance, whatever class it was made of. Behind another
 * decorator the method cannot be told from others of its name; then it is the last that has one. O(prototypes)
 */
function homeOf(receiver: unknown, name: string | symbol, spec: NodeSpec): object | undefined {
  if (typeof receiver !== 'object' || receiver === null) return undefined;
  let last: object | undefined;
  for (let at = parentOf(receiver); at !== null && at !== Object.prototype; at = parentOf(at)) {
    const own = Object.getOwnPropertyDescriptor(at, name);
    if (own === undefined) continue;
    if (specOf(own.value) === spec) return at;
    last = at;
  }
  return last;
}

function parentOf(object: object): object | null {
  return Object.getPrototypeOf(object) as object | null;
}

interface LegacyTarget {
  readonly owner: object;
  readonly key: string | symbol;
  readonly descriptor: PropertyDescriptor | undefined;
}

function decorateLegacy({ owner, key, descriptor }: LegacyTarget, options: NodeOptions): PropertyDescriptor {
  if (typeof descriptor?.value !== 'function') throw notAMethod(key);
  const made = nodeMethod(descriptor.value as Body, { name: String(key), ...options });
  made.spec.identity.owner = ownerName(owner);
  made.spec.identity.home = owner;
  const types = declaredTypes(owner, key);
  if (types !== undefined) declareTypes(made.spec.identity, types);
  keepOptions(owner, key, made.spec.options);
  return { ...descriptor, value: made.method };
}

/** The class's name, from the class (static methods) or its prototype; '' for one that has none. */
function ownerName(owner: object): string {
  const constructor: unknown = typeof owner === 'function' ? owner : owner.constructor;
  return typeof constructor === 'function' ? constructor.name : '';
}

function notAMethod(member: string | symbol | undefined): DagError {
  return new DagError('DAG_NOT_A_NODE', {
    message: `@node() expects a method, got ${member === undefined ? 'something else' : `the member ${String(member)}`}.`,
    remedy: 'For a function use node(fn, options).',
  });
}

/** A method whose calls are Futures that keep `this`. `learnHome` finds its class, where that is not known before. */
function nodeMethod(
  body: Body,
  options: NodeOptions,
  learnHome?: (receiver: unknown) => void,
): { spec: NodeSpec; method: Body } {
  const spec = newSpec(body, options);
  const { identity } = spec;
  identity.method = true;
  const method = function (this: unknown, ...args: unknown[]): unknown {
    // Of an instance that no constructor has made.
    if (identity.home === undefined) learnHome?.(this);
    return call(spec, this, args);
  };
  return { spec, method: dress(method, spec) };
}

/** How a node function makes its calls; a Graph makes them in its own scope. */
export interface CallPlace {
  /** `this` of the body. */
  readonly receiver?: unknown;
  /** Is given the making of a call. Default: makes it where it is. */
  readonly within?: (make: () => unknown) => unknown;
}

/** A function whose calls are Futures, with the members of {@link NodeFunction}. */
export function nodeFunction(spec: NodeSpec, place: CallPlace = {}): Body {
  const { receiver, within } = place;
  const lazy =
    within === undefined
      ? (...args: unknown[]): unknown => call(spec, receiver, args)
      : (...args: unknown[]): unknown => within(() => call(spec, receiver, args));
  return dress(lazy, spec, place);
}

/** The spec of a new node around `body`. @throws DAG_OPTION, DAG_NOT_A_NODE */
export function newSpec(body: Body, options: NodeOptions, below?: CallableFunction): NodeSpec {
  checkOptions(options, { subject: `node(${body.name})`, callOnly: false });
  if (isClass(body)) {
    throw new DagError('DAG_NOT_A_NODE', {
      message: `node() expects a function to wrap, got the class ${body.name}, which cannot be called.`,
      remedy: 'Wrap a function that makes the instance, or put @node() above methods.',
    });
  }
  const own = { ...options }; // what happens to the caller's object later is of no consequence
  const identity = new NodeIdentity(body, own, below);
  register(identity);
  const spec = new NodeSpec(identity, own);
  identity.base = spec;
  return spec;
}

/** Whether a function can only be called with `new`. */
function isClass(body: Body): boolean {
  // Only classes and builtins have a prototype that cannot be replaced, so that few functions need a look at their text.
  const prototype = Object.getOwnPropertyDescriptor(body, 'prototype');
  return prototype?.writable === false && Function.prototype.toString.call(body).startsWith('class');
}

/** Lets a function be known by a spec: it travels to other threads as the node's address. */
export function giveSpec(thing: CallableFunction, spec: NodeSpec): void {
  specs.set(thing, spec);
}

/** Gives a lazy function its spec and the members of {@link NodeFunction}. */
function dress<Lazy extends (...args: never[]) => unknown>(lazy: Lazy, spec: NodeSpec, place: CallPlace = {}): Lazy {
  specs.set(lazy, spec);
  const members = {
    name: spec.identity.named ? spec.name : '',
    body: place.receiver === undefined ? spec.body : spec.body.bind(place.receiver),
    with: (options: CallOptions): unknown => {
      checkOptions(options, { subject: `${spec.name}.with()`, callOnly: true });
      return nodeFunction(spec.with(options), place);
    },
    map: (elements: Iterable<unknown>): unknown[] =>
      Array.from(elements, (element) => Reflect.apply(lazy, undefined, [element]) as unknown),
  };
  for (const [name, value] of Object.entries(members)) Object.defineProperty(lazy, name, { value, configurable: true });
  return lazy;
}
