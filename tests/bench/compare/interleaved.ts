import type { GraphChoice, Series } from '../child/protocol.js';
import { runChild } from '../child/run-child.js';
import type { NodeContender } from '../contenders/names.js';
import type { Effort } from './compare.js';
import { figure } from './figure.js';
import type { Figure } from './figure.js';

/**
 * Pairs every contender with the sketch in a process of its own, where they take turns: neither sees another
 * contender's garbage or type feedback. The sketch's own figure is the one from its first pair.
 */
export async function compareInterleaved(
  graph: GraphChoice,
  contenders: readonly NodeContender[],
  effort: Effort,
): Promise<readonly Figure[]> {
  const rivals = contenders.filter((name) => name !== 'sketch');
  const figures: Figure[] = [];
  let sketch: Figure | undefined;
  for (const contender of rivals.length > 0 ? rivals : contenders) {
    const series = await measure(graph, contender, effort);
    const of = (name: NodeContender): Series | undefined => series.find((one) => one.contender === name);
    const reference = of('sketch');
    if (reference !== undefined) {
      sketch ??= figure('sketch', graph, { ...reference, reference: reference.samples, note: reference.failure });
    }
    const own = of(contender);
    if (own === undefined || contender === 'sketch') continue;
    figures.push(
      figure(contender, graph, {
        samples: own.samples,
        reference: reference?.samples ?? [],
        note: own.failure,
      }),
    );
  }
  return sketch === undefined || !contenders.includes('sketch') ? figures : [sketch, ...figures];
}

/** Seconds that the rounds may take once the first run has come through in time. */
function graceFor(budget: number): number {
  return 3 * budget;
}

async function measure(
  graph: GraphChoice,
  contender: NodeContender,
  { rounds, turn, budget, limit }: Effort,
): Promise<readonly Series[]> {
  const contenders: NodeContender[] = contender === 'sketch' ? ['sketch'] : ['sketch', contender];
  const request = { ...graph, contenders, rounds, turn, budget: budget * 1_000 };
  const outcome = await runChild('interleaved', request, { limit, grace: graceFor(budget) });
  return outcome.ok ? outcome.value : [{ contender, samples: [], failure: outcome.reason }];
}
