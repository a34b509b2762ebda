import { DagError, describeThrown } from '../../errors.js';
import type { FiringWaits } from '../context/firing-waits.js';
import { isWithinChange, withinChange } from './within-change.js';

/**
 * Changes of a layout, one after the other. Those that a body asks for wait neither for its own firing, nor behind a change
 * that does: the body may wait for them.
 */
export class Changes {
  readonly #name: string;
  /** Who waits for the end of a firing, where a body of the layout asks; undefined elsewhere. */
  readonly #waitsHere: () => FiringWaits | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(name: string, waitsHere: () => FiringWaits | undefined) {
    this.#name = name;
    this.#waitsHere = waitsHere;
  }

  /** Makes a change that gives something, behind those that were asked for before. @throws DAG_LAYOUT within another one */
  async next<Result>(change: () => Promise<Result>): Promise<Result> {
    this.#checkNotWithin();
    return this.#turn(change, this.#waitsHere());
  }

  /** Makes a change. A body that asks for one that comes after its firing is told at once. @throws DAG_LAYOUT within another one */
  async do(change: () => Promise<void>): Promise<void> {
    this.#checkNotWithin();
    const waits = this.#waitsHere();
    const done = this.#turn(change, waits);
    if (waits === undefined) return done;
    let left = false;
    const told = done.catch((error: unknown) => {
      if (!left) throw error;
      process.emitWarning(`The layout ${this.#name}: what a body has asked for has failed: ${describeThrown(error)}`);
    });
    await waits.orSooner(done);
    // What needs no firing is over after some microtasks, and so is what is refused.
    await Promise.race([told, new Promise((resolve) => setImmediate(resolve))]);
    left = true;
  }

  #turn<Result>(change: () => Promise<Result>, waits: FiringWaits | undefined): Promise<Result> {
    const turn = waits === undefined ? this.#last : waits.orSooner(this.#last);
    const result = turn.then(() => withinChange(this, change));
    this.#last = Promise.all([this.#last, result.catch(() => undefined)]);
    return result;
  }

  #checkNotWithin(): void {
    if (!isWithinChange(this)) return;
    throw new DagError('DAG_LAYOUT', {
      message: `A change of ${this.#name} was asked for within another one, which it would wait for.`,
      remedy:
        'Use what change() has given to your function; in start() and stop() of a component, ask without waiting, later.',
    });
  }
}
