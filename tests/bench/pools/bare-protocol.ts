import type { TaskName } from './call-pool.js';
import type { ChainWork, SpinWork } from './pool.js';

/** What a bare worker can be told: one task, its share of the bodies, or a whole chain. */
export type BareRequest =
  | { readonly task: TaskName; readonly argument: unknown }
  | { readonly task: 'spins'; readonly argument: SpinWork & { readonly first: number; readonly step: number } }
  | { readonly task: 'chain'; readonly argument: ChainWork };

/** A request on its way. */
export type BareMessage = BareRequest & { readonly id: number };

/** An answer on its way. */
export interface BareAnswer {
  readonly id: number;
  readonly value: unknown;
}
