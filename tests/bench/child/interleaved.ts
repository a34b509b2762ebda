import { type Contender } from '../contenders/contender.js';
import { loadContender } from '../contenders/load.js';
import type { NodeContender } from '../contenders/names.js';
import { expectedValue } from '../shapes/expected.js';
import { shapes } from '../shapes/index.js';
import type { Shape } from '../shapes/shape.js';
import { describeFailure } from './failure.js';
import type { GraphChoice, Sample, Series, Tasks } from './protocol.js';

const warmUpTurn = 150;
const leastRounds = 3;

interface Entrant {
  readonly name: NodeContender;
  readonly contender: Contender;
  readonly samples: Sample[];
}

/**
 * Measures several contenders in this process, in turns A B A B, after a warm-up. A turn repeats build and evaluate
 * until it has lasted long enough to be timed well and to carry its own share of garbage collection.
 */
export async function measureInterleaved(
  request: Tasks['interleaved']['request'],
): Promise<readonly Series[]> {
  const shape = shapes[request.shape];
  const entrants: Entrant[] = [];
  const failed: Series[] = [];
  for (const name of request.contenders) {
    try {
      entrants.push({ name, contender: await warmedUp(name, request), samples: [] });
    } catch (error) {
      failed.push({ contender: name, samples: [], failure: describeFailure(error) });
    }
  }
  const started = performance.now();
  for (let round = 0; round < request.rounds; round++) {
    if (round >= leastRounds && performance.now() - started > request.budget) break;
    for (const { contender, samples } of entrants) {
      samples.push(await takeTurn({ contender, shape, size: request.size, turn: request.turn }));
    }
  }
  return [...entrants.map(({ name, samples }) => ({ contender: name, samples })), ...failed];
}

/** Loads a contender, checks its result and lets the compiler see it. */
async function warmedUp(name: NodeContender, { shape: shapeName, size }: GraphChoice): Promise<Contender> {
  const shape = shapes[shapeName];
  const contender = await loadContender(name);
  const { value } = await contender.run(shape, size);
  const expected = expectedValue(shape, size);
  if (value !== expected) {
    throw new Error(`wrong result ${value.toString()}, expected ${expected.toString()}`);
  }
  await takeTurn({ contender, shape, size, turn: warmUpTurn });
  return contender;
}

interface Turn {
  readonly contender: Contender;
  readonly shape: Shape;
  readonly size: number;
  readonly turn: number;
}

async function takeTurn({ contender, shape, size, turn }: Turn): Promise<Sample> {
  let [runs, build, evaluate] = [0, 0, 0];
  do {
    const run = await contender.run(shape, size);
    runs += 1;
    build += run.build;
    evaluate += run.evaluate;
  } while (build + evaluate < turn);
  return { runs, build, evaluate };
}
