import { setTimeout as wait } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { DagError, type ErrorCode } from '../../../src/errors.js';
import { rejection } from '../../support/waiting.js';

/** All results. */
export async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const result of results) all.push(result);
  return all;
}

/** The results before the error, and the error; undefined where there is none. */
export async function collectUntilError<T>(results: AsyncIterable<T>): Promise<{ all: T[]; error: unknown }> {
  const all: T[] = [];
  try {
    for await (const result of results) all.push(result);
  } catch (error) {
    return { all, error };
  }
  return { all, error: undefined };
}

/** 0, 1, 2, … */
export function upTo(end: number): number[] {
  return Array.from({ length: end }, (_, index) => index);
}

/** A source that says how many items were read, and how often it was let go. */
export class Counted implements AsyncIterator<number>, AsyncIterable<number> {
  read = 0;
  returned = 0;
  readonly #end: number;

  constructor(end: number) {
    this.#end = end;
  }

  next(): Promise<IteratorResult<number>> {
    if (this.read >= this.#end) return Promise.resolve({ done: true, value: undefined });
    this.read += 1;
    return Promise.resolve({ done: false, value: this.read - 1 });
  }

  return(): Promise<IteratorResult<number>> {
    this.returned += 1;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Waits for zero to three milliseconds or turns of the loop, unlike for neighbouring items. */
export async function someTime(seed: number): Promise<void> {
  const kind = (seed * 7919 + 13) % 5;
  if (kind < 3) await wait(kind);
  else if (kind === 3) await new Promise((resume) => setImmediate(resume));
}

/** Expects a function to throw an error with a code, which is given back. */
export function thrown(code: ErrorCode, fn: () => unknown): DagError {
  let error: unknown;
  try {
    fn();
  } catch (caught) {
    error = caught;
  }
  return withCode(code, error);
}

/** Expects a promise to reject with an error with a code, which is given back. */
export async function rejected(code: ErrorCode, promise: Promise<unknown>): Promise<DagError> {
  return withCode(code, await rejection(promise));
}

/** Expects an error to have a code. */
export function withCode(code: ErrorCode, error: unknown): DagError {
  expect(error).toBeInstanceOf(DagError);
  expect(error).toMatchObject({ code });
  return error as DagError; // seen above
}
