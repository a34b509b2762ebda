import { DagError } from '../errors.js';
import { deliver, type RunEvent, type RunListener } from './events.js';
import { Future, REMOVED } from './future.js';
import type { Logger } from './logger.js';
import { MemoTable } from './memo.js';
import { newSpec, nodeFunction, specOf, type NodeFunction } from './node.js';
import { checkIsOptions, checkOptions, describeOption, type NodeOptions } from './options.js';
import { resolverHook } from './resolver-hook.js';
import { isExecutor, type Executor } from './executor.js';
import type { ResolveOptions } from './run-options.js';
import { currentScope, Scope, scopes } from './scope.js';
import { isStore, type Store } from './store.js';
import type { Body } from './spec.js';
import type { OutputsOption, Resolved, Settled } from './types.js';
import { eachDependency, wholeOf } from './dependencies.js';
import { verboseListener } from './verbose.js';

/** Options of a Graph. */
export interface GraphOptions {
  /** What views call it. Default `'graph'`. */
  readonly name?: string;
  /** Default of `persist` for the calls of this Graph. Default false. */
  readonly persist?: boolean | 'disk';
  /** Default of `memo` for the calls of this Graph. Default false. */
  readonly memo?: boolean;
  /** Runs of this Graph's calls tell what happens, line by line. Default false. */
  readonly verbose?: boolean | Logger;
  /** Where the bodies of this Graph's `resolve()` run. Default `'inline'`: on the calling thread. */
  readonly executor?: 'inline' | Executor;
  /** Where results of calls with `persist: 'disk'` are kept, in runs whose first target is of this Graph. Default: nowhere. */
  readonly store?: Store;
  /** Keep start, duration, bytes and worker of each call for views. Default false. */
  readonly record?: boolean;
  /** Remember where each call was made, for errors; about a microsecond per call. Default false. */
  readonly debug?: boolean;
}

const FLAGS = ['memo', 'record', 'debug'] as const;
const NAMES = new Set<string>([...FLAGS, 'name', 'persist', 'verbose', 'executor', 'store']);

/**
 * A scope that records calls: all those made inside `run()`, through `add()`, and in the bodies of its calls. It holds
 * them until they are removed, also those that nothing uses; calls outside any Graph are held by their Futures alone.
 */
export class Graph {
  readonly name: string;
  readonly persist: boolean | 'disk';
  readonly memo: boolean;
  readonly verbose: boolean | Logger;
  readonly record: boolean;
  readonly debug: boolean;
  readonly store: Store | undefined;
  /** @internal */
  readonly _memo = new MemoTable();
  readonly #futures = new Set<Future>();
  readonly #listeners = new Set<RunListener>();
  readonly #executor: 'inline' | Executor | undefined;
  readonly #scope: Scope;
  #entered = false;

  /** @throws DAG_OPTION */
  constructor(options: GraphOptions = {}) {
    checkGraphOptions(options);
    this.name = options.name ?? 'graph';
    this.persist = options.persist ?? false;
    this.memo = options.memo ?? false;
    this.verbose = options.verbose ?? false;
    this.record = options.record ?? false;
    this.debug = options.debug ?? false;
    this.#executor = options.executor;
    this.store = options.store;
    this.#scope = new Scope(this, undefined, undefined);
    this.#scope.capturesCallSites = this.debug;
    if (this.verbose !== false) this.#listeners.add(verboseListener(this.verbose === true ? console : this.verbose));
  }

  /** Calls `build`; the calls made inside, also after an `await`, belong to this Graph. Gives what `build` gives. */
  run<Result>(build: () => Result): Result {
    if (!this.#entered) {
      // Asynchronous code that begins inside may go on inside at any later time: the scope stays in use.
      this.#entered = true;
      scopes.enter();
    }
    const outer = scopes.current();
    return currentScope.run(outer?.parent === undefined ? this.#scope : outer.inside(this), build);
  }

  /**
   * pyflow's form for undecorated functions: `graph.add(fn, options)(...args)` makes a call of this Graph. Takes lambdas,
   * builtins such as `Math.max`, bound methods and nodes.
   *
   * @throws DAG_OPTION, DAG_NOT_A_NODE
   */
  add<Args extends readonly unknown[], Result>(
    fn: (...args: Args) => Result,
    options?: NodeOptions & { readonly outputs?: never },
  ): NodeFunction<Args, Result>;
  add<Args extends readonly unknown[], Result, const Outputs extends OutputsOption>(
    fn: (...args: Args) => Result,
    options: NodeOptions<Outputs> & { readonly outputs: Outputs },
  ): NodeFunction<Args, Result, Outputs>;
  add(fn: Body, options: NodeOptions = {}): unknown {
    if (typeof fn !== 'function') {
      throw new DagError('DAG_NOT_A_NODE', {
        message: `graph.add() expects a function, got ${describeOption(fn)}.`,
        remedy: 'Pass the function itself and call what add() gives: graph.add(fn)(...args).',
      });
    }
    const known = specOf(fn);
    checkOptions(options, { subject: `graph.add(${known?.name ?? fn.name})`, callOnly: known !== undefined });
    const spec = known === undefined ? newSpec(fn, named(fn, options)) : known.with(options);
    return nodeFunction(spec, { within: (make) => (scopes.current()?.graph === this ? make() : this.run(make)) });
  }

  /** Every call of this Graph that was not removed, in the order in which they were made. */
  get futures(): readonly Future[] {
    return [...this.#futures];
  }

  /** Forgets a call and its value. Resolving it, or anything that needs it, is DAG_REMOVED from now on. */
  remove(future: Future): void {
    const whole = future instanceof Future ? wholeOf(future) : future;
    if (!this.#futures.delete(whole)) {
      throw new DagError('DAG_REMOVED', {
        message: `graph.remove() expects a Future of graph ${this.name}, got ${future instanceof Future ? 'one of elsewhere, or removed before' : describeOption(future)}.`,
      });
    }
    this._memo.forget(future);
    whole._flags |= REMOVED;
    resolverHook().release(future);
    resolverHook().release(whole);
  }

  /**
   * Resolves targets as `resolve()` does; without targets, every call made at the top of this Graph that no other call
   * takes, effects included, and gives their values in order.
   */
  resolve(target?: undefined, options?: ResolveOptions): Promise<unknown[]>;
  resolve<Target>(target: Target, options: ResolveOptions & { readonly settle: true }): Promise<Settled<Target>>;
  resolve<Target>(target: Target, options?: ResolveOptions): Promise<Resolved<Target>>;
  resolve(target?: unknown, options?: ResolveOptions): Promise<unknown> {
    const executor = options?.executor ?? this.#executor;
    return resolverHook().resolve(
      target === undefined ? this.sinks() : target,
      executor === undefined ? options : { ...options, executor },
    );
  }

  /** The calls made at the top of this Graph that no other call takes. */
  sinks(): Future[] {
    const taken = new Set<Future>();
    for (const future of this.#futures) eachDependency(future, (dependency) => taken.add(dependency));
    return [...this.#futures].filter((future) => future._parent === undefined && !taken.has(future));
  }

  /** Delivers every event about this Graph's calls; gives a function that stops it. */
  on(event: 'event', listener: RunListener): () => void {
    const given: unknown = event; // callers without types may pass anything
    if (given !== 'event' || typeof listener !== 'function') {
      throw new DagError('DAG_OPTION', {
        message: `graph.on() expects 'event' and a function, got ${describeOption(given)} and ${describeOption(listener)}.`,
      });
    }
    this.#listeners.add(listener);
    return () => {
      this.off(event, listener);
    };
  }

  /** Ends the delivery to a listener. */
  off(_event: 'event', listener: RunListener): void {
    this.#listeners.delete(listener);
  }

  /** Whether runs must build events for this Graph. @internal */
  get _observed(): boolean {
    return this.#listeners.size > 0 || this.record;
  }

  /** @internal */
  _emit(event: RunEvent): void {
    for (const listener of this.#listeners) deliver(listener, event);
  }

  /** Ends the recording of a call that its parent has made anew. @internal */
  _forget(future: Future): void {
    this.#futures.delete(future);
    this._memo.forget(future);
  }

  /** @internal */
  _record(future: Future): void {
    this.#futures.add(future);
  }
}

/** A bound method is called `bound name`; its calls go by the name alone. */
function named(fn: Body, options: NodeOptions): NodeOptions {
  const name = fn.name.replace(/^(bound )+/, '');
  return options.name !== undefined || name === '' || name === fn.name ? options : { ...options, name };
}

function checkGraphOptions(options: unknown): void {
  checkIsOptions(options, 'new Graph()');
  const refuse = (name: string, expected: string): never => {
    throw new DagError('DAG_OPTION', {
      message: `new Graph(): \`${name}\` must be ${expected}, got ${describeOption(options[name])}.`,
    });
  };
  for (const name of Object.keys(options)) {
    if (!NAMES.has(name)) {
      throw new DagError('DAG_OPTION', {
        message: `new Graph() has no option \`${name}\`.`,
        remedy: `Its options are ${[...NAMES].sort().join(', ')}.`,
      });
    }
  }
  for (const name of FLAGS) if (!['boolean', 'undefined'].includes(typeof options[name])) refuse(name, 'true or false');
  if (!['string', 'undefined'].includes(typeof options['name'])) refuse('name', 'a text');
  if (![undefined, true, false, 'disk'].includes(options['persist'] as boolean))
    refuse('persist', "true, false or 'disk'");
  if (![undefined, 'inline'].includes(options['executor'] as 'inline') && !isExecutor(options['executor'])) {
    refuse('executor', "'inline' or an executor");
  }
  if (options['store'] !== undefined && !isStore(options['store'])) refuse('store', 'a store, such as a DiskStore');
  if (!isVerbose(options['verbose'])) refuse('verbose', 'true, false or a logger with log(line)');
}

/** Whether a value is allowed for `verbose`. */
export function isVerbose(verbose: unknown): boolean {
  if (verbose === undefined || typeof verbose === 'boolean') return true;
  return typeof verbose === 'object' && verbose !== null && 'log' in verbose && typeof verbose.log === 'function';
}
