import type { FreshRun, GraphChoice } from '../child/protocol.js';
import { runChild } from '../child/run-child.js';
import type { NodeContender } from '../contenders/names.js';
import { mean, median } from '../report/statistics.js';
import type { Effort } from './compare.js';
import { figure } from './figure.js';
import type { Figure } from './figure.js';

/** Repeats stop here for graphs that take seconds. */
const mostRounds = 5;

interface Entrant {
  readonly contender: NodeContender;
  readonly runs: FreshRun[];
  failure?: string;
}

/** Runs each contender in fresh processes, one build and evaluation each, in turns A B A B, with node's default heap. */
export async function compareFresh(
  graph: GraphChoice,
  contenders: readonly NodeContender[],
  { rounds, budget, limit }: Effort,
): Promise<readonly Figure[]> {
  const entrants = contenders.map((contender): Entrant => ({ contender, runs: [] }));
  const started = performance.now();
  for (let round = 0; round < Math.min(rounds, mostRounds); round++) {
    if (round >= 3 && performance.now() - started > budget * 1_000 * entrants.length) break;
    for (const entrant of entrants) {
      if (entrant.failure === undefined) await enter(entrant, graph, limit);
    }
  }
  const reference = entrants.find(({ contender }) => contender === 'sketch')?.runs ?? [];
  return entrants.map(({ contender, runs, failure }) =>
    figure(contender, graph, { samples: runs, reference, note: failure ?? describeRuns(runs) }),
  );
}

async function enter(entrant: Entrant, graph: GraphChoice, limit: number): Promise<void> {
  const request = { ...graph, contender: entrant.contender };
  const outcome = await runChild('fresh', request, { limit });
  if (outcome.ok) entrant.runs.push(outcome.value);
  else entrant.failure = outcome.reason;
}

/** What the garbage collector and the memory had to do with it. */
function describeRuns(runs: readonly FreshRun[]): string {
  const share = mean(runs.map((run) => run.gc / (run.build + run.evaluate)));
  const resident = median(runs.map((run) => run.peakResident)) / 2 ** 30;
  return `gc ${(share * 100).toFixed(0)} %, ${resident.toFixed(2)} GiB resident, ${runs.length} runs`;
}
