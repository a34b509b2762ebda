import { DagError } from '../errors.js';
import { eachFuture, isContainer, substituteFutures } from '../graph/containers.js';
import { Future } from '../graph/future.js';
import { describeOption } from '../graph/options.js';
import { partOf } from '../graph/outputs.js';
import { installResolver } from '../graph/resolver-hook.js';
import type { ResolveOptions } from '../graph/run-options.js';
import { currentScope } from '../graph/scope.js';
import { HALT, thread } from '../graph/thread.js';
import type { Resolved, Settled } from '../graph/types.js';
import { unshared } from '../memory/unshared.js';
import { Resolver } from './resolver.js';
import type { Outcome } from './run.js';
import { checkResolveOptions } from './run-options.js';

/** The resolver of this thread. */
export const resolver = new Resolver(() => performance.now());

/**
 * Resolves several targets in one pass, and gives them in the shape they came in: a Future, or an array, plain object,
 * Map or Set with Futures anywhere inside. Containers without Futures resolve to themselves. Also unwraps what a
 * decorated method returned, whose type does not show that it is a Future.
 *
 * With `settle`, every target finishes, and a `PromiseSettledResult` stands in its place.
 *
 * @throws DAG_NOT_A_FUTURE for anything else; NodeError when a body fails; DAG_ABORTED, DAG_RUN_TIMEOUT, DAG_CYCLE,
 *   DAG_MAX_CALLS, DAG_REMOVED, DAG_OPTION. All of them reject the promise.
 */
export function resolve<Target>(
  target: Target,
  options: ResolveOptions & { readonly settle: true },
): Promise<Settled<Target>>;
export function resolve<Target>(target: Target, options?: ResolveOptions): Promise<Resolved<Target>>;
export function resolve(target: unknown, options?: ResolveOptions): Promise<unknown> {
  if (thread.pooled && thread.inert) return never();
  return new Promise((fulfil, reject) => {
    resolveInto(target, { options, sync: false, fulfil, reject });
  });
}

/**
 * Like {@link resolve}, at once.
 *
 * @throws DAG_ASYNC_NODE when a call in the way is asynchronous, and whatever `resolve` rejects with.
 */
export function resolveSync<Target>(
  target: Target,
  options: ResolveOptions & { readonly settle: true },
): Settled<Target>;
export function resolveSync<Target>(target: Target, options?: ResolveOptions): Resolved<Target>;
export function resolveSync(target: unknown, options?: ResolveOptions): unknown {
  if (thread.pooled && thread.inert) {
    thread.halt();
    throw HALT;
  }
  let end: { value: unknown } | { error: unknown } | undefined;
  // Named before they are stored, as in `Run`: as literals in the object they would be old from the start and hold the graph.
  const fulfil = (value: unknown): void => {
    end = { value };
  };
  const reject = (error: unknown): void => {
    end = { error };
  };
  // Bodies change the current scope. Not by `run()`, which does nothing where the store is the current one already.
  const scope = currentScope.getStore();
  try {
    resolveInto(target, { options, sync: true, fulfil, reject });
  } finally {
    currentScope.enterWith(scope);
  }
  const ended = end as { value: unknown } | { error: unknown } | undefined; // assigned in a callback, which TypeScript cannot see
  if (ended === undefined) throw new DagError('DAG_INTERNAL', { message: 'A synchronous run did not end.' });
  if ('error' in ended) throw ended.error;
  return ended.value;
}

/** For a module that a thread of a pool imports: the main thread does what it asks for. */
export function never(): Promise<never> {
  thread.halt();
  return new Promise(() => undefined);
}

interface Ending {
  readonly options: ResolveOptions | undefined;
  readonly sync: boolean;
  readonly fulfil: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

function resolveInto(target: unknown, { options = {}, sync, fulfil, reject }: Ending): void {
  const outcomes = new Map<Future, Outcome>();
  checkResolveOptions(options);
  const targets = targetsOf(target);
  const shape = (): unknown => {
    const plain = (value: unknown): unknown => (options.copy === true ? unshared(value) : value);
    return substituteFutures(target, (future) => {
      if (options.settle !== true) return plain(future._value);
      const outcome = outcomes.get(future);
      return outcome?.status === 'fulfilled' ? { status: 'fulfilled', value: plain(outcome.value) } : outcome;
    });
  };
  // Named before they are stored, as in `Run`.
  const keep = (future: Future, outcome: Outcome): void => {
    outcomes.set(future, outcome);
  };
  const end = (error: unknown, failed: boolean): void => {
    if (failed) reject(error);
    else endWith(shape, { fulfil, reject });
  };
  const sink = options.settle === true ? { target: keep, end } : { end };
  const run = resolver.begin({ targets, options, sync, sink });
  if (sync) resolver.finishSync(run);
}

/** Hands the targets over in their shape; what a getter of theirs throws is what the run rejects with. */
function endWith(shape: () => unknown, { fulfil, reject }: Pick<Ending, 'fulfil' | 'reject'>): void {
  let shaped: unknown;
  try {
    shaped = shape();
  } catch (error) {
    reject(error);
    return;
  }
  fulfil(shaped);
}

/** The Futures of a target, as often as they stand there. */
export function targetsOf(target: unknown): Future[] {
  if (target instanceof Future) return [target];
  const found: Future[] = [];
  eachFuture(target, (future) => found.push(future));
  if (found.length === 0 && !(typeof target === 'object' && target !== null && isContainer(target))) {
    throw new DagError('DAG_NOT_A_FUTURE', {
      message: `resolve() expects a Future, or an array, object, Map or Set with Futures inside, got ${describeOption(target)}.`,
      remedy: 'Call a node to get a Future; `node(fn)` makes one of a function.',
    });
  }
  return found;
}

installResolver({
  resolve,
  resolveSync,
  release: (future) => {
    resolver.release(future);
  },
  part: partOf,
});
