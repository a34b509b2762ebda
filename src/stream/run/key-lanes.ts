import type { KeyedMachine } from '../operators/keyed-machine.js';

/** Keeps the asynchronous steps of each key in order, while those of different keys go on side by side. */
export class KeyLanes {
  readonly #machine: KeyedMachine;
  /** The last step of each key that has not ended. */
  readonly #last = new Map<unknown, Promise<unknown>>();
  /** How often the pipeline had been reset when the last step of a key came; 0 where none is noted. */
  readonly #epochs = new Map<unknown, number>();
  #epoch = 0;

  constructor(machine: KeyedMachine) {
    this.#machine = machine;
  }

  /** Makes a step when those of its key before it have ended. */
  step(chunk: unknown, make: () => unknown): unknown {
    const key = this.#machine.keyed.keyOf(chunk);
    const epoch = this.#epoch;
    const renewed = (): unknown => {
      if ((this.#epochs.get(key) ?? 0) !== epoch) {
        this.#epochs.set(key, epoch);
        this.#machine.forget(key);
      }
      return make();
    };
    const before = this.#last.get(key);
    const made = before === undefined ? Promise.resolve(renewed()) : before.then(renewed);
    // What fails is told by the step itself, not by the one behind it.
    const leave = (): void => {
      if (this.#last.get(key) === ended) this.#last.delete(key);
    };
    const ended = made.then(leave, leave);
    this.#last.set(key, ended);
    return made;
  }

  /** From the next step on all keys begin anew, each behind its steps that came before. */
  renew(epoch: number): void {
    this.#epoch = epoch;
    this.settle();
  }

  /** Lets the states go that a reset came behind, unless steps of theirs are under way. */
  settle(): void {
    for (const key of this.#machine.keys()) {
      if (this.#last.has(key) || (this.#epochs.get(key) ?? 0) === this.#epoch) continue;
      this.#epochs.delete(key);
      this.#machine.forget(key);
    }
  }
}
