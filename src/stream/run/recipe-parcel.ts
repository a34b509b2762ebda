import { DagError } from '../../errors.js';
import { nodeFunction, specOf } from '../../graph/node.js';
import { makeTransform, recipeOf, type Recipe, type TransformOptions } from '../transform.js';

/** A recipe on its way to another thread: the factory goes as the address of its node. */
export interface RecipeParcel {
  readonly lazydagFactory: unknown;
  readonly args: readonly unknown[];
  readonly options: TransformOptions;
}

/** Packs a recipe, with those of the transforms among its arguments. */
export function packRecipe({ spec, args, options }: Recipe): RecipeParcel {
  const packed = args.map((arg) => {
    const recipe = recipeOf(arg);
    return recipe === undefined ? arg : packRecipe(recipe);
  });
  return { lazydagFactory: nodeFunction(spec), args: packed, options };
}

/** The recipe that was packed, on another thread. */
export function unpackRecipe({ lazydagFactory, args, options }: RecipeParcel): Recipe {
  const spec = specOf(lazydagFactory);
  if (spec === undefined) throw new DagError('DAG_INTERNAL', { message: 'A transform came without its factory.' });
  return { spec, args: args.map((arg) => (isParcel(arg) ? makeTransform(unpackRecipe(arg)) : arg)), options };
}

function isParcel(arg: unknown): arg is RecipeParcel {
  return typeof arg === 'object' && arg !== null && 'lazydagFactory' in arg;
}
