import { DagError } from '../errors.js';
import { describeOption } from '../graph/options.js';
import { outputsOf } from '../graph/outputs.js';
import type { Future } from '../graph/future.js';
import type { OutputFutures, OutputsOption } from '../graph/types.js';
import { Placeholder } from './placeholder.js';
import { isTracing } from './tracing.js';

/** Options of {@link source}. */
export interface SourceOptions<Outputs extends OutputsOption = OutputsOption> {
  /** How errors, figures and pictures call it. Default: the function's name. */
  readonly name?: string;
  /** Each item is a tuple (a number) or a record (names), of which each part is a Future of its own. */
  readonly outputs?: Outputs;
}

/** Where a pipeline itself takes items from. */
export class InnerSource<out T = unknown> extends Placeholder<T> {
  readonly name: string;
  readonly begin: () => unknown;

  constructor(name: string, begin: () => unknown) {
    super(name);
    this.name = name;
    this.begin = begin;
  }
}

/**
 * A source inside of a pipeline, which runs without an input then. A generator function (of either kind) is begun when
 * the run begins, and its end ends the run; likewise a function that gives an iterator, such as `() => read(file)` with a
 * generator function `read`. Any other function is called for each item, without an end. Calling the result in the function of a pipeline gives the Future of the items, or a Future per output.
 *
 * @throws DAG_OPTION when it is given no function; the result throws DAG_PIPELINE outside of a pipeline.
 */
export function source<T>(
  fn: (() => Generator<T, unknown, unknown>) | (() => AsyncGenerator<T, unknown, unknown>),
  options?: SourceOptions & { readonly outputs?: never },
): () => Future<T>;
export function source<T, const Outputs extends OutputsOption>(
  fn: (() => Generator<T, unknown, unknown>) | (() => AsyncGenerator<T, unknown, unknown>),
  options: SourceOptions<Outputs> & { readonly outputs: Outputs },
): () => OutputFutures<T, Outputs>;
export function source<T>(
  fn: () => T,
  options?: SourceOptions & { readonly outputs?: never },
): () => Future<Awaited<T>>;
export function source<T, const Outputs extends OutputsOption>(
  fn: () => T,
  options: SourceOptions<Outputs> & { readonly outputs: Outputs },
): () => OutputFutures<Awaited<T>, Outputs>;
export function source(fn: unknown, options: SourceOptions = {}): unknown {
  if (typeof fn !== 'function') {
    throw new DagError('DAG_OPTION', { message: `source() expects a function, got ${describeOption(fn)}.` });
  }
  const name = options.name ?? (fn.name === '' ? 'source' : fn.name);
  const begin = fn as () => unknown; // seen above
  return () => {
    if (!isTracing()) {
      throw new DagError('DAG_PIPELINE', {
        message: `The source ${name} was called outside of a pipeline.`,
        remedy: 'Call it in the function that is given to pipeline().',
      });
    }
    const items = new InnerSource(name, begin);
    return options.outputs === undefined ? items : outputsOf(items, options.outputs);
  };
}
