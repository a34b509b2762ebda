import type { Machine } from './machine.js';

/** A state and its step, as functions: the form whose state can be saved. */
export interface StatefulSteps<Args extends readonly unknown[], State, In, Out> {
  /** The state to begin with. */
  readonly init: (...args: Args) => State;
  /** What becomes of a chunk. Changes `state` where it stands. */
  readonly step: (state: State, chunk: In) => Out;
  /** The state as plain data. Default: a structured clone. */
  readonly snapshot?: (state: State) => unknown;
  /** The state from what `snapshot` gave. Default: what was given. */
  readonly restore?: (snapshot: never, ...args: Args) => State;
  /** The state is not needed any more. */
  readonly close?: (state: State) => void;
}

/** A state kept by {@link StatefulSteps}. */
export class StepMachine implements Machine {
  readonly step: (chunk: unknown) => unknown;
  readonly #steps: StatefulSteps<readonly unknown[], unknown, unknown, unknown>;
  readonly #args: readonly unknown[];
  #state: unknown;
  #open = false;

  constructor(steps: StatefulSteps<readonly unknown[], unknown, unknown, unknown>, args: readonly unknown[]) {
    this.#steps = steps;
    this.#args = args;
    const { step } = steps;
    this.step = (chunk) => step(this.#state, chunk);
    this.reset();
  }

  reset(): void {
    this.close();
    this.#state = this.#steps.init(...this.#args);
    this.#open = true;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#steps.close?.(this.#state);
  }

  snapshot(): unknown {
    return this.#steps.snapshot === undefined ? structuredClone(this.#state) : this.#steps.snapshot(this.#state);
  }

  restore(snapshot: unknown): void {
    this.close();
    const { restore } = this.#steps;
    // What was given is the caller's, who may restore from it again.
    this.#state = restore === undefined ? structuredClone(snapshot) : restore(snapshot as never, ...this.#args); // as `snapshot` gave it
    this.#open = true;
  }
}
