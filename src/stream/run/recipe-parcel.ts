import { DagError } from '../../errors.js';
import { nodeFunction, specOf } from '../../graph/node.js';
import { makeTransform, recipeOf, type Recipe, type TransformOptions } from '../transform.js';

/** A recipe on its way to another thread: the factory goes as the address of its node. */
export interface RecipeParcel {
  readonly factory: unknown;
  /** The arguments, with nothing where transforms were. */
  readonly args: readonly unknown[];
  /** The transforms among the arguments. They stand apart, so that no argument can be taken for one of them. */
  readonly inner: readonly InnerParcel[];
  readonly options: TransformOptions;
}

/** A transform among the arguments. */
interface InnerParcel {
  /** Where it was: the index of the argument, and the indices and keys inside of that. */
  readonly path: readonly (string | number)[];
  readonly parcel: RecipeParcel;
}

/** Packs a recipe, with those of the transforms among its arguments and in arrays and plain objects there. */
export function packRecipe({ spec, args, options }: Recipe): RecipeParcel {
  const inner: InnerParcel[] = [];
  const packed = emptied(args, { path: [], above: [], inner }) as readonly unknown[]; // an array gives an array
  return { factory: nodeFunction(spec), args: packed, inner, options };
}

/** The recipe that was packed, on another thread. */
export function unpackRecipe({ factory, args, inner, options }: RecipeParcel): Recipe {
  const spec = specOf(factory);
  if (spec === undefined) throw new DagError('DAG_INTERNAL', { message: 'A transform came without its factory.' });
  // Paths lead through containers that were copied for the parcel, so that these may be changed.
  const filled = [...args];
  for (const { path, parcel } of inner) put(filled, path, makeTransform(unpackRecipe(parcel)));
  return { spec, args: filled, options };
}

/** Where a value is among the arguments, and what it is in. */
interface Place {
  readonly path: readonly (string | number)[];
  readonly above: readonly object[];
  readonly inner: InnerParcel[];
}

/** A value without the transforms in it. Containers that hold none stay what they are. */
function emptied(value: unknown, place: Place): unknown {
  const recipe = recipeOf(value);
  if (recipe !== undefined) {
    place.inner.push({ path: place.path, parcel: packRecipe(recipe) });
    return undefined;
  }
  if (!isContainer(value) || place.above.includes(value)) return value;
  const before = place.inner.length;
  const within = (key: string | number): Place => ({
    ...place,
    path: [...place.path, key],
    above: [...place.above, value],
  });
  const copy: unknown = Array.isArray(value)
    ? value.map((part, index) => emptied(part, within(index)))
    : Object.fromEntries(Object.entries(value).map(([key, part]) => [key, emptied(part, within(key))]));
  return place.inner.length === before ? value : copy;
}

function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}

function put(into: unknown[], path: readonly (string | number)[], value: unknown): void {
  let container = into as unknown as Record<string | number, unknown>; // an array takes indices
  for (const key of path.slice(0, -1)) container = container[key] as Record<string | number, unknown>; // as it was packed
  const last = path.at(-1);
  if (last !== undefined) container[last] = value;
}
