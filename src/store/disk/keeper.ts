import type { Evicted, Limits } from './index-change.js';

/** A store that has an environment, as far as its limits go. */
export interface Keeper {
  readonly limits: Limits;
  evicted(done: Evicted): void;
}
