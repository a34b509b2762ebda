import { Bond } from '../../graph/bond.js';
import type { Keyed } from '../machine.js';
import { machineOf, type Recipe } from '../transform.js';
import type { Calls, Settled } from './calls.js';
import { Pinned } from './pinned.js';

/** States of a transform on threads of a pool. */
export interface PinnedStates {
  /** Lets a chunk go through its state, when those before it have. */
  step(epoch: number, chunk: unknown, settled: Settled): void;
  /** The states as plain data. @throws DAG_SNAPSHOT */
  save(): Promise<unknown>;
  /** Puts states back that `save` gave. */
  restore(saved: unknown): void;
  /** They are not needed any more. */
  close(): void;
}

/** The states of a transform: one, or one for each key, spread over as many threads as it has replicas. */
export function pinnedStates(recipe: Recipe, calls: Calls): PinnedStates {
  const machine = machineOf(recipe);
  machine.close();
  if (machine.keyed === undefined) return new Pinned(recipe, { calls, bond: new Bond() });
  return new PinnedByKey(machine.keyed, { calls, lanes: recipe.options.replicas ?? 1 });
}

/** A state for each key. Keys come to the threads in turn, in the order in which they are first met. */
class PinnedByKey implements PinnedStates {
  readonly #keyed: Keyed;
  readonly #calls: Calls;
  readonly #bonds: readonly Bond[];
  readonly #states = new Map<unknown, Pinned>();

  constructor(keyed: Keyed, { calls, lanes }: { readonly calls: Calls; readonly lanes: number }) {
    this.#keyed = keyed;
    this.#calls = calls;
    this.#bonds = Array.from({ length: lanes }, () => new Bond());
  }

  step(epoch: number, chunk: unknown, settled: Settled): void {
    let key: unknown;
    try {
      key = this.#keyed.keyOf(chunk);
    } catch (thrown) {
      settled.failed(thrown);
      return;
    }
    this.#stateOf(key).step(epoch, chunk, settled);
  }

  #stateOf(key: unknown): Pinned {
    let state = this.#states.get(key);
    if (state === undefined) {
      const bond = this.#bonds[this.#states.size % this.#bonds.length] ?? new Bond();
      state = new Pinned(this.#keyed.recipe, { calls: this.#calls, bond });
      this.#states.set(key, state);
    }
    return state;
  }

  save(): Promise<unknown> {
    return Promise.all(Array.from(this.#states, async ([key, state]) => [key, await state.save()]));
  }

  restore(saved: unknown): void {
    for (const [key, state] of saved as readonly (readonly [unknown, unknown])[]) this.#stateOf(key).restore(state); // as `save` gave it
  }

  close(): void {
    for (const state of this.#states.values()) state.close();
    for (const bond of this.#bonds) bond.end();
  }
}
