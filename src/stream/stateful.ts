import { DagError } from '../errors.js';
import { checkByRules, type OptionRules } from '../graph/option-rules.js';
import { giveSpec, newSpec } from '../graph/node.js';
import { describeOption } from '../graph/options.js';
import type { NodeSpec } from '../graph/spec.js';
import { AsyncGeneratorMachine, GeneratorMachine } from './generator-machine.js';
import type { Machine, MakeMachine } from './machine.js';
import { StepMachine, type StatefulSteps } from './step-machine.js';
import { makeTransform, transformRules, type Transform, type TransformOptions } from './transform.js';

/**
 * What the generator of a stateful transform is: each `yield` gives the result of the chunk before and gets the next
 * chunk. What it yields first answers no chunk and is passed over.
 */
export type Stateful<In, Out> = Generator<Out, void, In>;

/** Like {@link Stateful}, of an asynchronous generator. */
export type AsyncStateful<In, Out> = AsyncGenerator<Out, void, In>;

/** Makes transforms: each with a state of its own. */
export interface TransformFactory<Args extends readonly unknown[], In, Out> {
  /** A transform that is ready for its first chunk. @throws DAG_TRANSFORM_ENDED when its generator yields nothing. */
  (...args: Args): Transform<In, Out>;
}

/** Options of a factory of transforms: those of the transforms, and how threads find the factory. */
export interface StatefulOptions extends TransformOptions {
  /** Part of its identity. */
  readonly version?: string;
  /** URL of the defining module (`import.meta.url`). Default: where it was called. */
  readonly module?: string;
}

const text = { expected: 'a text', allows: (value: unknown): boolean => typeof value === 'string' };

/** Rules for {@link StatefulOptions}. */
export const statefulRules: OptionRules<StatefulOptions> = {
  ...transformRules,
  name: text,
  version: text,
  module: text,
};

/**
 * Makes a factory of stateful transforms, from a generator (after the generator pattern of ezmsg), or from functions
 * that make, change, save and restore a state. The same transform serves calls at once and pipelines.
 *
 * A result must be made anew for each chunk: a buffer that is written to again would change under those who read it.
 *
 * @throws DAG_OPTION
 */
export function stateful<Args extends readonly unknown[], In, Out>(
  generator: (...args: Args) => Generator<Out, unknown, In>,
  options?: StatefulOptions,
): TransformFactory<Args, In, Out>;
export function stateful<Args extends readonly unknown[], In, Out>(
  generator: (...args: Args) => AsyncGenerator<Out, unknown, In>,
  options?: StatefulOptions,
): TransformFactory<Args, In, Promise<Out>>;
export function stateful<Args extends readonly unknown[], State, In, Out>(
  steps: StatefulSteps<Args, State, In, Out>,
  options?: StatefulOptions,
): TransformFactory<Args, In, Out>;
export function stateful(definition: unknown, options: StatefulOptions = {}): unknown {
  checkByRules(options, { subject: 'stateful()', rules: statefulRules });
  return factoryOf(machineMaker(definition, 'stateful'), options, stateful);
}

/** How machines are made from what `subject`, {@link stateful} for one, is given. @throws DAG_OPTION */
export function machineMaker(definition: unknown, subject: string): MakeMachine {
  if (typeof definition === 'function') {
    const begin = definition as (...args: unknown[]) => never; // a generator function of either kind, by its overloads
    const { name } = definition;
    const shown = name === '' ? `${subject}(…)` : name;
    const isAsync = definition.constructor.name === 'AsyncGeneratorFunction';
    const make = (...args: readonly unknown[]): Machine =>
      isAsync
        ? new AsyncGeneratorMachine(shown, () => begin(...args))
        : new GeneratorMachine(shown, () => begin(...args));
    return Object.defineProperty(make, 'name', { value: name });
  }
  if (isSteps(definition)) {
    const make = (...args: readonly unknown[]): Machine => {
      const machine = new StepMachine(definition, args);
      checkState(machine.cell.state, subject);
      return machine;
    };
    return Object.defineProperty(make, 'name', { value: '' });
  }
  throw new DagError('DAG_OPTION', {
    message: `${subject}() expects a generator function or { init, step }, got ${describeOption(definition)}.`,
  });
}

/** What a step is given is the state itself: one that it cannot change would stay as it is for ever. */
function checkState(state: unknown, subject: string): void {
  if (state === undefined || state === null || typeof state === 'object' || typeof state === 'function') return;
  throw new DagError('DAG_OPTION', {
    message: `The state that \`init\` of ${subject}() gives must be an object, which \`step\` can change, got ${describeOption(state)}.`,
    remedy: 'Put it into one: init: () => ({ value: 0 }).',
  });
}

function isSteps(definition: unknown): definition is StatefulSteps<readonly unknown[], unknown, unknown, unknown> {
  if (typeof definition !== 'object' || definition === null) return false;
  const { init, step } = definition as Partial<StatefulSteps<readonly unknown[], unknown, unknown, unknown>>; // looked at here
  return typeof init === 'function' && typeof step === 'function';
}

/** A factory around what makes machines; `below` is the function of the library that was called to define it. */
export function factoryOf(
  make: MakeMachine,
  { version, module, ...options }: StatefulOptions,
  below: CallableFunction,
): (...args: readonly unknown[]) => unknown {
  const identity = {
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(version === undefined ? {} : { version }),
    ...(module === undefined ? {} : { module }),
  };
  const spec: NodeSpec = newSpec(make, identity, below);
  const factory = (...args: readonly unknown[]): unknown => makeTransform({ spec, args, options });
  Object.defineProperty(factory, 'name', { value: spec.identity.named ? spec.name : '', configurable: true });
  giveSpec(factory, spec);
  return factory;
}
