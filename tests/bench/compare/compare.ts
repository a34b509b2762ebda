import type { GraphChoice } from '../child/protocol.js';
import { runsInNode } from '../contenders/names.js';
import type { ContenderName, NodeContender } from '../contenders/names.js';
import { shapes } from '../shapes/index.js';
import type { Figure } from './figure.js';
import { compareApart } from './apart.js';
import { compareFresh } from './fresh.js';
import { compareInterleaved } from './interleaved.js';
import { timeDask } from './dask.js';

/** How thoroughly to measure. */
export interface Effort {
  /** Repeats of each contender; fewer when the budget is used up, at least three. */
  readonly rounds: number;
  /** Milliseconds that a turn lasts at least, where runs share a process. */
  readonly turn: number;
  /** Seconds per pair of contenders after which no further round begins. */
  readonly budget: number;
  /** Seconds after which one build and evaluation counts as too slow. */
  readonly limit: number;
  /** Give contenders processes of their own instead of one that they share with the sketch. */
  readonly apart: boolean;
  /** The interpreter for Dask, if there is one. */
  readonly python: string | undefined;
}

/** Graphs with more nodes than this are measured one run per fresh process. */
const largestInProcess = 200_000;

/** Measures each contender against the sketch on one graph. */
export async function compare(
  graph: GraphChoice,
  contenders: readonly ContenderName[],
  effort: Effort,
): Promise<readonly Figure[]> {
  const inNode: NodeContender[] = contenders.filter(runsInNode);
  const compareSmall = effort.apart ? compareApart : compareInterleaved;
  const compareInNode = shapes[graph.shape].nodes(graph.size) > largestInProcess ? compareFresh : compareSmall;
  const figures: Figure[] = [...(await compareInNode(graph, inNode, effort))];
  const sketch = figures.find(({ contender }) => contender === 'sketch');
  for (const contender of contenders) {
    if (!runsInNode(contender)) figures.push(await timeDask(graph, contender, { effort, sketch }));
  }
  return figures;
}
