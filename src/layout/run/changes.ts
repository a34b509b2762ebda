import { AsyncLocalStorage } from 'node:async_hooks';
import { DagError, describeThrown } from '../../errors.js';
import type { FiringWaits } from '../context/firing-waits.js';

/** Whose `edit` is running: a change that it waited for would wait for it. */
const editing = new AsyncLocalStorage<{ readonly of: Changes; over: boolean }>();

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

  /** Makes a change that gives something, behind those that were asked for before. @throws DAG_LAYOUT within `edit` */
  async next<Result>(change: () => Promise<Result>): Promise<Result> {
    this.#checkNotEditing();
    return this.#turn(change, this.#waitsHere());
  }

  /** Makes a change. A body that asks for one that comes after its firing is told at once. @throws DAG_LAYOUT within `edit` */
  async do(change: () => Promise<void>): Promise<void> {
    this.#checkNotEditing();
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

  /** Runs the `edit` of a change. */
  async edit<Result>(edit: () => Result): Promise<Awaited<Result>> {
    const going = { of: this, over: false };
    try {
      return await editing.run(going, edit);
    } finally {
      going.over = true; // what it has left behind may ask
    }
  }

  #turn<Result>(change: () => Promise<Result>, waits: FiringWaits | undefined): Promise<Result> {
    const turn = waits === undefined ? this.#last : waits.orSooner(this.#last);
    const result = turn.then(change);
    this.#last = Promise.all([this.#last, result.catch(() => undefined)]);
    return result;
  }

  #checkNotEditing(): void {
    const edit = editing.getStore();
    if (edit?.of !== this || edit.over) return;
    throw new DagError('DAG_LAYOUT', {
      message: `A change of ${this.#name} was asked for within another one, which it would wait for.`,
      remedy: 'Use what change() has given to your function.',
    });
  }
}
