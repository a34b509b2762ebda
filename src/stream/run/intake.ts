import { DagError, describeThrown } from '../../errors.js';
import { isThenable } from '../../executor/thenable.js';
import { describeOption } from '../../graph/options.js';
import type { Plan } from '../plan/plan.js';
import type { Slots } from '../plan/reader.js';
import { innerFeed, outerFeed, type Feed } from './feeds.js';

/** Whether there was another item. */
type Got = boolean;

/** Reads the items of a run: from its sources, and from those inside of the pipeline. */
export class Intake {
  readonly #pipeline: string;
  readonly #feeds: Feed[];
  /** How many of these, the first, are sources of the run. */
  readonly #outer: number;
  #reading = false;
  /** How often the inner ones were begun anew. */
  #resets = 0;
  /** Ends the wait for an inner one that is begun anew. */
  #discard: (() => void) | undefined;
  /** Items read. */
  count = 0;

  /** @throws DAG_SOURCE when something is no source. */
  constructor(plan: Plan, sources: readonly unknown[]) {
    this.#pipeline = plan.name;
    const outer = sources.map((source, position) => {
      const name = sources.length === 1 ? 'source' : `source ${(position + 1).toString()}`;
      return outerFeed(source, name, plan.inputSlots[position] ?? -1);
    });
    this.#outer = outer.length;
    this.#feeds = [...outer, ...plan.sources.map(({ slot, given: { name, begin } }) => innerFeed(name, begin, slot))];
  }

  /** Whether an item is on its way. */
  get reading(): boolean {
    return this.#reading;
  }

  /**
   * Reads one item into its slots; gives whether there was one, or a promise of that.
   *
   * @throws DAG_SOURCE
   */
  read(slots: Slots): Got | Promise<Got> {
    for (let index = 0; index < this.#feeds.length; index += 1) {
      const feed = this.#feeds[index];
      if (feed === undefined) break;
      const result = this.#ask(feed);
      if (result instanceof Promise)
        return this.#feeds.length === 1 && !feed.inner
          ? this.#readOne(feed, slots, result)
          : this.#readOn(slots, index, result);
      if (!this.#take(slots, index, result as IteratorResult<unknown>)) return false;
    }
    if (this.#feeds.length === 0) return false;
    this.count += 1;
    return true;
  }

  /** {@link #readOn} for what most runs have, one source alone: with one promise instead of four. */
  #readOne(feed: Feed, slots: Slots, asked: Promise<unknown>): Promise<Got> {
    this.#reading = true;
    return asked.then(
      (result) => {
        this.#reading = false;
        if (!this.#take(slots, 0, result as IteratorResult<unknown>)) return false;
        this.count += 1;
        return true;
      },
      (error: unknown) => {
        this.#reading = false;
        throw this.#failed(feed, error);
      },
    );
  }

  async #readOn(slots: Slots, from: number, first: Promise<unknown>): Promise<Got> {
    this.#reading = true;
    try {
      let asked: Promise<unknown> | undefined = first;
      for (let index = from; index < this.#feeds.length; index += 1) {
        const feed = this.#feeds[index];
        if (feed === undefined) break;
        const resets = this.#resets;
        const result = await this.#answer(feed, asked);
        asked = undefined;
        if (feed.inner && resets !== this.#resets) {
          // What inner ones gave for this item is of no use any more: all of them have been begun anew.
          index = this.#outer - 1;
          continue;
        }
        if (!this.#take(slots, index, result as IteratorResult<unknown>)) return false;
      }
      this.count += 1;
      return true;
    } finally {
      this.#reading = false;
      this.#discard = undefined;
    }
  }

  /** What a feed gives; anything at all when it is begun anew meanwhile. */
  async #answer(feed: Feed, asked: Promise<unknown> = Promise.resolve(this.#ask(feed))): Promise<unknown> {
    const resets = this.#resets;
    try {
      if (!feed.inner) return await asked;
      return await new Promise<unknown>((fulfil, reject) => {
        this.#discard = () => {
          fulfil(undefined);
        };
        asked.then(fulfil, reject);
      });
    } catch (error) {
      if (feed.inner && resets !== this.#resets) return undefined;
      throw this.#failed(feed, error);
    }
  }

  #ask(feed: Feed): unknown {
    try {
      const result = feed.next();
      return result instanceof Promise || !isThenable(result) ? result : Promise.resolve(result);
    } catch (error) {
      throw this.#failed(feed, error);
    }
  }

  #failed(feed: Feed, cause: unknown): unknown {
    feed.done = true;
    if (cause instanceof DagError && cause.code === 'DAG_SOURCE') return cause;
    return new DagError('DAG_SOURCE', {
      message: `The ${feed.name} of ${this.#pipeline} failed after ${this.count.toString()} items: ${describeThrown(cause)}.`,
      cause,
    });
  }

  #take(slots: Slots, index: number, result: IteratorResult<unknown>): boolean {
    const feed = this.#feeds[index];
    if (feed === undefined) return false;
    if (typeof result !== 'object' || (result as unknown) === null) {
      throw this.#failed(feed, new TypeError(`its next() gave ${describeOption(result)}`));
    }
    if (result.done !== true) {
      if (feed.slot !== -1) slots[feed.slot] = result.value;
      return true;
    }
    feed.done = true;
    if (index > 0) throw this.#unequal(feed, this.#feeds[0]);
    // The first has ended; another source of the run that goes on is one too long. Asked for the last time.
    return false;
  }

  /** One source has ended, and another has not. */
  #unequal(ended: Feed | undefined, other: Feed | undefined): unknown {
    return new DagError('DAG_SOURCE', {
      message: `The sources of ${this.#pipeline} must be equally long, but the ${ended?.name ?? 'first'} ended after ${this.count.toString()} items, and the ${other?.name ?? 'first'} went on.`,
    });
  }

  /** After the first source has ended: whether the others have, too. @throws DAG_SOURCE when one goes on. */
  async checkEnds(): Promise<void> {
    for (const feed of this.#feeds.slice(1)) {
      if (feed.inner) continue;
      const result = (await this.#ask(feed)) as IteratorResult<unknown>;
      feed.done = result.done === true;
      if (feed.done) continue;
      throw this.#unequal(this.#feeds[0], feed);
    }
  }

  /** Whether several sources of the run must end together. */
  get paired(): boolean {
    return this.#feeds.filter(({ inner }) => !inner).length > 1;
  }

  /** Begins the sources inside of the pipeline anew; what they are about to give is dropped. */
  reset(): void {
    this.#resets += 1;
    for (const feed of this.#feeds) {
      feed.renew?.(!this.#reading);
      if (feed.inner) feed.done = false;
    }
    this.#discard?.();
  }

  /** Lets the sources go. Settles when they are; one that is being read is not waited for. */
  async close(): Promise<void> {
    const open = this.#feeds.filter(({ done }) => !done);
    const closing = open.map(async (feed) => {
      if (this.#reading) await feed.stop?.();
      await feed.close();
    });
    const settled = Promise.allSettled(closing);
    if (this.#reading) return;
    for (const one of await settled) if (one.status === 'rejected') throw one.reason;
  }
}
