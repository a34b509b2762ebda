import { Cell, type Machine } from './machine.js';

/** A state and its step, as functions: the form whose state can be saved. */
export interface StatefulSteps<Args extends readonly unknown[], State, In, Out> {
  /** The state to begin with: an object, as `step` changes it where it stands; null or undefined for none. */
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
  readonly cell: Cell;
  readonly asynchronous: boolean;
  readonly #steps: StatefulSteps<readonly unknown[], unknown, unknown, unknown>;
  readonly #args: readonly unknown[];
  #open = false;

  constructor(steps: StatefulSteps<readonly unknown[], unknown, unknown, unknown>, args: readonly unknown[]) {
    this.#steps = steps;
    this.#args = args;
    this.cell = new Cell(steps.step, undefined);
    this.asynchronous = steps.step.constructor.name === 'AsyncFunction';
    this.reset();
  }

  step(chunk: unknown): unknown {
    return this.cell.run(this.cell.state, chunk);
  }

  reset(): void {
    this.close();
    this.cell.state = this.#steps.init(...this.#args);
    this.#open = true;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const { state } = this.cell;
    this.cell.state = undefined;
    this.#steps.close?.(state);
  }

  snapshot(): unknown {
    const { state } = this.cell;
    return this.#steps.snapshot === undefined ? structuredClone(state) : this.#steps.snapshot(state);
  }

  restore(snapshot: unknown): void {
    this.close();
    const { restore } = this.#steps;
    // What was given is the caller's, who may restore from it again.
    this.cell.state = restore === undefined ? structuredClone(snapshot) : restore(snapshot as never, ...this.#args); // as `snapshot` gave it
    this.#open = true;
  }
}
