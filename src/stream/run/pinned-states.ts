import type { Keyed } from '../machine.js';
import { pairsOf } from '../operators/keyed-machine.js';
import { machineOf, type Recipe } from '../transform.js';
import type { Calls, Settled } from './calls.js';
import { ONLY } from './kept-states.js';
import { Pinned, type PinnedParts } from './pinned.js';
import type { PinnedTimes } from './stage-times.js';

/** States of a transform on threads of a pool. */
export interface PinnedStates {
  /** It has a state for each key, and works on several of them at once. */
  readonly keyed: boolean;
  /** Lets a chunk go through its state, when those before it have. */
  step(epoch: number, chunk: unknown, settled: Settled): void;
  /** The states as plain data, as the transform itself gives them, behind the resets until now. @throws DAG_SNAPSHOT */
  save(epoch: number): Promise<unknown>;
  /** Puts states back that `save`, or the transform itself, gave. Rejects with what `restore` of the transform throws. */
  restore(saved: unknown): Promise<void>;
  /** From now on, keys that are met first are spread over so many threads. */
  scale(replicas: number): void;
  /** They are not needed any more. */
  close(): void;
}

/** The states of a transform: one, or one for each key, spread over as many threads as it has replicas. */
export function pinnedStates(
  recipe: Recipe,
  parts: { readonly calls: Calls; readonly times: PinnedTimes },
): PinnedStates {
  const machine = machineOf(recipe);
  machine.close();
  if (machine.keyed === undefined) return new PinnedOnly(new Pinned({ ...parts, recipe }));
  return new PinnedByKey(machine.keyed, { ...parts, recipe: machine.keyed.recipe }, recipe.options.replicas ?? 1);
}

/** One state. */
class PinnedOnly implements PinnedStates {
  readonly keyed = false;
  readonly #pinned: Pinned;

  constructor(pinned: Pinned) {
    this.#pinned = pinned;
  }

  step(epoch: number, chunk: unknown, settled: Settled): void {
    this.#pinned.step({ epoch, state: ONLY, chunk, settled });
  }

  save(epoch: number): Promise<unknown> {
    return this.#pinned.saveOnly(epoch);
  }

  restore(saved: unknown): Promise<void> {
    return this.#pinned.restore([[ONLY, saved]]);
  }

  scale(): void {
    // One state is on one thread.
  }

  close(): void {
    this.#pinned.close();
  }
}

/** Where the state of a key is. */
interface KeyPlace {
  readonly lane: Pinned;
  /** What stands for the key on the thread: keys need not travel, and are told apart as a Map does. */
  readonly number: number;
}

/** A state for each key. Keys come to the threads in turn, in the order in which they are first met. */
class PinnedByKey implements PinnedStates {
  readonly keyed = true;
  readonly #keyed: Keyed;
  readonly #parts: PinnedParts;
  readonly #lanes: Pinned[] = [];
  readonly #places = new Map<unknown, KeyPlace>();
  #replicas: number;

  constructor(keyed: Keyed, parts: PinnedParts, replicas: number) {
    this.#keyed = keyed;
    this.#parts = parts;
    this.#replicas = replicas;
  }

  step(epoch: number, chunk: unknown, settled: Settled): void {
    let key: unknown;
    try {
      key = this.#keyed.keyOf(chunk);
    } catch (thrown) {
      settled.failed(thrown);
      return;
    }
    const { lane, number } = this.#placeOf(key);
    lane.step({ epoch, state: number, chunk, settled });
  }

  #placeOf(key: unknown): KeyPlace {
    let place = this.#places.get(key);
    if (place === undefined) {
      const number = this.#places.size;
      place = { lane: this.#lane(number % this.#replicas), number };
      this.#places.set(key, place);
    }
    return place;
  }

  #lane(index: number): Pinned {
    let lane = this.#lanes[index];
    if (lane === undefined) this.#lanes[index] = lane = new Pinned(this.#parts);
    return lane;
  }

  async save(epoch: number): Promise<unknown> {
    const states = new Map<number, unknown>();
    for (const saved of await Promise.all(this.#lanes.map((lane) => lane.saveAll(epoch))))
      for (const [number, state] of saved) states.set(number, state);
    const begun = [...this.#places].filter(([, { number }]) => states.has(number));
    return begun.map(([key, { number }]) => [key, states.get(number)]);
  }

  async restore(saved: unknown): Promise<void> {
    const byLane = new Map<Pinned, [number, unknown][]>();
    for (const [key, state] of pairsOf(saved)) {
      const { lane, number } = this.#placeOf(key);
      const states = byLane.get(lane);
      if (states === undefined) byLane.set(lane, [[number, state]]);
      else states.push([number, state]);
    }
    await Promise.all(Array.from(byLane, ([lane, states]) => lane.restore(states)));
  }

  scale(replicas: number): void {
    this.#replicas = replicas;
  }

  close(): void {
    for (const lane of this.#lanes) lane.close();
  }
}
