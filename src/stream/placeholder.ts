import { DagError } from '../errors.js';
import { Future } from '../graph/future.js';
import { NodeIdentity, NodeSpec } from '../graph/spec.js';

/** The spec of Futures that stand for what changes from one item to the next: a pipeline gives them their values. */
export function placeholderSpec(name: string): NodeSpec {
  return new NodeSpec(new NodeIdentity(unresolved, { name, module: 'lazydag/stream' }), { name });
}

function unresolved(): never {
  throw new DagError('DAG_PIPELINE', {
    message: 'A Future that stands for the items of a pipeline was resolved by itself.',
    remedy: 'Return it from the function that is given to pipeline(), and run the pipeline.',
  });
}

/** A Future whose values a pipeline supplies. */
export abstract class Placeholder<out T> extends Future<T> {
  constructor(name: string) {
    super(placeholderSpec(name), [], undefined, undefined, undefined);
  }
}

/** Stands for the items of one input. */
export class Input<out T> extends Placeholder<T> {
  /** Which input, from 0. */
  readonly position: number;

  constructor(position: number) {
    super(`input ${position.toString()}`);
    this.position = position;
  }
}
