import { DagError } from '../../errors.js';
import { isThenable } from '../../executor/thenable.js';
import { specOf } from '../../graph/node.js';
import type { OptionRules } from '../../graph/option-rules.js';
import type { StructDefinition } from '../../memory/struct/definition.js';
import { structOf, type Struct } from '../../memory/struct/struct.js';
import type { Machine } from '../../stream/machine.js';
import { KeyedMachine } from '../../stream/operators/keyed-machine.js';
import { claimTransform } from '../../stream/plan/claims.js';
import { bodyOfFunction, describePart } from '../../stream/function-body.js';
import { packRecipe, unpackRecipe, type RecipeParcel } from '../../stream/run/recipe-parcel.js';
import { machineOf, nameOf, recipeOf, type AnyTransform, type Recipe } from '../../stream/transform.js';
import type { Concluding } from '../component/concluding.js';
import { component } from '../component/decorator.js';
import { emitAll } from '../component/emission.js';
import { Prepared } from '../component/prepared.js';
import { Router } from '../component/router.js';
import { checkOptionsOf } from './rules.js';
import { inputsRule, structRule, type ValueType } from './values.js';

/** Options of {@link unit}. */
export interface UnitOptions {
  /**
   * Struct of what it emits: a result gives the fields of a record, or is the only field of one (a number, an array). Default
   * 'any': results as they are, copied.
   */
  readonly output?: ValueType;
  /** What its parents must give, in the order in which they are connected. Default: whatever they give. */
  readonly inputs?: readonly ValueType[];
  /** The transform is given this field of each record or object instead of the whole. */
  readonly field?: string;
}

const rules: OptionRules<UnitOptions> = {
  output: structRule,
  inputs: inputsRule,
  field: { expected: 'the name of a field', allows: (value) => typeof value === 'string' },
};

/** A factory of transforms that needs no arguments. */
export type TransformMaker = () => AnyTransform;

/**
 * Turns a transform, a flow or a composition of `lazydag/stream` into a router: `this.add(context, unit(fir(taps)))`. Its
 * chunks are the values of its parent, or arrays of them where it has several; each result is emitted by itself, and what a
 * flow has left when its parents have ended goes after them. Records are copied into plain objects, so that the transform
 * may keep them; one with `borrows: true` gets views, valid until its step is over. The transform itself keeps its state:
 * it serves as a pattern, for one unit only. A factory without arguments may be given in its place.
 *
 * With `onError: 'skip'` the transform begins anew behind a chunk that failed, as in pipelines.
 *
 * @throws DAG_OPTION; DAG_TRANSFORM_SHARED when the transform belongs to a pipeline or to another unit, and when a unit is
 *   added twice.
 */
export function unit(transform: AnyTransform | TransformMaker, options: UnitOptions = {}): Prepared<Router> {
  checkOptionsOf(options, { subject: 'unit()', rules });
  const own = transformOf(transform);
  const recipe = recipeOf(own);
  if (recipe === undefined) throw refusal(transform);
  const prepared = new PreparedUnit(Unit, [packRecipe(recipe), options], nameOf(recipe));
  claimTransform(own, { owner: prepared, name: 'this unit' });
  return prepared;
}

/** The transform, or one that the factory makes. */
function transformOf(given: unknown): object {
  if (recipeOf(given) !== undefined) return given as object; // a transform
  if (specOf(given) === undefined || bodyOfFunction(given) !== undefined) throw refusal(given);
  const made: unknown = (given as TransformMaker)(); // only factories have a spec and no body
  if (recipeOf(made) === undefined) throw refusal(given);
  return made as object; // a transform
}

function refusal(given: unknown): DagError {
  return new DagError('DAG_OPTION', {
    message: `unit() expects a transform, got ${describePart(given)}.`,
    remedy: 'Call its factory: unit(fir(taps)). For a function use Lambda.',
  });
}

/** A unit may be added once to each run of a layout. */
class PreparedUnit extends Prepared<Router> {
  readonly #layouts = new WeakSet();

  override claim(layout: object): void {
    if (this.#layouts.has(layout)) {
      throw new DagError('DAG_TRANSFORM_SHARED', {
        message: `The transform ${this.name} has one state, but its unit was added twice.`,
        remedy: 'Make one for each place by its factory.',
      });
    }
    this.#layouts.add(layout);
  }
}

/** A transform as a router. */
class Unit extends Router implements Concluding {
  readonly output: ValueType;
  readonly inputs: readonly ValueType[] | undefined;
  readonly #recipe: Recipe;
  readonly #field: string | undefined;
  /** The only field of what it emits, if there is one. */
  readonly #only: string | undefined;
  #machine: Machine | undefined;
  /** A step has failed: the state is not what it should be. */
  #stale = false;

  constructor(parcel: RecipeParcel, { output = 'any', inputs, field }: UnitOptions) {
    super();
    this.output = output;
    this.inputs = inputs;
    this.#recipe = unpackRecipe(parcel);
    this.#field = field;
    this.#only = output !== 'any' && output.fields.length === 1 ? output.fields[0]?.name : undefined;
  }

  /** Makes the state. */
  start(): void {
    const machine = machineOf(this.#recipe);
    // A key whose step has failed begins anew, and the others go on.
    if (machine instanceof KeyedMachine) machine.forgets = true;
    this.#machine = machine;
  }

  /** Ends it: generators run their `finally`. */
  stop(): void {
    const machine = this.#machine;
    this.#machine = undefined;
    machine?.close();
  }

  compute(...values: readonly unknown[]): unknown {
    const machine = this.#machine;
    if (machine === undefined) return undefined;
    if (this.#stale) machine.reset();
    this.#stale = false;
    const given = this.output === 'any' ? values : values.slice(0, -1); // the last one is the record to fill
    const chunks = given.map((value) => this.#chunkOf(value));
    return this.#guarded(() => machine.step(chunks.length === 1 ? chunks[0] : chunks), machine.emits === true);
  }

  /** What the transform has left. */
  end(): never {
    const machine = this.#machine;
    const left = this.#stale ? undefined : this.#guarded(() => machine?.flush?.() ?? [], true);
    return left as never; // results of any type, and promises of them
  }

  /** The results of what gives them, which are only there once they were read. */
  #guarded(act: () => unknown, several: boolean): unknown {
    const resultsOf = (given: unknown): unknown => {
      if (!several) return this.#resultOf(given);
      return emitAll(Array.from(given as Iterable<unknown>, (each) => this.#resultOf(each))); // what flows give
    };
    try {
      const given = act();
      return isThenable(given) ? this.#whenDone(given, resultsOf) : resultsOf(given);
    } catch (error) {
      this.#fail();
      throw error;
    }
  }

  async #whenDone(given: PromiseLike<unknown>, resultsOf: (given: unknown) => unknown): Promise<unknown> {
    try {
      return resultsOf(await given);
    } catch (error) {
      this.#fail();
      throw error;
    }
  }

  #fail(): void {
    this.#stale = !(this.#machine instanceof KeyedMachine);
  }

  #chunkOf(value: unknown): unknown {
    const struct = structOf(value);
    const keeps = struct !== undefined && this.#recipe.options.borrows !== true;
    if (this.#field === undefined) return keeps ? struct.toObject(value as never) : value; // it is a view of that struct
    const part = (value as Readonly<Record<string, unknown>> | undefined)?.[this.#field]; // undefined where there is none
    if (part === undefined && struct !== undefined) throw this.#noField(struct);
    if (!keeps || typeof part !== 'object' || part === null) return part;
    return structOf(part)?.toObject(part as never) ?? (part as Uint8Array).slice(); // a struct in a struct, or an array
  }

  #noField({ fields }: Struct<StructDefinition>): DagError {
    return new DagError('DAG_OPTION', {
      message: `unit(): \`field\` must be a field of the records that ${this.name} is given (${fields.map(({ name }) => name).join(', ')}), got '${this.#field ?? ''}'.`,
    });
  }

  #resultOf(result: unknown): unknown {
    if (result === undefined && this.output === 'any') return emitAll([undefined]);
    if (this.#only === undefined || !isContent(result)) return result;
    return { [this.#only]: result };
  }
}

component({ module: import.meta.url })(Unit);

/** What can be a field of a record. */
function isContent(result: unknown): boolean {
  return typeof result !== 'object' || Array.isArray(result) || ArrayBuffer.isView(result);
}
