import { DagError } from '../../errors.js';
import type { Plan } from '../plan/plan.js';
import type { Reply } from './token.js';

/** An item that was given by `call()`. */
export interface Called {
  readonly inputs: readonly unknown[];
  readonly reply: Reply;
}

/** Those who called a run, each with one item: their items wait here for room, and they for their results. */
export class Callers {
  #called: Called[] = [];
  /** How many at the front of these wait no more. */
  #gone = 0;
  readonly #replies = new Set<Reply>();
  /** Who waits until all have been answered. */
  readonly #answered: (() => void)[] = [];

  /** Items that wait. */
  get size(): number {
    return this.#called.length - this.#gone;
  }

  /** Whether someone has not been answered. */
  get waiting(): boolean {
    return this.#replies.size > 0;
  }

  /** Takes an item; gives its result. */
  add(inputs: readonly unknown[]): Promise<unknown> {
    return new Promise<unknown>((fulfil, reject) => {
      const reply: Reply = {
        fulfil: (value) => {
          this.#forget(reply);
          fulfil(value);
        },
        reject: (error) => {
          this.#forget(reply);
          reject(error);
        },
      };
      this.#replies.add(reply);
      this.#called.push({ inputs, reply });
    });
  }

  #forget(reply: Reply): void {
    this.#replies.delete(reply);
    if (this.#replies.size === 0) for (const told of this.#answered.splice(0)) told();
  }

  /** The item that has waited for longest, which waits no more. */
  next(): Called | undefined {
    const called = this.#called[this.#gone];
    if (called === undefined) return undefined;
    this.#gone += 1;
    // Taking from the front of a long array moves all of it, so that this is done for many at once.
    if (this.#gone * 2 >= this.#called.length) {
      this.#called = this.#called.slice(this.#gone);
      this.#gone = 0;
    }
    return called;
  }

  /** Settles when all have been answered, if someone waits. */
  answered(): Promise<void> {
    return new Promise<void>((told) => this.#answered.push(told));
  }

  /** Nobody else is answered: they get an error. */
  end(error: Error): void {
    for (const reply of [...this.#replies]) reply.reject(error);
    this.#called = [];
    this.#gone = 0;
  }
}

/** @throws DAG_PIPELINE for a pipeline with sources inside, one without one result for each item, or other inputs. */
export function checkCallable({ name, sources, output, inputs: wanted }: Plan, inputs: readonly unknown[]): void {
  if (sources.length > 0) {
    throw new DagError('DAG_PIPELINE', { message: `call() cannot be used with ${name}, which has a source inside.` });
  }
  if (output.rate.above !== undefined) {
    throw new DagError('DAG_PIPELINE', {
      message: `call() cannot be used with ${name}, which does not give one result for each item: behind ${output.rate.flow} there may be any number.`,
    });
  }
  if (inputs.length !== wanted) {
    throw new DagError('DAG_PIPELINE', {
      message: `call() of ${name} must be given ${wanted.toString()} ${wanted === 1 ? 'value' : 'values'}, got ${inputs.length.toString()}.`,
    });
  }
}
