import { isExecutor, type Executor } from '../../graph/executor.js';
import { choiceRule, countRule, type OptionRules } from '../../graph/option-rules.js';
import type { ItemError } from './item-error.js';
import type { Progress } from './progress.js';
import type { PipelineSnapshot } from './snapshot.js';

/** What becomes of an item of which a step failed: the run ends with the error, or goes on without the item. */
export type ErrorPolicy = 'stop' | 'skip' | ((error: ItemError, item: number) => 'stop' | 'skip' | undefined);

/** Options of a pipeline, and of each of its runs. */
export interface PipelineOptions {
  /** How errors and pictures call it. Default: the function's name, else `'pipeline'`. */
  readonly name?: string;
  /** Items in the pipeline at most, results that nobody has taken among them. Default 16; minimum 1. */
  readonly inFlight?: number;
  /** Where steps run: a WorkerPool, or `'inline'`, on this thread. Default `'inline'`. */
  readonly executor?: Executor | 'inline';
  /** Whether results come in the order of their items, or as they are ready. Default true. */
  readonly ordered?: boolean;
  /**
   * What becomes of an item of which a step failed. `'stop'`: what came before it is delivered, then the error; `'skip'`:
   * the run goes on without it, and the state of a transform that threw begins anew. A function decides for each
   * error; `undefined` means `'skip'`. Default `'stop'`.
   */
  readonly onError?: ErrorPolicy;
}

/** Options of one run. */
export interface RunOptions extends Omit<PipelineOptions, 'name'> {
  /** Ends the run: the consumer gets DAG_ABORTED. */
  readonly signal?: AbortSignal;
  /** Draws a bar on standard error (needs the package `cli-progress`), or is told how far the run has come. Default false. */
  readonly progress?: boolean | ((progress: Progress) => void);
  /** How many results are to be expected, for `progress`. */
  readonly total?: number;
  /** Values of the {@link config} of the pipeline, by name. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Goes on from a snapshot: states are put back, and as many items of the source are passed over as it had taken. */
  readonly restore?: PipelineSnapshot;
  /** Whether the source begins with the first item that the snapshot has not seen. Default false. */
  readonly resumed?: boolean;
}

const flag = { expected: 'true or false', allows: (value: unknown): boolean => typeof value === 'boolean' };
const object = {
  expected: 'an object',
  allows: (value: unknown): boolean => typeof value === 'object' && value !== null,
};

const PIPELINE_RULES: OptionRules<Omit<PipelineOptions, 'name'>> = {
  inFlight: countRule(1),
  executor: {
    expected: "'inline' or an executor",
    allows: (value) => value === 'inline' || isExecutor(value),
  },
  ordered: flag,
  onError: {
    expected: "'stop', 'skip' or a function",
    allows: (value) => typeof value === 'function' || choiceRule('stop', 'skip').allows(value),
  },
};

/** Rules for the options of a pipeline. */
export const pipelineRules: OptionRules<PipelineOptions & { inputs?: number }> = {
  ...PIPELINE_RULES,
  name: { expected: 'a text', allows: (value) => typeof value === 'string' && value !== '' },
  inputs: countRule(0),
};

/** Rules for the options of a run. */
export const runRules: OptionRules<RunOptions> = {
  ...PIPELINE_RULES,
  signal: { expected: 'an AbortSignal', allows: (value) => value instanceof AbortSignal },
  progress: {
    expected: 'true, false or a function',
    allows: (value) => typeof value === 'boolean' || typeof value === 'function',
  },
  total: { expected: 'a number of at least 0', allows: (value) => typeof value === 'number' && value >= 0 },
  config: object,
  restore: object,
  resumed: flag,
};
