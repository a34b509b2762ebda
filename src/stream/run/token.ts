import type { Slots } from '../plan/reader.js';
import type { Holds } from './holds.js';
import type { ItemError } from './item-error.js';
import type { Line } from './line.js';

/** Who waits for the result of one item in particular. */
export interface Reply {
  readonly fulfil: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** In place of what a step waits for: it has begun, or ended. */
export const BEGUN = -1;
/** Likewise: it waits for nothing but its stage. */
export const OFFERED = -2;

/** One item on its way through the steps of one rate. */
export class Token {
  readonly line: Line;
  /** Its place among those of its line, from 0. */
  readonly number: number;
  /** Which item of the source it comes from. */
  readonly item: number;
  /** How often the pipeline had been reset before it. */
  readonly epoch: number;
  readonly slots: Slots;
  /** Steps that have not ended, and feedbacks that it has not been given. */
  left: number;
  /** Steps that are under way. */
  running = 0;
  /** What each step of the line waits for, {@link BEGUN} or {@link OFFERED} at the end; undefined as long as all went straight. */
  pending: number[] | undefined = undefined;
  failure: ItemError | undefined = undefined;
  /** What the consumer gets in place of its result, if its failure ends the run. */
  fatal: { readonly error: unknown } | undefined = undefined;
  reply: Reply | undefined = undefined;
  /** Values that came from calls of their own, by slot: they are let go when the last step has read them. */
  futures: Holds | undefined = undefined;
  /** It has come to its end. */
  over = false;
  /** Milliseconds at which it began; 0 where it is not measured. */
  beganAt = 0;

  constructor(
    line: Line,
    { item, epoch, slots }: { readonly item: number; readonly epoch: number; readonly slots: Slots },
  ) {
    this.line = line;
    this.number = line.begun;
    line.begun += 1;
    line.live += 1;
    this.item = item;
    this.epoch = epoch;
    this.slots = slots;
    this.left = line.stages.length;
  }
}
