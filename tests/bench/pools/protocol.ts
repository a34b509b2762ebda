import type { ChainWork, PayloadMode, SpinWork } from './pool.js';
import type { Tally } from './tally.js';

/** What a pool can be asked to do, once; the operations that count are in brackets. */
export type PoolRequest =
  /** `count` trivial tasks in flight together (tasks). */
  | { readonly what: 'burst'; readonly count: number }
  /** `count` trivial tasks, one after the other (tasks). */
  | { readonly what: 'single'; readonly count: number }
  /** `count` leaves and their sum (leaves). */
  | { readonly what: 'fan-out'; readonly count: number }
  /** An array handed to a worker and back (calls). */
  | { readonly what: 'payload'; readonly mode: PayloadMode; readonly bytes: number }
  /** Bodies of plain computation (one). */
  | ({ readonly what: 'spins' } & SpinWork)
  /** Steps over a long array (one). */
  | ({ readonly what: 'chain' } & ChainWork);

/** What one turn of one contender showed. */
export interface PoolTurn {
  readonly operations: number;
  readonly milliseconds: number;
  /** Median over the operations where each was timed by itself, else their mean. */
  readonly perOperation: number;
  /** Milliseconds of processor time of all threads. */
  readonly cpu: number;
  readonly tally: Tally;
  /** Sum of the results of `spins`: the same for everyone who did the same work. */
  readonly checksum?: number;
  /** Bytes of shared memory that exist for arrays, for `chain`. */
  readonly mappedBytes?: number;
}

/** Milliseconds from the call that makes a pool. */
export interface PoolStart {
  /** To the first result. */
  readonly first: number;
  /** Until every thread has done a task; absent when one never did. */
  readonly everyThread?: number;
  /** Until the pool says so itself; absent where it says nothing. */
  readonly ready?: number;
}

/** A question to the process that has the pool. */
export type HostMessage =
  | { readonly ask: 'start' }
  | {
      readonly ask: 'turn';
      readonly request: PoolRequest;
      /** Milliseconds that a turn lasts at least. */
      readonly turn: number;
    };
