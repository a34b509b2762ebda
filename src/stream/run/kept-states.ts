import { isThenable } from '../../executor/thenable.js';
import type { Machine } from '../machine.js';
import { machineOf, restoreInto, stateOf, type Recipe } from '../transform.js';

/** The states of one step that one thread keeps, by numbers that the pipeline gave them. */
export class KeptStates {
  readonly recipe: Recipe;
  readonly #states = new Map<number, KeptState>();
  #epoch = 0;

  constructor(recipe: Recipe) {
    this.recipe = recipe;
  }

  /** Lets a chunk go through a state, behind those before it. */
  step({ number, epoch }: { readonly number: number; readonly epoch: number }, run: Run): unknown {
    if (this.#epoch !== epoch) this.#sweep(epoch);
    return this.#stateOf(number).step(epoch, run);
  }

  /** The states of keys that do not come up again are not kept behind a reset. */
  #sweep(epoch: number): void {
    this.#epoch = epoch;
    for (const [number, state] of this.#states) {
      if (number === ONLY || state.busy) continue;
      this.#states.delete(number);
      state.closeQuietly();
    }
  }

  #stateOf(number: number): KeptState {
    let state = this.#states.get(number);
    if (state === undefined) {
      state = new KeptState(machineOf(this.recipe), this.#epoch);
      this.#states.set(number, state);
    }
    return state;
  }

  /** The only state. @throws DAG_SNAPSHOT */
  saveOnly(epoch: number): unknown {
    this.#epoch = epoch;
    const state = this.#stateOf(ONLY);
    state.renew(epoch);
    return stateOf(this.recipe, state.machine);
  }

  /** The states of keys that have begun and were not lost, with their numbers. @throws DAG_SNAPSHOT */
  saveAll(epoch: number): (readonly [number, unknown])[] {
    const begun = [...this.#states].filter(([, state]) => state.epoch === epoch);
    return begun.map(([number, { machine }]) => [number, stateOf(this.recipe, machine)]);
  }

  /** Puts a state back. @throws DAG_SNAPSHOT */
  restore(number: number, saved: unknown): void {
    restoreInto(this.recipe, this.#stateOf(number).machine, saved);
  }

  /** Ends all states, behind what is under way. @throws what the first one threw */
  async close(): Promise<void> {
    const states = [...this.#states.values()];
    this.#states.clear();
    const ends = await Promise.allSettled(states.map((state) => state.close()));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}

/** The number of the state of a step that has one only. */
export const ONLY = -1;

/** Lets a chunk go through a machine. */
type Run = (machine: Machine) => unknown;

/** One state of a thread, whose asynchronous steps go one after the other. */
class KeptState {
  readonly machine: Machine;
  /** How often the pipeline had been reset when it began; -1 when it must begin anew. */
  epoch: number;
  /** The last step that has not ended. */
  #last: Promise<void> | undefined = undefined;

  constructor(machine: Machine, epoch: number) {
    this.machine = machine;
    this.epoch = epoch;
  }

  get busy(): boolean {
    return this.#last !== undefined;
  }

  renew(epoch: number): void {
    if (this.epoch === epoch) return;
    this.epoch = epoch;
    this.machine.reset();
  }

  step(epoch: number, run: Run): unknown {
    const begin = (): unknown => {
      this.renew(epoch);
      return run(this.machine);
    };
    let made: PromiseLike<unknown>;
    if (this.#last === undefined) {
      const result = this.#guarded(begin);
      if (!isThenable(result)) return result;
      made = result;
    } else made = this.#last.then(begin);
    return this.#follow(made);
  }

  #guarded(begin: () => unknown): unknown {
    try {
      return begin();
    } catch (error) {
      this.epoch = -1;
      throw error;
    }
  }

  #follow(made: PromiseLike<unknown>): Promise<unknown> {
    const result = Promise.resolve(made);
    const leave = (): void => {
      if (this.#last === ended) this.#last = undefined;
    };
    const ended: Promise<void> = result.then(leave, () => {
      this.epoch = -1;
      leave();
    });
    this.#last = ended;
    return result;
  }

  async close(): Promise<void> {
    await this.#last;
    this.machine.close();
  }

  closeQuietly(): void {
    try {
      this.machine.close();
    } catch {
      // A generator that throws in its `finally` has ended all the same, and nobody waits for it.
    }
  }
}
