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
  readonly #called: Called[] = [];
  readonly #replies = new Set<Reply>();
  /** Who waits until all have been answered. */
  readonly #answered: (() => void)[] = [];

  /** Items that wait. */
  get size(): number {
    return this.#called.length;
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
    return this.#called.shift();
  }

  /** Settles when all have been answered, if someone waits. */
  answered(): Promise<void> {
    return new Promise<void>((told) => this.#answered.push(told));
  }

  /** Nobody else is answered: they get an error. */
  end(error: Error): void {
    for (const reply of [...this.#replies]) reply.reject(error);
    this.#called.length = 0;
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
      message: `call() of ${name} must be given ${wanted.toString()} values, got ${inputs.length.toString()}.`,
    });
  }
}
