import { DagError } from '../errors.js';
import { Future } from '../graph/future.js';
import { describeOption } from '../graph/options.js';
import { Placeholder } from './placeholder.js';

/** The value that a step had for the item before: a recurrent connection. */
export class Feedback<T> extends Placeholder<T> {
  /** What the first item gets. */
  readonly initial: T;
  #source: Future<T> | undefined;

  /** @internal */
  constructor(initial: T) {
    super('feedback');
    this.initial = initial;
  }

  /** Connects it to what it repeats; gives that. @throws DAG_FEEDBACK when it is connected already, or to no Future. */
  from(source: Future<T>): Future<T> {
    if (!((source as unknown) instanceof Future)) {
      throw new DagError('DAG_FEEDBACK', {
        message: `A feedback repeats the values of a Future, but was connected to ${describeOption(source)}.`,
        remedy: 'Call its from() with what a call in the function of the pipeline gave.',
      });
    }
    if (this.#source !== undefined) {
      throw new DagError('DAG_FEEDBACK', {
        message: 'A feedback repeats one value, but was connected twice.',
        remedy: 'Make one feedback() for each value.',
      });
    }
    this.#source = source;
    return source;
  }

  /** What it repeats. @throws DAG_FEEDBACK when it is not connected. */
  get source(): Future<T> {
    if (this.#source !== undefined) return this.#source;
    throw new DagError('DAG_FEEDBACK', {
      message: 'A feedback of a pipeline is not connected.',
      remedy: 'Call its from() with the Future whose value the next item is to see.',
    });
  }
}

/**
 * The value that a step had for the item before; the first item gets `initial`. Connect it in the function of the
 * pipeline: `const last = feedback(0); const sum = last.from(add(x, last))`. An item that
 * failed before the value was there leaves it as it was; one that failed afterwards has changed it, as it has the states of
 * the transforms that it had passed.
 */
export function feedback<T>(initial: T): Feedback<T> {
  return new Feedback(initial);
}
