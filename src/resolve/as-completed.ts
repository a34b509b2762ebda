import { DagError } from '../errors.js';
import type { Future } from '../graph/future.js';
import type { ResolveOptions } from '../graph/run-options.js';
import type { Resolved } from '../graph/types.js';
import { unshared } from '../memory/unshared.js';
import { thread } from '../graph/thread.js';
import { never, resolver, targetsOf } from './resolve.js';
import type { Outcome } from './run.js';
import { checkResolveOptions } from './run-options.js';

/**
 * Resolves several Futures and gives `[index, value]` of each as it finishes. A value is handed over: the library drops
 * it when it is yielded, unless it persists. Leaving the loop aborts what still runs.
 *
 * With `settle`, a failed target gives its `PromiseSettledResult`, as every other does; else its error is thrown after
 * the values that finished before it.
 *
 * @throws as {@link resolve} does.
 */
export function asCompleted<Value>(
  futures: Iterable<Future<Value>>,
  options: ResolveOptions & { readonly settle: true },
): AsyncGenerator<[index: number, outcome: PromiseSettledResult<Value>], void, undefined>;
export function asCompleted<Target>(
  futures: Iterable<Target>,
  options?: ResolveOptions,
): AsyncGenerator<[index: number, value: Resolved<Target>], void, undefined>;
export async function* asCompleted(
  futures: Iterable<unknown>,
  options: ResolveOptions = {},
): AsyncGenerator<[number, unknown], void, undefined> {
  if (thread.pooled && thread.inert) await never();
  checkResolveOptions(options);
  const list = [...futures];
  const indices = indicesOf(list);
  const finished: { future: Future; outcome: Outcome }[] = [];
  let ended: { error: unknown; failed: boolean } | undefined;
  let wake: () => void = () => undefined;
  const run = resolver.begin({
    targets: [...indices.keys()],
    options,
    keeps: false,
    sink: {
      target: (future, outcome) => {
        if (outcome.status === 'fulfilled' || options.settle === true) finished.push({ future, outcome });
        wake();
      },
      end: (error, failed) => {
        ended = { error, failed };
        wake();
      },
    },
  });
  try {
    for (;;) {
      for (let next = finished.shift(); next !== undefined; next = finished.shift()) {
        resolver.letGo(run, next.future);
        const shown = yieldedOf(next.outcome, options);
        for (const index of indices.get(next.future) ?? []) yield [index, shown];
      }
      const end = ended as { error: unknown; failed: boolean } | undefined; // assigned in a callback
      if (end !== undefined) {
        if (end.failed) throw end.error;
        return;
      }
      await new Promise<void>((resume) => {
        wake = resume;
      });
    }
  } finally {
    resolver.abort(run, new DagError('DAG_ABORTED', { message: 'The loop over asCompleted() was left.' }));
  }
}

/** Every position at which a Future stands. */
function indicesOf(list: readonly unknown[]): Map<Future, number[]> {
  const indices = new Map<Future, number[]>();
  for (const [index, element] of list.entries()) {
    const [future, ...more] = targetsOf(element);
    if (future === undefined || more.length > 0 || (future as unknown) !== element) {
      throw new DagError('DAG_NOT_A_FUTURE', {
        message: `asCompleted() expects Futures, got something else at index ${index.toString()}.`,
      });
    }
    const known = indices.get(future);
    if (known === undefined) indices.set(future, [index]);
    else known.push(index);
  }
  return indices;
}

function yieldedOf(outcome: Outcome, { copy, settle }: ResolveOptions): unknown {
  const plain = (value: unknown): unknown => (copy === true ? unshared(value) : value);
  if (settle === true)
    return outcome.status === 'fulfilled' ? { status: 'fulfilled', value: plain(outcome.value) } : outcome;
  return outcome.status === 'fulfilled' ? plain(outcome.value) : undefined;
}
