import { Readable } from 'node:stream';
import { DagError, describeThrown } from '../../errors.js';
import { describeOption } from '../../graph/options.js';
import type { Plan } from '../plan/plan.js';
import type { Slots } from '../plan/reader.js';
import { beginIterator, type AnyIterator } from './iterator.js';

/** One sequence that an item takes a value of. */
interface Feed {
  readonly name: string;
  readonly slot: number;
  /** A source inside of the pipeline, which can be begun anew. */
  readonly inner: boolean;
  next: () => unknown;
  close: () => unknown;
  /** Lets it go, and begins anew when it is asked for the next item. Of an inner one. */
  readonly renew?: (waits: boolean) => void;
  /** Lets it go while it is being read, where it can. */
  readonly stop?: () => unknown;
  /** It has ended by itself, or failed. */
  done: boolean;
}

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
  #over = false;
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

  get over(): boolean {
    return this.#over;
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
    if (this.#feeds.length === 0) return this.#end();
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
      return result instanceof Promise || !isPromiseLike(result) ? result : Promise.resolve(result);
    } catch (error) {
      throw this.#failed(feed, error);
    }
  }

  #failed(feed: Feed, cause: unknown): unknown {
    this.#over = true;
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
    if (index > 0) throw this.#unequal(feed);
    // The first has ended; another source of the run that goes on is one too long. Asked for the last time.
    return this.#end();
  }

  #unequal(feed: Feed): unknown {
    this.#over = true;
    const [first] = this.#feeds;
    return new DagError('DAG_SOURCE', {
      message: `The sources of ${this.#pipeline} must be equally long, but the ${feed.name} ended after ${this.count.toString()} items, and the ${first?.name ?? 'first'} went on.`,
    });
  }

  #end(): false {
    this.#over = true;
    return false;
  }

  /** After the first source has ended: whether the others have, too. @throws DAG_SOURCE when one goes on. */
  async checkEnds(): Promise<void> {
    for (const feed of this.#feeds.slice(1)) {
      if (feed.inner) continue;
      const result = (await this.#ask(feed)) as IteratorResult<unknown>;
      feed.done = result.done === true;
      if (feed.done) continue;
      const [first] = this.#feeds;
      throw new DagError('DAG_SOURCE', {
        message: `The sources of ${this.#pipeline} must be equally long, but the ${first?.name ?? 'first'} ended after ${this.count.toString()} items, and the ${feed.name} went on.`,
      });
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
    this.#over = true;
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

function outerFeed(source: unknown, name: string, slot: number): Feed {
  const iterator = iteratorOf(source, name);
  const feed: Feed = {
    name,
    slot,
    inner: false,
    next: () => iterator.next(),
    close: () => iterator.return?.(),
    stop: () => {
      // Its iterator would let it go only when it has been read: that may be never.
      if (source instanceof Readable) source.destroy();
    },
    done: false,
  };
  return feed;
}

/** Reads a stream; unlike its own iterator, this lets it go while it is being read. */
function readerOver(stream: ReadableStream<unknown>): AsyncIterator<unknown> {
  const reader = stream.getReader();
  return {
    next: async () => {
      const { done, value } = await reader.read();
      if (done) reader.releaseLock();
      return { done, value };
    },
    return: async () => {
      await reader.cancel();
      reader.releaseLock();
      return { done: true, value: undefined };
    },
  };
}

/** The source inside of a pipeline that a function makes: what it iterates over, or each of what the function gives. */
function innerFeed(name: string, fn: () => unknown, slot: number): Feed {
  let renewed = 0;
  const begin = (): unknown => {
    const before = renewed;
    const first = fn();
    if (!isPromiseLike(first)) return beginWith(first);
    // One that was begun anew meanwhile is dropped.
    return Promise.resolve(first).then((given) => (renewed === before ? beginWith(given) : undefined));
  };
  const beginWith = (first: unknown): unknown => {
    if (!isIterator(first)) {
      feed.next = () => nextOf(fn());
      return { done: false, value: first };
    }
    feed.next = () => first.next();
    feed.close = () => first.return?.();
    return first.next();
  };
  const feed: Feed = {
    name: `source ${name}`,
    slot,
    inner: true,
    next: begin,
    close: nothing,
    renew: (waits) => {
      const { close } = feed;
      renewed += 1;
      feed.close = nothing;
      feed.next = begin;
      const fail = (error: unknown): void => {
        feed.next = () => {
          throw error;
        };
      };
      try {
        const closing = close();
        if (!isPromiseLike(closing)) return;
        const closed = Promise.resolve(closing);
        // One that is being read ends when it has been read, which may be never.
        if (waits) feed.next = () => closed.then(begin);
        closed.catch(fail);
      } catch (error) {
        fail(error);
      }
    },
    done: false,
  };
  return feed;
}

function nothing(): undefined {
  return undefined;
}

/** What generator functions give: an iterator that can be iterated over itself. */
function isIterator(thing: unknown): thing is AnyIterator {
  if (typeof thing !== 'object' || thing === null) return false;
  if (!('next' in thing) || typeof thing.next !== 'function') return false;
  return Symbol.iterator in thing || Symbol.asyncIterator in thing;
}

function nextOf(value: unknown): unknown {
  return isPromiseLike(value)
    ? Promise.resolve(value).then((settled) => ({ done: false, value: settled }))
    : { done: false, value };
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** @throws DAG_SOURCE */
function iteratorOf(source: unknown, name: string): AnyIterator {
  if (typeof source === 'object' && source !== null) {
    const parts = source as { next?: unknown }; // asked for here
    try {
      const begun = source instanceof ReadableStream ? readerOver(source) : beginIterator(source);
      if (begun !== undefined) return begun;
    } catch (cause) {
      throw new DagError('DAG_SOURCE', {
        message: `The ${name} of a run cannot be read: ${describeThrown(cause)}.`,
        cause,
      });
    }
    if (typeof parts.next === 'function') return source as Iterator<unknown>;
  }
  throw new DagError('DAG_SOURCE', {
    message: `The ${name} of a run must be an iterable, an async iterable, a Readable or a ReadableStream, got ${describeOption(source)}.`,
    remedy: remedyFor(source),
  });
}

function remedyFor(source: unknown): string {
  if (isPromiseLike(source)) return 'Await it first.';
  if (typeof source === 'string') return 'Put a text into an array, or read it from a stream.';
  return 'Put a single item into an array.';
}
