import type { Recipe } from './transform.js';

/**
 * What a {@link Transform} runs on: one state, and the step that a chunk takes through it. The factories of transforms
 * make machines; transforms, compositions and pipelines drive them.
 */
export interface Machine {
  /** What becomes of one chunk: a result, or a promise of it; of an `emits` machine an iterable of results. */
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
  /** What is left when the chunks are over, of an `emits` machine. */
  flush?(): Iterable<unknown>;
  /** It has a state for each key, which may be kept by machines of their own. */
  readonly keyed?: Keyed;
  /** Its steps give promises. */
  readonly asynchronous?: boolean;
}

/** How chunks are told apart that have states of their own. */
export interface Keyed {
  readonly keyOf: (chunk: unknown) => unknown;
  /** How the machine of one key is made. */
  readonly recipe: Recipe;
}

/** Makes a machine from the arguments of its factory. */
export type MakeMachine = (...args: readonly unknown[]) => Machine;
