import { depthFirstOrder } from './depth-first.js';
import { freeFirstOrder } from './free-first.js';
import { greedyOrder } from './greedy.js';
import { leastPossiblePeak } from './live-bytes.js';
import { lowerPeak } from './peak-descent.js';
import type { Random } from './random.js';
import type { LinkedGraph } from '../task-graph.js';
import { Trial } from './trial.js';

/** How many changes to the best order to try at most. */
const TRIES = 1_000;

/**
 * Lists the tasks in the order in which one worker holds fewest bytes at once: the best of several policies, then bettered
 * step by step while effort is left. Never worse than `depthFirstOrder`. O((tasks + dependencies) log tasks) and `effort`.
 */
export function leastMemoryOrder(
  graph: LinkedGraph,
  { effort, random }: { effort: number; random: Random },
): Int32Array {
  const trial = new Trial(graph, { effort });
  const lowest = leastPossiblePeak(graph);
  const given = depthFirstOrder(graph);
  const heaviest = depthFirstOrder(graph, { sinks: 'heaviest' });
  const candidates = [
    () => given,
    () => heaviest,
    () => freeFirstOrder(graph, heaviest),
    () => freeFirstOrder(graph, given),
    () => greedyOrder(graph, heaviest),
    () => greedyOrder(graph, given),
  ];
  let best = given;
  let peak = Infinity;
  for (const [number, candidate] of candidates.entries()) {
    // The first three come in any case, the others as effort allows.
    if (peak <= lowest || (number > 2 && trial.effort < graph.count)) break;
    const order = candidate();
    trial.run(order);
    if (trial.peakBytes < peak) {
      peak = trial.peakBytes;
      best = order;
    }
  }
  if (peak <= lowest || trial.effort < 2 * graph.count) return best;
  return lowerPeak(trial, { order: best, longest: Infinity, lowest, tries: TRIES, random });
}
