import type { Future } from '../../graph/future.js';
import type { Config, Parameter } from '../parameter.js';
import type { Feedback } from '../feedback.js';
import type { InnerSource } from '../source.js';
import type { Recipe } from '../transform.js';
import type { Rate } from './rates.js';
import type { Read, Slots } from './reader.js';

/** One thing that is done for every item. */
export interface Step {
  /** Its place among the steps, each of which comes behind those that it needs. */
  readonly index: number;
  /** Where its value is kept. */
  readonly slot: number;
  /** How figures, errors and `scale()` call it; unlike any other step's. */
  readonly name: string;
  /** The call, as it was traced. */
  readonly future: Future;
  /** How its transform is made, if it is one. */
  readonly recipe: Recipe | undefined;
  /** It is the part of a value. */
  readonly part: boolean;
  /** At which rate it happens. */
  readonly rate: Rate;
  /** The rate that it begins, if it is a flow. */
  readonly begins: Rate | undefined;
  /** The steps of its rate that must come before. */
  readonly needs: readonly Step[];
  /** The feedbacks that it reads. */
  readonly feedbacks: readonly FeedbackLink[];
  /** Runs its body on the values of an item; of a transform: reads the chunk. */
  readonly call: Read;
  /** Its arguments, Futures replaced. */
  readonly values: (slots: Slots) => unknown[];
  /** Slots that it reads. */
  readonly reads: readonly number[];
}

/** What a feedback repeats. */
export interface FeedbackLink {
  readonly feedback: Feedback<unknown>;
  readonly slot: number;
  /** Where the value is that it repeats. */
  readonly from: number;
  readonly rate: Rate;
}

/** Something that has a value before the steps begin. */
interface Given<Kind> {
  readonly slot: number;
  readonly given: Kind;
}

/** What a pipeline does for every item: made once, never changed. */
export interface Plan {
  readonly name: string;
  /** How many sources a run is given. */
  readonly inputs: number;
  readonly slots: number;
  /** Slot of each input; -1 where nothing reads it. */
  readonly inputSlots: readonly number[];
  readonly sources: readonly Given<InnerSource>[];
  readonly parameters: readonly Given<Parameter<unknown>>[];
  readonly configs: readonly Given<Config<unknown>>[];
  /** Calls that depend on no item: made once for each run. */
  readonly constants: readonly Given<Future>[];
  readonly feedbacks: readonly FeedbackLink[];
  /** The rate of the items first; each behind the one above it. */
  readonly rates: readonly Rate[];
  readonly steps: readonly Step[];
  /** The slot of a Future of the trace; -1 where nothing reads it. */
  readonly slotOf: (future: Future) => number;
  /** What comes out, and how often. */
  readonly output: { readonly read: Read; readonly rate: Rate; readonly slots: readonly number[] };
}
