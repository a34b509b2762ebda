import { DagError } from '../errors.js';
import { isThenable } from '../executor/thenable.js';
import { cellOf, type Cell, type Machine } from './machine.js';
import { unrolled } from './unrolled.js';

/** A flow in a line, with the parts before it that give one result each. */
interface Stage {
  readonly before: Cell['run'];
  readonly flow: Machine;
}

/** Parts in a row, of which some give any number of results. */
export class FlowLine {
  readonly #stages: readonly Stage[];
  /** The parts behind the last flow; undefined where there are none. */
  readonly #tail: Cell['run'] | undefined;

  constructor(parts: readonly Machine[]) {
    const stages: Stage[] = [];
    let before: Cell[] = [];
    for (const part of parts) {
      if (part.emits !== true) before.push(cellOf(part));
      else {
        stages.push({ before: unrolled(before), flow: part });
        before = [];
      }
    }
    this.#stages = stages;
    this.#tail = before.length === 0 ? undefined : unrolled(before);
  }

  /** What becomes of a chunk; `from` is the stage that it goes into first. */
  through(chunk: unknown, from = 0): Iterable<unknown> {
    let current = chunk;
    for (let at = from; at < this.#stages.length; at += 1) {
      const { before, flow } = this.#stages[at] as Stage; // below the length
      const results = flow.step(before(undefined, current)) as Iterable<unknown>; // as flows give them
      // One result or none, as most flows give, needs no generator.
      if (isThenable(results)) throw promiseError(results);
      if (!Array.isArray(results) || results.length > 1) return this.#each(results, at + 1);
      if (results.length === 0) return [];
      current = results[0];
    }
    return [this.#tail === undefined ? current : this.#tail(undefined, current)];
  }

  /** What is left in the flows, each taken through the parts behind it. */
  *flush(): Iterable<unknown> {
    for (const [at, { flow }] of this.#stages.entries()) {
      const left = (flow.flush?.() ?? []) as Iterable<unknown>; // no part is asynchronous
      yield* this.#each(left, at + 1);
    }
  }

  #each(results: Iterable<unknown>, from: number): Iterable<unknown> {
    return from === this.#stages.length && this.#tail === undefined ? results : this.#spread(results, from);
  }

  *#spread(results: Iterable<unknown>, from: number): Iterable<unknown> {
    for (const result of results) yield* this.through(result, from);
  }
}

function promiseError(results: PromiseLike<unknown>): DagError {
  Promise.resolve(results).catch(() => undefined);
  return new DagError('DAG_OPTION', {
    message: 'compose(): a flow gave a promise, though its function is not `async`.',
    remedy: 'Make the function `async`: compose() looks at that to know where it has to wait.',
  });
}
