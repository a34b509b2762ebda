import type { GraphChoice, Sample } from '../child/protocol.js';
import { runChild } from '../child/run-child.js';
import type { NodeContender } from '../contenders/names.js';
import type { Effort } from './compare.js';
import { figure } from './figure.js';
import type { Figure } from './figure.js';

const turnsPerProcess = 9;

interface Entrant {
  readonly contender: NodeContender;
  readonly samples: Sample[];
  failure?: string;
}

/**
 * Gives each contender processes of its own, warmed up, which take turns A B A B: nobody pays for what another leaves to
 * the garbage collector. Where this ratio and that of a shared process differ, garbage is the reason.
 */
export async function compareApart(
  graph: GraphChoice,
  contenders: readonly NodeContender[],
  effort: Effort,
): Promise<readonly Figure[]> {
  const entrants = contenders.map((contender): Entrant => ({ contender, samples: [] }));
  const rounds = Math.ceil(effort.rounds / turnsPerProcess);
  for (let round = 0; round < rounds; round++) {
    for (const entrant of entrants) {
      if (entrant.failure === undefined) await enter(entrant, graph, effort);
    }
  }
  const reference = entrants.find(({ contender }) => contender === 'sketch')?.samples ?? [];
  return entrants.map(({ contender, samples, failure }) =>
    figure(contender, graph, { samples, reference, note: failure }),
  );
}

async function enter(entrant: Entrant, graph: GraphChoice, { turn, budget, limit }: Effort): Promise<void> {
  const contenders = [entrant.contender];
  const request = { ...graph, contenders, rounds: turnsPerProcess, turn, budget: budget * 1_000 };
  const outcome = await runChild('interleaved', request, { limit, grace: 3 * budget });
  const [series] = outcome.ok ? outcome.value : [];
  const failure = outcome.ok ? series?.failure : outcome.reason;
  if (failure === undefined) entrant.samples.push(...(series?.samples ?? []));
  else entrant.failure = failure;
}
