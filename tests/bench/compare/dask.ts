import type { GraphChoice, Sample } from '../child/protocol.js';
import type { PythonContender } from '../contenders/names.js';
import { runPython } from '../python/run-python.js';
import { expectedValue } from '../shapes/expected.js';
import { shapes } from '../shapes/index.js';
import { writeProgram } from '../shapes/program.js';
import type { Effort } from './compare.js';
import { figure } from './figure.js';
import type { Figure } from './figure.js';

interface DaskTimes {
  readonly value: number;
  readonly samples: readonly Sample[];
}

/** What Dask is measured with and against. */
export interface DaskOptions {
  readonly effort: Effort;
  /** The sketch on the same graph, measured just before: processes in two languages cannot take turns. */
  readonly sketch: Figure | undefined;
}

/** Times Dask on the very same graph. */
export async function timeDask(
  graph: GraphChoice,
  variant: PythonContender,
  { effort: { rounds, budget, limit, python }, sketch }: DaskOptions,
): Promise<Figure> {
  const shape = shapes[graph.shape];
  const program = writeProgram(shape, graph.size);
  if (program === undefined) {
    return figure(variant, graph, { samples: [], note: `cannot express ${graph.shape}` });
  }
  const request = { ...program, variant, rounds, budget: budget * 1_000 };
  const outcome = await runPython<DaskTimes>('dask_times.py', request, { python, limit, grace: budget });
  if (!outcome.ok) return figure(variant, graph, { samples: [], note: outcome.reason });
  const { value, samples } = outcome.value;
  if (value !== expectedValue(shape, graph.size)) {
    return figure(variant, graph, { samples: [], note: `wrong result ${value}` });
  }
  return figure(variant, graph, { samples, reference: sketch?.samples ?? [] });
}
