import type { Recipe } from './transform.js';

/**
 * What a {@link Transform} runs on: one state, and the step that a chunk takes through it. The factories of transforms
 * make machines; transforms, compositions and pipelines drive them.
 */
export interface Machine {
  /**
   * What becomes of one chunk: a result, or a promise of it; of an `emits` machine an iterable of results, which is to
   * be read to its end before the next step.
   */
  step(chunk: unknown): unknown;
  /** Begins anew. */
  reset(): void;
  /** Ends it: what it holds is let go. It can be ended twice, and can be reset afterwards. */
  close(): void;
  /** The state, as plain data that can be cloned. Left out where a state cannot be had. */
  snapshot?(): unknown;
  /** Puts a state back that `snapshot` gave. */
  restore?(state: unknown): void;
  /** It gives none, one or many results for a chunk. */
  readonly emits?: boolean;
  /** A result is made of several chunks, so that it does not belong to one of them. Of an `emits` machine. */
  readonly gathers?: boolean;
  /** What is left when the chunks are over, of an `emits` machine; a promise of it where it is asynchronous. */
  flush?(): Iterable<unknown> | Promise<Iterable<unknown>>;
  /** Its steps give promises. */
  readonly asynchronous?: boolean;
  /** `step` for those who call it often: `cell.run(cell.state, chunk)` gives the same. */
  readonly cell?: Cell;
  /** Of a machine that keeps a state per key: the parts of it, for those who run keys side by side. */
  readonly keyed?: Keyed;
}

/** How a machine by keys works: `recipe` makes the machine of one key, which takes the chunks with that key in order. */
export interface Keyed {
  /** The key of a chunk. Keys are the same when a Map takes them for the same. */
  readonly keyOf: (chunk: unknown) => unknown;
  /** How the machine of a key is made. */
  readonly recipe: Recipe;
}

/** Makes a machine from the arguments of its factory. */
export type MakeMachine = (...args: readonly unknown[]) => Machine;

/**
 * A function and what it works on. Machines are of many classes; cells are of one, so that a place that calls many of
 * them finds the function and the state where it expects them.
 */
export class Cell {
  readonly run: (state: unknown, chunk: unknown) => unknown;
  state: unknown;

  constructor(run: (state: never, chunk: unknown) => unknown, state: unknown) {
    this.run = run as Cell['run']; // whoever makes a cell gives it the state that its function takes
    this.state = state;
  }
}

/** The cell of any machine. */
export function cellOf(machine: Machine): Cell {
  return machine.cell ?? new Cell(stepOf, machine);
}

function stepOf(machine: Machine, chunk: unknown): unknown {
  return machine.step(chunk);
}
