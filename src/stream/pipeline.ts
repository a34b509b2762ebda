import { DagError } from '../errors.js';
import { Future } from '../graph/future.js';
import { checkByRules } from '../graph/option-rules.js';
import { describeOption } from '../graph/options.js';
import { thread } from '../graph/thread.js';
import type { Resolved } from '../graph/types.js';
import { Input, placeholderSpec } from './placeholder.js';
import { buildPlan } from './plan/build.js';
import { pipelineGraph, type PipelineGraph } from './plan/graphology.js';
import type { Plan } from './plan/plan.js';
import { claimTransforms } from './plan/claims.js';
import { pipelineRules, runRules, type PipelineOptions, type RunOptions } from './run/run-options.js';
import { inertRun } from './run/inert-run.js';
import { Running } from './run/running.js';
import { isTracing, traced, tracedInside } from './tracing.js';

/** What a pipeline reads items from. */
export type Source<T> = Iterable<T> | AsyncIterable<T> | Iterator<T> | AsyncIterator<T> | ReadableStream<T>;

/** The values that Futures stand for. */
export type ValuesOf<Futures extends readonly unknown[]> = {
  [Index in keyof Futures]: Exclude<Futures[Index], undefined> extends Future<infer Value> ? Value : Futures[Index];
};

/** What `run()` is given: nothing, one source, or an array of sources; either of the last where inputs are optional. */
type SourcesOf<Inputs extends readonly unknown[]> = Inputs extends readonly []
  ? undefined
  : Inputs extends readonly [infer Only]
    ? Source<Only>
    : | { readonly [Index in keyof Inputs]: Source<Inputs[Index]> }
      | (1 extends Inputs['length'] ? Source<Inputs[0]> : never);

/**
 * What happens to every item of a stream: traced once from a function, then run for each item. In the function of
 * another pipeline, a call with Futures makes it a part of that.
 */
export interface Pipeline<Futures extends readonly unknown[], Result> {
  /** In the function of another pipeline: does the same there. @throws DAG_PIPELINE anywhere else. */
  (...inputs: Futures): Result;
  /** How errors and pictures call it. */
  readonly name: string;
  /**
   * Begins a run, whose results are iterated over. Without sources, items come by `call()` only. States begin anew.
   *
   * @throws DAG_SOURCE when something is no source; DAG_OPTION, DAG_PARAMETER, DAG_SNAPSHOT.
   */
  run(sources?: SourcesOf<ValuesOf<Futures>>, options?: RunOptions): Running<ValuesOf<Futures>, Resolved<Result>>;
  /** Its steps and what leads from one to the next, with replicas and states; the functions of `lazydag/view` draw it, too. */
  toGraphology(): PipelineGraph;
}

/** Options of a pipeline whose function has optional inputs. */
export interface PipelineShape extends PipelineOptions {
  /** How many inputs the function takes. Default: how many parameters it has. */
  readonly inputs?: number;
}

/**
 * Makes a pipeline of a function from Futures of the inputs to a Future, or anything with Futures inside. The function is
 * called once, to see which calls it makes; for every item the bodies of these calls run.
 *
 * @throws DAG_PIPELINE when it returns no Future or a promise, or has neither inputs nor a source; DAG_CYCLE,
 *   DAG_FEEDBACK, DAG_PARAMETER, DAG_RATES, DAG_REPLICAS, DAG_TRANSFORM_SHARED, DAG_OPTION.
 */
export function pipeline<Futures extends readonly (Future | undefined)[], Result>(
  fn: (...inputs: Futures) => Result,
  options: PipelineShape = {},
): Pipeline<Futures, Result> {
  if (typeof fn !== 'function') {
    throw new DagError('DAG_OPTION', { message: `pipeline() expects a function, got ${describeOption(fn)}.` });
  }
  checkByRules(options, { subject: 'pipeline()', rules: pipelineRules });
  const { name = fn.name === '' ? 'pipeline' : fn.name, inputs: count = fn.length, ...defaults } = options;
  const inputs = Array.from({ length: count }, (_, position) => new Input<unknown>(position));
  const root = new Future(placeholderSpec(name), [], undefined, undefined, undefined);
  const trace = traced(root, () => fn(...(inputs as readonly unknown[] as Futures))); // as many as it takes, of any types
  if (trace.result instanceof Promise) {
    trace.result.catch(() => undefined);
    throw new DagError('DAG_PIPELINE', {
      message: `The function of ${name} must give its result at once, got a promise.`,
      remedy: 'Make asynchronous calls in nodes: their bodies may be async.',
    });
  }
  const plan = buildPlan({ name, inputs, traced: trace });
  const made = (...given: Futures): Result => {
    if (isTracing()) return tracedInside(() => fn(...given));
    throw new DagError('DAG_PIPELINE', {
      message: `${name} was called outside of a pipeline.`,
      remedy: 'Use its run(source), or call() of a run, or call it in the function of another pipeline.',
    });
  };
  claimTransforms(plan, made);
  const run = (sources: unknown, runOptions: RunOptions = {}): unknown => {
    checkByRules(runOptions, { subject: `${name}.run()`, rules: runRules });
    if (thread.pooled && thread.inert) return inertRun();
    return new Running({ plan, sources: sourcesFor(plan, sources), options: { ...defaults, ...runOptions } });
  };
  Object.defineProperty(made, 'name', { value: name });
  Object.defineProperty(made, 'run', { value: run });
  Object.defineProperty(made, 'toGraphology', { value: () => pipelineGraph(plan) });
  return made as unknown as Pipeline<Futures, Result>; // it has the members now
}

/** The sources of a run, one for each input; undefined where items come by `call()` only. */
function sourcesFor(plan: Plan, sources: unknown): readonly unknown[] | undefined {
  if (plan.inputs === 0) {
    if (sources === undefined) return [];
    throw new DagError('DAG_SOURCE', {
      message: `${plan.name} has no input, but its run() was given ${describeOption(sources)}.`,
      remedy: 'Its items come from the source() inside: leave the argument out, or put undefined before the options.',
    });
  }
  if (sources === undefined) return undefined;
  if (plan.inputs === 1) return [sources];
  if (Array.isArray(sources) && sources.length === plan.inputs) return sources as readonly unknown[];
  throw new DagError('DAG_SOURCE', {
    message: `run() of ${plan.name} must be given an array of ${plan.inputs.toString()} sources, got ${Array.isArray(sources) ? `${sources.length.toString()} of them` : describeOption(sources)}.`,
  });
}
