import type { Contender, Run } from '../contenders/contender.js';
import { loadContender } from '../contenders/load.js';
import type { NodeContender } from '../contenders/names.js';
import { expectedValue } from '../shapes/expected.js';
import { shapes } from '../shapes/index.js';
import { startCpuClock } from './cpu-clock.js';
import { describeFailure } from './failure.js';
import type { GraphChoice, Sample, Series, Tasks } from './protocol.js';

/** Milliseconds of processor time before a contender is measured: by then the compiler and the collector have settled. */
const warmUp = 250;
/** Turns that warming up takes at most: who asks for short ones wants to see that they run, and no figures. */
const warmUpTurns = 13;

interface Entrant {
  readonly name: NodeContender;
  /** Builds and evaluates the graph once. */
  readonly runOnce: () => Promise<Run>;
  readonly samples: Sample[];
}

/**
 * Measures several contenders in this process, in turns A B A B, after a warm-up. A turn repeats build and evaluate
 * until it has lasted long enough to be timed well and to carry its own share of garbage collection.
 */
export async function measureInterleaved(request: Tasks['interleaved']['request']): Promise<readonly Series[]> {
  const entrants: Entrant[] = [];
  const failed: Series[] = [];
  let slowest = 0;
  for (const name of request.contenders) {
    try {
      const contender = await loadContender(name);
      slowest = Math.max(slowest, await prepare(contender, request));
      const runOnce = (): Promise<Run> => contender.run(shapes[request.shape], request.size);
      entrants.push({ name, runOnce, samples: [] });
    } catch (error) {
      failed.push({ contender: name, samples: [], failure: describeFailure(error) });
    }
  }
  const leastRounds = slowest < request.budget / 3 ? 3 : 1;
  const started = performance.now();
  for (let round = 0; round < request.rounds; round++) {
    if (round >= leastRounds && performance.now() - started > request.budget) break;
    for (const { runOnce, samples } of entrants) samples.push(await takeTurn(runOnce, request.turn));
  }
  return [...entrants.map(({ name, samples }) => ({ contender: name, samples })), ...failed];
}

/** Checks a contender's result and warms it up; gives the milliseconds of its first run. */
async function prepare(
  contender: Contender,
  { shape, size, turn }: GraphChoice & { readonly turn: number },
): Promise<number> {
  const runOnce = (): Promise<Run> => contender.run(shapes[shape], size);
  const first = await runOnce();
  const expected = expectedValue(shapes[shape], size);
  if (first.value !== expected) {
    throw new Error(`wrong result ${first.value}, expected ${expected}`);
  }
  const cpu = startCpuClock();
  const duration = first.build + first.evaluate;
  // Processor time, because a busy machine would cut a warm-up by the clock short.
  const least = Math.min(warmUp, warmUpTurns * turn);
  if (duration < least) while (cpu() < least) await runOnce();
  return duration;
}

/** Repeats runs for at least `turn` milliseconds. */
async function takeTurn(runOnce: () => Promise<Run>, turn: number): Promise<Sample> {
  let [runs, build, evaluate] = [0, 0, 0];
  const cpu = startCpuClock();
  do {
    const run = await runOnce();
    runs += 1;
    build += run.build;
    evaluate += run.evaluate;
  } while (build + evaluate < turn);
  return { runs, build, evaluate, cpu: cpu() };
}
