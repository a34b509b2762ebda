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
  /** What is left when the chunks are over, of an `emits` machine. */
  flush?(): Iterable<unknown>;
  /** Its steps give promises. */
  readonly asynchronous?: boolean;
}

/** Makes a machine from the arguments of its factory. */
export type MakeMachine = (...args: readonly unknown[]) => Machine;
