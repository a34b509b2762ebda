import { DagError } from '../../errors.js';

/** The state of a running pipeline between two items, as plain data: `v8.serialize()` writes it to a file. */
export interface PipelineSnapshot {
  /** Of the form of this object. */
  readonly version: 1;
  /** Name of the pipeline. */
  readonly pipeline: string;
  /** Items of the source that the states have seen. */
  readonly items: number;
  /** Results that were ready and that nobody had taken. */
  readonly pending: readonly unknown[];
  /** States of transforms, by step. */
  readonly states: Readonly<Record<string, unknown>>;
  /** Values of the feedbacks, in the order of the plan. */
  readonly feedbacks: readonly unknown[];
  /** Values of the parameters, by name. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Values of parameters for items from a later one on. */
  readonly changes?: readonly { readonly name: string; readonly value: unknown; readonly from: number }[];
  /** The source was at its end, and what was left in flows is among the results. */
  readonly flushed?: boolean;
}

/** Refuses what is no snapshot of a pipeline. @throws DAG_SNAPSHOT */
export function checkSnapshot(
  snapshot: PipelineSnapshot,
  { pipeline, steps }: { readonly pipeline: string; readonly steps: readonly string[] },
): void {
  const { version, states } = snapshot as Partial<PipelineSnapshot>; // given by the user
  if (version !== 1 || typeof states !== 'object' || (states as unknown) === null) {
    throw new DagError('DAG_SNAPSHOT', {
      message: `\`restore\` of ${pipeline} must be what running.snapshot() gave, got something else.`,
    });
  }
  const saved = Object.keys(states).sort();
  const wanted = [...steps].sort();
  if (saved.join('\n') === wanted.join('\n')) return;
  throw new DagError('DAG_SNAPSHOT', {
    message: `The snapshot has the states of ${saved.join(', ') || 'no steps'}, but ${pipeline} has those of ${wanted.join(', ') || 'no steps'}.`,
    remedy: 'Restore a snapshot with the pipeline that it was taken of.',
  });
}
