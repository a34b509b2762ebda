import { Readable } from 'node:stream';
import { DagError, describeThrown } from '../../errors.js';
import { isThenable } from '../../executor/thenable.js';
import { describeOption } from '../../graph/options.js';
import { beginIterator, type AnyIterator } from './iterator.js';

/** One sequence that an item takes a value of. */
export interface Feed {
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

/** What a run reads from one of its sources. @throws DAG_SOURCE when it is none. */
export function outerFeed(source: unknown, name: string, slot: number): Feed {
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
export function innerFeed(name: string, fn: () => unknown, slot: number): Feed {
  let renewed = 0;
  const begin = (): unknown => {
    const before = renewed;
    const first = fn();
    if (!isThenable(first)) return beginWith(first);
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
        if (!isThenable(closing)) return;
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
  return isThenable(value)
    ? Promise.resolve(value).then((settled) => ({ done: false, value: settled }))
    : { done: false, value };
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
  if (isThenable(source)) return 'Await it first.';
  if (typeof source === 'string') return 'Put a text into an array, or read it from a stream.';
  return 'Put a single item into an array.';
}
