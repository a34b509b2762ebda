import { DagError } from '../errors.js';
import { call } from '../graph/call.js';
import { holdsFuture } from '../graph/containers.js';
import { Future } from '../graph/future.js';
import { checkByRules, choiceRule, type OptionRules } from '../graph/option-rules.js';
import type { Placement } from '../graph/options.js';
import { NodeIdentity, NodeSpec } from '../graph/spec.js';
import type { Lazy, LazyParameters } from '../graph/types.js';
import { endedError } from './generator-machine.js';
import { Cell, cellOf, type Machine, type MakeMachine } from './machine.js';
import { isTracing, isTracingInner } from './tracing.js';

/** What several chunks at once make: an array, where the transform takes one. */
type Several<In> = In extends readonly unknown[] ? In : never;

/** Options of a transform. */
export interface TransformOptions {
  /** How errors, figures and pictures call it. Default: the factory's name. */
  readonly name?: string;
  /**
   * Where its state is kept in a pipeline: `'pool'` on one thread of the run's pool, anything else on the calling
   * thread. Default `'auto'`.
   */
  readonly executor?: Placement;
  /**
   * The transform reads a chunk during its step only and copies what it keeps of it, so that chunks in shared memory
   * need not be copied for it. Default false.
   */
  readonly borrows?: boolean;
  /** How many of the states of a keyed transform work at once. Default 1; others than keyed ones have one state. */
  readonly replicas?: number;
}

/** Rules for {@link TransformOptions}. */
export const transformRules: OptionRules<TransformOptions> = {
  name: { expected: 'a text', allows: (value) => typeof value === 'string' && value !== '' },
  executor: choiceRule('inline', 'pool', 'remote', 'auto'),
  borrows: { expected: 'true or false', allows: (value) => typeof value === 'boolean' },
  replicas: {
    expected: 'a whole number of at least 1',
    allows: (value) => Number.isInteger(value) && Number(value) >= 1,
  },
};

/** What transforms that give one result for a chunk, and those that give any number, have in common. */
export interface TransformMembers {
  /** How errors, figures and pictures call it. */
  readonly name: string;
  /** Begins anew, with the arguments of its factory. */
  reset(): void;
  /** Ends it: generators run their `finally`. Calls throw DAG_TRANSFORM_ENDED until `reset()`. Twice is as good as once. */
  close(): void;
  /** Its state as plain data that can be cloned. @throws DAG_SNAPSHOT where a generator keeps it. */
  snapshot(): unknown;
  /** Puts a state back that `snapshot()` gave. @throws DAG_SNAPSHOT where a generator keeps it. */
  restore(snapshot: unknown): void;
  /** {@link close}, at the end of a block with `using`. */
  [Symbol.dispose](): void;
}

/**
 * A function with a state. A call with a chunk gives the result at once and keeps the state for the next. In a
 * {@link pipeline}, a call with Futures makes it a step of the pipeline: one instance, which takes the chunks in order.
 */
export interface Transform<In, Out> extends TransformMembers {
  /** One chunk, at once. @throws DAG_TRANSFORM_ENDED, DAG_TRANSFORM_REENTERED, and what the transform throws. */
  (chunk: In): Out;
  /** Several inputs, which the transform gets as an array. */
  (...chunks: Several<In>): Out;
  /** A step of a pipeline. @throws DAG_TRANSFORM_FUTURE anywhere else. */
  (chunk: Lazy<In>): Future<Awaited<Out>>;
  /** A step of a pipeline with several inputs. */
  (...chunks: LazyParameters<Several<In>>): Future<Awaited<Out>>;
  /** Another such transform, with a state of its own and some options changed. @throws DAG_OPTION */
  with(options: TransformOptions): Transform<In, Out>;
}

/**
 * Like {@link Transform}, with none, one or many results for a chunk: a call gives an array of them. In a pipeline each
 * of them goes on by itself.
 */
export interface Flow<In, Out> extends TransformMembers {
  (chunk: In): Out[];
  (chunk: Lazy<In>): Future<Out>;
  /** What is left when the chunks are over. */
  flush(): Out[];
  /** Another such flow, with a state of its own and some options changed. @throws DAG_OPTION */
  with(options: TransformOptions): Flow<In, Out>;
}

/** A {@link Flow} that waits: a call gives a promise of the results. */
export interface AsyncFlow<In, Out> extends TransformMembers {
  (chunk: In): Promise<Out[]>;
  (chunk: Lazy<In>): Future<Out>;
  /** What is left when the chunks are over. */
  flush(): Promise<Out[]>;
  /** Another such flow, with a state of its own and some options changed. @throws DAG_OPTION */
  with(options: TransformOptions): AsyncFlow<In, Out>;
}

/** How a transform is made: again and again, on this thread or another. */
export interface Recipe {
  /** The factory. */
  readonly spec: NodeSpec;
  /** What the factory was called with. */
  readonly args: readonly unknown[];
  readonly options: TransformOptions;
}

/** A transform of any types. */
export type AnyTransform = TransformMembers & ((...chunks: never[]) => unknown);

const recipes = new WeakMap<object, Recipe>();
/** Stands for the calls of transforms in pipelines, by factory. */
const stepSpecs = new WeakMap<NodeSpec, NodeSpec>();

/** Steps of pipelines that are steps of others. */
const innerSteps = new WeakSet<Future>();

/** Whether a step belongs to a pipeline inside another, whose transforms serve both with states of their own. */
export function isInnerStep(future: Future): boolean {
  return innerSteps.has(future);
}

/** How a transform was made; undefined for anything that is none. */
export function recipeOf(thing: unknown): Recipe | undefined {
  return typeof thing === 'function' ? recipes.get(thing) : undefined;
}

/** What errors call the transforms of a recipe. */
export function nameOf({ spec, options }: Recipe): string {
  return options.name ?? spec.name;
}

/** A machine with a state of its own. @throws what the factory throws, DAG_TRANSFORM_ENDED */
export function machineOf({ spec, args }: Recipe): Machine {
  return (spec.body as MakeMachine)(...args); // only factories are in recipes
}

/** What is the same for all machines of a recipe. */
type Traits = Pick<Machine, 'asynchronous' | 'emits' | 'gathers' | 'keyed'>;

const traits = new WeakMap<Recipe, Traits>();

/** What the machines of a recipe are like: seen when the first was made. */
export function traitsOf(recipe: Recipe): Traits {
  const known = traits.get(recipe);
  if (known !== undefined) return known;
  const machine = machineOf(recipe);
  machine.close();
  return learnTraits(recipe, machine);
}

function learnTraits(recipe: Recipe, { asynchronous, emits, gathers, keyed }: Machine): Traits {
  const learnt: Traits = {
    asynchronous: asynchronous === true,
    emits: emits === true,
    gathers: gathers === true,
    ...(keyed === undefined ? {} : { keyed }),
  };
  traits.set(recipe, learnt);
  return learnt;
}

/** The transform that a recipe makes. */
export function makeTransform(recipe: Recipe): AnyTransform {
  const machine = machineOf(recipe);
  learnTraits(recipe, machine);
  const cell = machine.emits === true ? new Cell(stepOfFlow, machine) : cellOf(machine);
  const life = { closed: false };
  const transform = (chunk: unknown, ...more: unknown[]): unknown => {
    if (more.length > 0 || isOneFuture(chunk) || life.closed || isTracing()) return several(chunk, ...more);
    return cell.run(cell.state, chunk);
  };
  const several = (...chunks: unknown[]): unknown => {
    if (holdsFuture(chunks)) return stepOf(recipe, transform, chunks);
    if (life.closed) throw endedError(nameOf(recipe));
    return cell.run(cell.state, chunks.length === 1 ? chunks[0] : chunks);
  };
  recipes.set(transform, recipe);
  return dress(transform, { recipe, machine, life });
}

/** `instanceof` takes several times as long as the rest of a call, since a Proxy stands behind the prototype of Future. */
function isOneFuture(chunk: unknown): boolean {
  return typeof chunk === 'object' && chunk !== null && Object.getPrototypeOf(chunk) === Future.prototype;
}

/** A call of a flow gives an array. */
function stepOfFlow(machine: Machine, chunk: unknown): unknown {
  return listOf(machine.step(chunk) as Iterable<unknown>); // what `emits` machines give
}

function listOf(results: Iterable<unknown> | Promise<Iterable<unknown>>): unknown[] | Promise<unknown[]> {
  return results instanceof Promise ? results.then((list) => [...list]) : [...results];
}

/** What a transform is made of. */
interface TransformParts {
  readonly recipe: Recipe;
  readonly machine: Machine;
  readonly life: { closed: boolean };
}

function dress(transform: (...chunks: never[]) => unknown, { recipe, machine, life }: TransformParts): AnyTransform {
  const close = (): void => {
    try {
      machine.close();
    } catch (error) {
      // A step that tries to close its own transform goes on. Anything else came from letting go, which is over.
      if (!(error instanceof DagError) || error.code !== 'DAG_TRANSFORM_REENTERED') life.closed = true;
      throw error;
    }
    life.closed = true;
  };
  const open = (): void => {
    if (life.closed) throw endedError(nameOf(recipe));
  };
  const members = {
    name: nameOf(recipe),
    reset: () => {
      machine.reset();
      life.closed = false;
    },
    close,
    [Symbol.dispose]: close,
    snapshot: () => {
      open();
      return stateOf(recipe, machine);
    },
    restore: (state: unknown) => {
      restoreInto(recipe, machine, state);
      life.closed = false;
    },
    with: (options: TransformOptions) => {
      checkByRules(options, { subject: `${nameOf(recipe)}.with()`, rules: transformRules });
      return makeTransform({ ...recipe, options: { ...recipe.options, ...options } });
    },
    flush: () => {
      open();
      return listOf(machine.flush?.() ?? []);
    },
  };
  for (const key of Reflect.ownKeys(members) as (keyof typeof members)[]) {
    if (key !== 'flush' || machine.emits === true)
      Object.defineProperty(transform, key, { value: members[key], configurable: true });
  }
  return transform as unknown as AnyTransform; // it has the members now
}

/** The state of a machine. @throws DAG_SNAPSHOT */
export function stateOf(recipe: Recipe, machine: Machine): unknown {
  if (machine.snapshot === undefined) throw noSnapshot(recipe);
  return machine.snapshot();
}

/** Puts a state back. @throws DAG_SNAPSHOT */
export function restoreInto(recipe: Recipe, machine: Machine, state: unknown): void {
  if (machine.restore === undefined) throw noSnapshot(recipe);
  machine.restore(state);
}

function noSnapshot(recipe: Recipe): DagError {
  return new DagError('DAG_SNAPSHOT', {
    message: `The state of ${nameOf(recipe)} cannot be saved, because a generator keeps it.`,
    remedy: 'Use the other form: stateful({ init, step }).',
  });
}

/** A call of a transform in a pipeline. */
function stepOf(recipe: Recipe, transform: unknown, chunks: readonly unknown[]): unknown {
  if (!isTracing()) {
    throw new DagError('DAG_TRANSFORM_FUTURE', {
      message: `${nameOf(recipe)} was given a Future outside of a pipeline.`,
      remedy: 'Resolve the Future first, or call the transform inside pipeline(fn).',
    });
  }
  let spec = stepSpecs.get(recipe.spec);
  if (spec === undefined) {
    const { name } = recipe.spec;
    spec = new NodeSpec(new NodeIdentity(outsideOfPipelines, { name, module: 'lazydag/stream' }), { name });
    stepSpecs.set(recipe.spec, spec);
  }
  const step = call(spec, transform, chunks);
  if (isTracingInner() && step instanceof Future) innerSteps.add(step);
  return step;
}

/** Nobody resolves the Futures of a pipeline but the pipeline. */
function outsideOfPipelines(): never {
  throw new DagError('DAG_TRANSFORM_FUTURE', {
    message: 'A Future of a pipeline was resolved outside of it.',
    remedy: 'Return it from the function that is given to pipeline().',
  });
}
