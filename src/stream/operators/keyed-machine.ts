import { DagError } from '../../errors.js';
import { isThenable } from '../../executor/thenable.js';
import { closeAll } from '../composition.js';
import type { Keyed, Machine } from '../machine.js';
import { machineOf } from '../transform.js';

/** A machine per key, each with a state of its own. */
export class KeyedMachine implements Machine {
  readonly keyed: Keyed;
  readonly emits: boolean;
  readonly gathers: boolean;
  readonly asynchronous: boolean;
  readonly flush: () => Iterable<unknown> | Promise<Iterable<unknown>>;
  /** Left out where the states cannot be had. */
  readonly snapshot?: () => unknown;
  readonly restore?: (state: unknown) => void;
  /** A key whose step failed begins anew with its next chunk, as pipelines want it; by itself it stays as it is. */
  forgets = false;
  #machines = new Map<unknown, Machine>();
  /** Was made to see what it is like, and serves the first key. */
  #spare: Machine | undefined;

  /** @throws what the factory of the transform throws */
  constructor(keyed: Keyed) {
    this.keyed = keyed;
    const spare = machineOf(keyed.recipe);
    this.#spare = spare;
    this.emits = spare.emits === true;
    this.gathers = spare.gathers === true;
    this.asynchronous = spare.asynchronous === true;
    this.flush = this.asynchronous ? () => this.#flushAll() : () => this.#flushEach();
    if (spare.snapshot === undefined || spare.restore === undefined) return;
    this.snapshot = () => Array.from(this.#machines, ([key, machine]) => [key, machine.snapshot?.()]);
    this.restore = (state) => {
      this.#restore(state);
    };
  }

  step(chunk: unknown): unknown {
    const key = this.keyed.keyOf(chunk);
    let machine = this.#machines.get(key);
    if (machine === undefined) {
      machine = this.#made();
      this.#machines.set(key, machine);
    }
    return this.forgets ? this.#guarded(key, machine, chunk) : machine.step(chunk);
  }

  #guarded(key: unknown, machine: Machine, chunk: unknown): unknown {
    const failed = (): void => {
      if (this.#machines.get(key) === machine) this.forget(key);
    };
    try {
      const result = machine.step(chunk);
      if (isThenable(result)) {
        const promise = Promise.resolve(result);
        promise.catch(failed);
        return promise;
      }
      return this.emits ? watched(result as Iterable<unknown>, failed) : result; // what `emits` machines give
    } catch (error) {
      failed();
      throw error;
    }
  }

  /** The keys that have states. */
  keys(): unknown[] {
    return [...this.#machines.keys()];
  }

  /** Lets the state of a key go, which begins anew with its next chunk. */
  forget(key: unknown): void {
    const machine = this.#machines.get(key);
    this.#machines.delete(key);
    try {
      machine?.close();
    } catch {
      // A generator that throws in its `finally` has ended all the same.
    }
  }

  reset(): void {
    this.close();
  }

  close(): void {
    const machines = [...this.#machines.values(), ...(this.#spare === undefined ? [] : [this.#spare])];
    this.#machines = new Map();
    this.#spare = undefined;
    closeAll(machines);
  }

  #made(): Machine {
    const machine = this.#spare ?? machineOf(this.keyed.recipe);
    this.#spare = undefined;
    return machine;
  }

  #restore(state: unknown): void {
    const machines = new Map<unknown, Machine>();
    try {
      for (const [key, own] of pairsOf(state)) {
        const machine = machineOf(this.keyed.recipe);
        machines.set(key, machine);
        machine.restore?.(own);
      }
    } catch (error) {
      closeAll(machines.values());
      throw error;
    }
    this.close();
    this.#machines = machines;
  }

  *#flushEach(): Iterable<unknown> {
    for (const machine of this.#machines.values()) yield* (machine.flush?.() ?? []) as Iterable<unknown>; // not asynchronous
  }

  async #flushAll(): Promise<unknown[]> {
    const left: unknown[] = [];
    for (const machine of this.#machines.values()) left.push(...((await machine.flush?.()) ?? []));
    return left;
  }
}

/** Results that are read one by one, of which somebody is told when giving them fails. */
function* watched(results: Iterable<unknown>, failed: () => void): Iterable<unknown> {
  try {
    yield* results;
  } catch (error) {
    failed();
    throw error;
  }
}

/** The pairs of a saved state. @throws DAG_SNAPSHOT when it is something else */
export function pairsOf(state: unknown): readonly (readonly [unknown, unknown])[] {
  if (!Array.isArray(state) || !state.every(isPair)) throw notByKeys();
  return state;
}

function isPair(entry: unknown): entry is [unknown, unknown] {
  return Array.isArray(entry) && entry.length === 2;
}

function notByKeys(): DagError {
  return new DagError('DAG_SNAPSHOT', {
    message: 'The state of a keyed transform must be an array of [key, state].',
    remedy: 'Give what snapshot() of another keyed transform gave.',
  });
}
