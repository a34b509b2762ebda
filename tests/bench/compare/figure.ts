import type { FreshRun, GraphChoice, Sample } from '../child/protocol.js';
import type { ContenderName } from '../contenders/names.js';
import { median, spread } from '../report/statistics.js';
import { shapes } from '../shapes/index.js';

/** One contender on one graph. Times are medians in µs per node. */
export interface Figure extends GraphChoice {
  readonly contender: ContenderName;
  readonly nodes: number;
  readonly build: number;
  readonly evaluate: number;
  /** Median of build and evaluate together. */
  readonly together: number;
  /** Interquartile range of `together` over its median. */
  readonly spread: number;
  /** `together` over the sketch's in the same comparison; NaN when the sketch cannot run the graph. */
  readonly ratio: number;
  /** The same ratio of processor time: steadier on a machine that others use too. */
  readonly cpuRatio: number;
  /** Why there are no times, or what to know about them. */
  readonly note?: string;
  /** Raw figures: repeats of this contender, and of the sketch between them. */
  readonly samples: readonly (Sample | FreshRun)[];
  readonly reference?: readonly (Sample | FreshRun)[];
}

/** What a comparison found out about one contender. */
export interface Findings {
  readonly samples: readonly (Sample | FreshRun)[];
  readonly reference?: readonly (Sample | FreshRun)[];
  readonly note?: string | undefined;
}

/** Summarises the repeats of one contender. */
export function figure(
  contender: ContenderName,
  { shape, size }: GraphChoice,
  { samples, reference = [], note }: Findings,
): Figure {
  const nodes = shapes[shape].nodes(size);
  const perNode = (milliseconds: number): number => (milliseconds * 1_000) / nodes;
  const together = samples.map(timeOf);
  return {
    contender,
    shape,
    size,
    nodes,
    build: perNode(median(samples.map((sample) => sample.build / runsOf(sample)))),
    evaluate: perNode(median(samples.map((sample) => sample.evaluate / runsOf(sample)))),
    together: perNode(median(together)),
    spread: spread(together),
    ratio: ratioOf(together, reference.map(timeOf)),
    cpuRatio: ratioOf(samples.map(cpuOf), reference.map(cpuOf)),
    samples,
    reference,
    ...(note !== undefined && { note }),
  };
}

/** Median of the ratios of neighbouring turns, which share what the machine was doing; else the ratio of the medians. */
function ratioOf(own: readonly number[], reference: readonly number[]): number {
  if (own.length !== reference.length) return median(own) / median(reference);
  return median(own.map((time, turn) => time / (reference[turn] ?? NaN)));
}

/** Milliseconds of one build and evaluation. */
function timeOf(sample: Sample | FreshRun): number {
  return (sample.build + sample.evaluate) / runsOf(sample);
}

/** Milliseconds of processor time of one build and evaluation. */
function cpuOf(sample: Sample | FreshRun): number {
  return sample.cpu / runsOf(sample);
}

function runsOf(sample: Sample | FreshRun): number {
  return 'runs' in sample ? sample.runs : 1;
}
