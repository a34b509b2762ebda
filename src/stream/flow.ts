import { checkByRules } from '../graph/option-rules.js';
import type { Machine } from './machine.js';
import { factoryOf, machineMaker, statefulRules, type StatefulOptions } from './stateful.js';
import type { StatefulSteps } from './step-machine.js';
import type { AsyncFlow, Flow } from './transform.js';

/** {@link StatefulSteps} of a flow, whose step gives any number of results. */
export interface FlowSteps<Args extends readonly unknown[], State, In, Out> extends StatefulSteps<
  Args,
  State,
  In,
  Iterable<Out>
> {
  /** What is left when the chunks are over. Default: nothing. */
  readonly flush?: (state: State) => Iterable<Out>;
}

/** Makes flows: each with a state of its own. */
export interface FlowFactory<Args extends readonly unknown[], In, Out> {
  /** A flow that is ready for its first chunk. @throws DAG_TRANSFORM_ENDED when its generator yields nothing. */
  (...args: Args): Flow<In, Out>;
}

/** Like {@link FlowFactory}, of flows that wait. */
export interface AsyncFlowFactory<Args extends readonly unknown[], In, Out> {
  /** A flow that is ready for its first chunk. */
  (...args: Args): AsyncFlow<In, Out>;
}

/**
 * Like {@link stateful}, for transforms that give none, one or many results for a chunk: each yield, or step, gives an
 * iterable of them. What belongs to one chunk alone is better made with `filter` and `flatMap`, whose results see the
 * values of their item in a pipeline; those of a flow may be made of several chunks, and do not.
 *
 * @throws DAG_OPTION
 */
export function flow<Args extends readonly unknown[], In, Out>(
  generator: (...args: Args) => Generator<Iterable<Out>, unknown, In>,
  options?: StatefulOptions,
): FlowFactory<Args, In, Out>;
export function flow<Args extends readonly unknown[], In, Out>(
  generator: (...args: Args) => AsyncGenerator<Iterable<Out>, unknown, In>,
  options?: StatefulOptions,
): AsyncFlowFactory<Args, In, Out>;
export function flow<Args extends readonly unknown[], State, In, Out>(
  steps: FlowSteps<Args, State, In, Out>,
  options?: StatefulOptions,
): FlowFactory<Args, In, Out>;
export function flow(definition: unknown, options: StatefulOptions = {}): unknown {
  checkByRules(options, { subject: 'flow()', rules: statefulRules });
  const make = machineMaker(definition, 'flow');
  const { flush } = definition as { readonly flush?: (state: unknown) => Iterable<unknown> }; // of the form with steps
  const makeFlow = (...args: readonly unknown[]): Machine => new FlowMachine(make(...args), flush);
  return factoryOf(Object.defineProperty(makeFlow, 'name', { value: make.name }), options, flow);
}

/** A machine whose steps give any number of results. */
class FlowMachine implements Machine {
  readonly emits = true;
  readonly gathers = true;
  readonly asynchronous: boolean;
  /** Left out where the state cannot be had. */
  readonly snapshot?: () => unknown;
  readonly restore?: (state: unknown) => void;
  readonly #inner: Machine;
  readonly #flush: ((state: unknown) => Iterable<unknown>) | undefined;

  constructor(inner: Machine, flush: ((state: unknown) => Iterable<unknown>) | undefined) {
    this.#inner = inner;
    this.#flush = flush;
    this.asynchronous = inner.asynchronous === true;
    if (inner.snapshot === undefined) return;
    this.snapshot = () => inner.snapshot?.();
    this.restore = (state) => inner.restore?.(state);
  }

  step(chunk: unknown): unknown {
    return this.#inner.step(chunk);
  }

  flush(): Iterable<unknown> | Promise<Iterable<unknown>> {
    const left = this.#flush?.(this.#inner.cell?.state) ?? [];
    return this.asynchronous ? Promise.resolve(left) : left;
  }

  reset(): void {
    this.#inner.reset();
  }

  close(): void {
    this.#inner.close();
  }
}
