import { inspect } from 'node:util';
import { DagError } from '../errors.js';
import type { Graph } from './graph.js';
import { futureAsValue, trapPrototype } from './future-trap.js';
import type { ResolveOptions } from './run-options.js';
import { resolverHook } from './resolver-hook.js';
import type { NodeSpec } from './spec.js';

/** Where a call stands. */
export type FutureState = 'idle' | 'waiting' | 'running' | 'expanded' | 'done' | 'released' | 'failed';

/** The states in the order of their numbers in {@link Future._flags}. */
const STATES: readonly FutureState[] = ['idle', 'waiting', 'running', 'expanded', 'done', 'released', 'failed'];

/** Numbers of the states. @internal */
export const IDLE = 0;
export const WAITING = 1;
export const RUNNING = 2;
export const EXPANDED = 3;
export const DONE = 4;
export const RELEASED = 5;
export const FAILED = 6;

/** Bits of {@link Future._flags} above the state. @internal */
export const STATE_BITS = 7;
/** Was a target of a run: the value stays until `release()`. */
export const KEPT = 1 << 3;
/** The value stays after every run. */
export const PERSISTED = 1 << 4;
/** Another call takes it as an argument. */
export const USED = 1 << 5;
/** A body returned it. */
export const RETURNED = 1 << 6;
/** It was asked for by name: a target of some run. */
export const TARGETED = 1 << 7;
/** It was removed from its Graph. */
export const REMOVED = 1 << 8;
/** Some argument is a container with Futures inside. */
export const DEEP = 1 << 9;
/** Stored in the run's store too, besides being persisted. */
export const ON_DISK = 1 << 10;
/** `release()` was called while a run needs the value: it goes at its last use. */
export const RELEASING = 1 << 11;
/** Some run needs it, but has not looked at what it depends on. */
export const UNSEEN = 1 << 12;

/** Its arguments or its result cannot leave this thread. */
export const STAYS = 1 << 13;

/** It was in a message that could not be posted, and goes in one of its own. */
export const ALONE = 1 << 14;

/** Its body has called others: it ended in them, or resolved them by itself. */
export const CALLED = 1 << 15;

/** A key is kept for the value that it has: arguments that have been used do not count any more. Goes with the state. */
export const KEYED = 1 << 16;

/** Marks Futures of every copy of the library. */
export const FUTURE_BRAND = Symbol.for('lazydag.future');

/** Puts the trap behind the prototype of Future. */
const Trapped = Object.assign(
  function () {
    // Nothing to set up: only the prototype counts.
  },
  { prototype: trapPrototype },
) as unknown as new () => object; // classes extend functions, too

/**
 * The value that a call will have. Nothing has run when it is made; `resolve()` runs what it needs.
 *
 * A Future is not a promise: `await future` gives the Future itself. Use `await future.resolve()`.
 * Reading anything else from it (`+`, template strings, iteration, unknown properties) throws DAG_FUTURE_AS_VALUE.
 */
export class Future<out T = unknown> extends Trapped {
  /** What is called. @internal */
  readonly _spec: NodeSpec;
  /** Arguments as given, Futures among them. @internal */
  readonly _args: readonly unknown[];
  /** `this` of an instance or static method. @internal */
  readonly _receiver: unknown;
  /** The Graph that records the call. @internal */
  readonly _graph: Graph | undefined;
  /** The call in whose body this one was made. @internal */
  readonly _parent: Future | undefined;
  /** The value while the state is done. @internal */
  _value: unknown = undefined;
  /** State and flags. @internal */
  _flags = IDLE;
  /** Task number in the scheduler while some run needs it, else -1. @internal */
  _slot = -1;
  /** After its body ran: nested calls that no other call took; one, or several. @internal */
  _nested: Future | Future[] | undefined = undefined;
  declare protected readonly _type: T;

  /** @internal */
  constructor(
    spec: NodeSpec,
    args: readonly unknown[],
    receiver: unknown,
    graph: Graph | undefined,
    parent: Future | undefined,
  ) {
    super();
    this._spec = spec;
    this._args = args;
    this._receiver = receiver;
    this._graph = graph;
    this._parent = parent;
  }

  /**
   * Runs what this call needs and gives its value. Independent asynchronous bodies run at the same time; every
   * intermediate value is dropped when its last dependent has finished; this value stays until {@link release}.
   *
   * The value belongs to this Future: its buffers must not be written to while other calls may still read them.
   *
   * @throws NodeError when a body fails; DAG_ABORTED, DAG_RUN_TIMEOUT, DAG_CYCLE, DAG_MAX_CALLS.
   */
  resolve(options: ResolveOptions & { readonly settle: true }): Promise<PromiseSettledResult<T>>;
  resolve(options?: ResolveOptions): Promise<T>;
  resolve(options?: ResolveOptions): Promise<unknown> {
    return resolverHook().resolve(this, options);
  }

  /**
   * Like {@link resolve}, at once, without the event loop.
   *
   * @throws DAG_ASYNC_NODE when an asynchronous body is in the way.
   */
  resolveSync(options: ResolveOptions & { readonly settle: true }): PromiseSettledResult<T>;
  resolveSync(options?: ResolveOptions): T;
  resolveSync(options?: ResolveOptions): unknown {
    return resolverHook().resolveSync(this, options);
  }

  /**
   * A Future of a part of the value: a property, an array element (from the end where negative), a Map entry.
   * Only the part stays in memory once every wanted part is taken.
   */
  at<Key extends keyof T>(key: Key): Future<T[Key]>;
  at<Key>(key: Key): Future<T extends ReadonlyMap<Key, infer Value> ? Value | undefined : unknown>;
  at(key: unknown): Future {
    return resolverHook().part(this, key);
  }

  /**
   * Drops the value; the next resolve computes it again. Its shared memory is recycled at once, so views of it must
   * not be used any more. While a run still needs the value, it goes at its last use.
   */
  release(): void {
    resolverHook().release(this);
  }

  /** Keeps the value in memory after every run; `'disk'`: in the run's store too. Returns the Future itself. */
  persist(where: true | 'disk' = true): this {
    const given: unknown = where;
    if (given !== true && given !== 'disk') {
      throw new DagError('DAG_OPTION', {
        message: `future.persist() takes nothing, true or 'disk', got ${inspect(given)}.`,
      });
    }
    this._flags |= where === 'disk' ? PERSISTED | ON_DISK : PERSISTED;
    return this;
  }

  /** Where the call stands. Abort and skip return it to `'idle'`; after `'failed'` the next resolve tries again. */
  get state(): FutureState {
    return STATES[this._flags & STATE_BITS] ?? 'idle';
  }

  /** Marks Futures of every copy of the library. @internal */
  get [FUTURE_BRAND](): true {
    return true;
  }

  /** How `Object.prototype.toString` calls it. @internal */
  get [Symbol.toStringTag](): string {
    return 'Future';
  }

  /** A Future has no value to compute with. @internal */
  [Symbol.toPrimitive](): never {
    throw futureAsValue('arithmetic, comparison or text');
  }

  /** What consoles show: `Future<add> idle`. */
  [inspect.custom](): string {
    return `Future<${this._spec.name}> ${this.state}`;
  }
}

/** Puts a state into a Future's flags. @internal */
export function setState(future: Future, state: number): void {
  future._flags = (future._flags & ~(STATE_BITS | KEYED)) | state;
}
