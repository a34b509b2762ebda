import type { Settled } from './calls.js';
import type { Token } from './token.js';

/** The state of a transform on a thread of a pool. */
export interface Pinned {
  /** Lets a chunk go through it. */
  step(token: Token, chunk: unknown, settled: Settled): void;
  /** The state as plain data. */
  save(): Promise<unknown>;
  /** Puts a state back. */
  restore(state: unknown): void;
  /** It is not needed any more. */
  close(): void;
}
