import { DagError } from '../../errors.js';
import { isThenable } from '../../executor/thenable.js';
import { node } from '../../graph/node.js';
import { unshared } from '../../memory/unshared.js';
import type { Machine } from '../machine.js';
import { apart } from './apart.js';
import { KeptStates } from './kept-states.js';
import { unpackRecipe, type RecipeParcel } from './recipe-parcel.js';

/** What this thread keeps for pipelines, by the names that they gave it. */
const kept = new Map<string, KeptStates>();

const OPTIONS = { module: import.meta.url, executor: 'pool' } as const;

/** Says that a thread does not know the states that it is asked for. */
export const LOST =
  'The thread that kept the state has ended, and the state with it. It begins anew with the next item.';

/** What a thread keeps for one step of a pipeline. */
export interface KeptAddress {
  readonly name: string;
  /** How often the pipeline had been reset. */
  readonly epoch: number;
  /** How the states are made, where the thread may not know it. */
  readonly parcel: RecipeParcel | undefined;
}

/** What a step gives whose milliseconds are wanted. */
export interface Measured {
  readonly value: unknown;
  /** That it took by itself, without its time in queues. */
  readonly milliseconds: number;
}

function keptAt({ name, parcel }: Omit<KeptAddress, 'epoch'>): KeptStates {
  const known = kept.get(name);
  if (known !== undefined) return known;
  if (parcel === undefined) throw new DagError('DAG_WORKER_DIED', { message: LOST });
  const states = new KeptStates(unpackRecipe(parcel));
  kept.set(name, states);
  return states;
}

/**
 * Lets a chunk go through a state of this thread. What says which one stands in arguments of its own: as one object it
 * would have to be looked through, packed and cloned for each chunk.
 *
 * @param epoch, parcel, name as in {@link KeptAddress}.
 * @param number which of the states; `ONLY` where there is one.
 * @param measured whether the milliseconds of the step are wanted.
 */
export const advance = node(
  (
    chunk: unknown,
    number: number,
    measured: boolean,
    name: string,
    epoch: number,
    parcel: RecipeParcel | undefined,
  ): unknown => {
    const states = keptAt({ name, parcel });
    // The memory of a chunk goes to others when the step is over.
    const own = states.recipe.options.borrows === true ? chunk : unshared(chunk);
    return states.step({ number, epoch }, (machine) => {
      if (!measured) return stepOf(machine, own);
      const startedAt = performance.now();
      const timed = (value: unknown): Measured => ({ value, milliseconds: performance.now() - startedAt });
      const result = stepOf(machine, own);
      return isThenable(result) ? Promise.resolve(result).then(timed) : timed(result);
    });
  },
  { ...OPTIONS, name: 'lazydag.advance' },
);

/** Lets a chunk go through a machine, whose own code is what takes the time here. */
function stepOf(machine: Machine, chunk: unknown): unknown {
  const { cell } = machine;
  return cell === undefined ? machine.step(chunk) : apart(cell.run, cell.state, chunk);
}

/** The only state, as plain data. */
export const saveOnly = node((address: KeptAddress): unknown => keptAt(address).saveOnly(address.epoch), {
  ...OPTIONS,
  name: 'lazydag.saveOnly',
});

/** The states of keys as plain data, with their numbers. */
export const saveAll = node((address: KeptAddress): unknown => keptAt(address).saveAll(address.epoch), {
  ...OPTIONS,
  name: 'lazydag.saveAll',
});

/** Puts states back. */
export const putBack = node(
  (address: KeptAddress, saved: readonly (readonly [number, unknown])[]): void => {
    const states = keptAt(address);
    for (const [number, state] of saved) states.restore(number, unshared(state));
  },
  { ...OPTIONS, name: 'lazydag.putBack' },
);

/** Ends states. */
export const drop = node(
  async (name: string): Promise<void> => {
    const states = kept.get(name);
    kept.delete(name);
    await states?.close();
  },
  { ...OPTIONS, name: 'lazydag.drop' },
);
