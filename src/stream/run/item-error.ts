import { NodeError, type NodeFailure } from '../../errors.js';
import { bodyFailure, callFailure, codedFailure } from '../../resolve/failure.js';
import { DagError } from '../../errors.js';
import { Future } from '../../graph/future.js';
import type { Step } from '../plan/plan.js';

/** A step of a pipeline failed for one item. `cause` is what it threw. */
export class ItemError extends NodeError {
  /** Which item of the source it was, from 0. */
  readonly item: number;

  constructor(failure: NodeFailure, item: number) {
    super({ ...failure, message: `${failure.message} (item ${item.toString()})` });
    this.name = 'ItemError';
    this.item = item;
  }
}

/** What became of a step. */
export interface StepFailure {
  readonly step: Step;
  /** Name of the pipeline. */
  readonly pipeline: string;
  readonly item: number;
  /** Its arguments for the item. */
  readonly args: readonly unknown[];
  /** What it threw. */
  readonly thrown: unknown;
  /** It failed by a call that its body made and returned. */
  readonly inner?: boolean;
}

/** The error for a step that threw. Errors of calls that ran elsewhere keep their code, their path and their cause. */
export function itemError({ step, pipeline, item, args, thrown, inner = false }: StepFailure): ItemError {
  if (thrown instanceof NodeError) {
    const { code, node, path, message } = thrown;
    const text = message.slice(message.indexOf(': ', code.length + 2) + 2);
    return new ItemError(
      {
        code,
        node,
        path: [pipeline, ...(inner ? [step.name] : []), ...path],
        args: thrown.args,
        message: text,
        cause: thrown.cause,
      },
      item,
    );
  }
  const failure = thrown instanceof DagError ? codedFailure(thrown) : bodyFailure(thrown);
  const call = new Future(step.future._spec, args, undefined, undefined, undefined);
  const { code, message, args: shown } = callFailure(failure, [call]);
  const text = message.slice(message.indexOf(': ', code.length + 2) + 2);
  return new ItemError(
    {
      code,
      node: step.name,
      path: [pipeline, step.name],
      args: shown,
      message: text,
      ...(failure.hasCause ? { cause: failure.cause } : {}),
    },
    item,
  );
}
