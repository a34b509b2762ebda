import { OrderMoves } from './order-moves.js';
import type { Random } from './random.js';
import type { Trial } from './trial.js';

/** After how many changes in a row that gained nothing to stop. */
const PATIENCE = 200;

/** Where a descent starts and where it may stop. */
export interface Descent {
  /** The order to better. Not changed. */
  readonly order: Int32Array;
  /** Longest makespan to accept. */
  readonly longest: number;
  /** Peak at which to stop. */
  readonly lowest: number;
  /** How many changed orders to try at most. */
  readonly tries: number;
  readonly random: Random;
}

/**
 * Lowers the peak of an order step by step: postpones a random task that runs before the peak until after it, or advances
 * one from behind to before it, each with the tasks that must go along, and keeps what is no worse. Stops when the trial's
 * effort is used up. O(tries * (tasks + dependencies)).
 */
export function lowerPeak(trial: Trial, { order, longest, lowest, tries, random }: Descent): Int32Array {
  const moves = new OrderMoves(trial.graph);
  trial.run(order);
  const best = trial.order.slice();
  const changed = new Int32Array(best.length);
  let { peakBytes, peakAt } = trial;
  let inVain = 0;
  for (
    let tried = 0;
    tried < tries && inVain < PATIENCE && peakBytes > lowest && trial.effort >= best.length;
    tried++
  ) {
    changed.set(best);
    const before = Math.floor(random() * (peakAt + 1));
    const after = peakAt + Math.floor(random() * (best.length - peakAt));
    if (random() < 0.5) moves.postpone(changed, { from: before, to: after });
    else moves.advance(changed, { from: after, to: before });
    trial.run(changed);
    inVain = trial.makespan <= longest && trial.peakBytes < peakBytes ? 0 : inVain + 1;
    if (trial.makespan > longest || trial.peakBytes > peakBytes) continue;
    ({ peakBytes, peakAt } = trial);
    best.set(trial.order);
  }
  return best;
}
