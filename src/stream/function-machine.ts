import { Cell, type Machine } from './machine.js';

/** A function of one chunk. */
export type ChunkFunction = (chunk: unknown) => unknown;

/** How a {@link FunctionMachine} gives its results. */
export interface FunctionUse {
  /** What it gives is an iterable of results. */
  readonly emits?: boolean;
  /** What it gives is a promise. */
  readonly asynchronous?: boolean;
}

/** A function as a machine: it has no state, and can do nothing but step. */
export class FunctionMachine implements Machine {
  readonly cell: Cell;
  readonly emits: boolean;
  readonly asynchronous: boolean;
  readonly #fn: ChunkFunction;

  constructor(fn: ChunkFunction, { emits = false, asynchronous = false }: FunctionUse = {}) {
    this.#fn = fn;
    this.cell = new Cell(callOf, fn);
    this.emits = emits;
    this.asynchronous = asynchronous;
  }

  step(chunk: unknown): unknown {
    return this.#fn(chunk);
  }

  reset(): void {
    // Nothing to begin anew.
  }

  close(): void {
    // Nothing to let go.
  }

  /** No state, as a value that also JSON keeps. */
  snapshot(): null {
    return null;
  }

  restore(): void {
    // Nothing to put back.
  }

  flush(): readonly unknown[] {
    return [];
  }
}

function callOf(fn: ChunkFunction, chunk: unknown): unknown {
  return fn(chunk);
}
