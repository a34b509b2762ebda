import type { ItemError } from './item-error.js';

/** What becomes of an item of which a step failed. */
export type Verdict = 'stop' | 'skip';

/** Judges the failures of items, and has those that end the run and do not come to the consumer in place of a result. */
export class Failures {
  readonly #judge: (error: ItemError) => Verdict;
  /** The error of an item that does not lead to any result. */
  #late: { readonly error: unknown } | undefined;
  /** An item failed for good: no others begin. */
  stopping = false;

  constructor(judge: (error: ItemError) => Verdict) {
    this.#judge = judge;
  }

  /** What the consumer gets for a failure; undefined when it is skipped. What the judge throws comes in its place. */
  verdictOn(failure: ItemError): { readonly error: unknown } | undefined {
    try {
      return this.#judge(failure) === 'stop' ? { error: failure } : undefined;
    } catch (error) {
      return { error };
    }
  }

  /** What the consumer gets at the end, if nothing came before. */
  get late(): { readonly error: unknown } | undefined {
    return this.#late;
  }

  /** The consumer gets this at the end, unless there is something already. */
  endWith(verdict: { readonly error: unknown } | undefined): void {
    this.#late ??= verdict;
  }
}
