import { DagError } from '../../errors.js';
import { node } from '../../graph/node.js';
import { unshared } from '../../memory/unshared.js';
import type { Machine } from '../machine.js';
import { machineOf, restoreInto, stateOf, type Recipe } from '../transform.js';
import { unpackRecipe, type RecipeParcel } from './recipe-parcel.js';

/** A state that a thread keeps for a pipeline. */
interface Kept {
  readonly recipe: Recipe;
  readonly machine: Machine;
  epoch: number;
}

/** The states on this thread, by the names that their pipelines gave them. */
const states = new Map<string, Kept>();

const OPTIONS = { module: import.meta.url, executor: 'pool' } as const;

function keptAs(state: string, parcel: RecipeParcel | undefined): Kept {
  const known = states.get(state);
  if (known !== undefined) return known;
  if (parcel === undefined) {
    throw new DagError('DAG_WORKER_DIED', {
      message: 'The thread that kept the state has ended, and the state with it. It begins anew with the next item.',
    });
  }
  const recipe = unpackRecipe(parcel);
  const kept = { recipe, machine: machineOf(recipe), epoch: 0 };
  states.set(state, kept);
  return kept;
}

/** What a step needs besides its chunk. */
export interface PinnedStep {
  readonly state: string;
  /** How often the pipeline had been reset. */
  readonly epoch: number;
  /** How the state is made, where the thread may not have it. */
  readonly parcel: RecipeParcel | undefined;
}

/** Lets a chunk go through a state of this thread. */
export const advance = node(
  ({ state, epoch, parcel }: PinnedStep, chunk: unknown): unknown => {
    const kept = keptAs(state, parcel);
    if (kept.epoch !== epoch) {
      kept.epoch = epoch;
      kept.machine.reset();
    }
    try {
      // The memory of a chunk goes to others when the step is over.
      return kept.machine.step(kept.recipe.options.borrows === true ? chunk : unshared(chunk));
    } catch (error) {
      kept.epoch = -1;
      throw error;
    }
  },
  { ...OPTIONS, name: 'lazydag.advance' },
);

/** The state, as plain data; undefined before the first step. */
export const save = node(
  (state: string): unknown => {
    const kept = states.get(state);
    return kept === undefined ? undefined : { state: stateOf(kept.recipe, kept.machine) };
  },
  { ...OPTIONS, name: 'lazydag.save' },
);

/** Puts a state back. */
export const putBack = node(
  ({ state, parcel }: PinnedStep, saved: unknown): void => {
    const { recipe, machine } = keptAs(state, parcel);
    restoreInto(recipe, machine, unshared(saved));
  },
  { ...OPTIONS, name: 'lazydag.putBack' },
);

/** Ends a state. */
export const drop = node(
  (state: string): void => {
    states.get(state)?.machine.close();
    states.delete(state);
  },
  { ...OPTIONS, name: 'lazydag.drop' },
);
