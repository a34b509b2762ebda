import type { FeedbackLink } from '../plan/plan.js';
import { Holds, type Hold } from './holds.js';
import type { Token } from './token.js';

const NONE: readonly Token[] = [];

/** What a feedback repeats, with the hold on it where it came from a call of its own. */
export interface Repeated {
  readonly value: unknown;
  readonly hold: Hold | undefined;
}

/** A feedback of a run: the value of the token before, for the next. */
export class Recurrence {
  readonly link: FeedbackLink;
  /** Place of the stage whose value it repeats; -1 where no stage makes that. */
  readonly #place: number;
  /** The feedback that it repeats, if that is what it does. */
  #followed: Recurrence | undefined;
  value: unknown;
  /** Of a value that came from a call of its own: it stays until another takes its place. */
  #hold: Hold | undefined = undefined;
  #epoch = 0;
  /** The token whose value is there; -1 before the first. */
  #known = -1;
  /** What came before its turn; a token without a value leaves the one before. */
  readonly #early = new Map<number, Repeated | undefined>();
  /** The token that waits for the value of the one before. */
  #waiting = new Map<number, Token>();

  constructor(link: FeedbackLink, place: number) {
    this.link = link;
    this.#place = place;
    this.value = link.feedback.initial;
  }

  /** Finds the feedback that it repeats among those of its line. */
  follow(recurrences: readonly Recurrence[]): void {
    this.#followed = recurrences.find(({ link }) => link.slot === this.link.from);
  }

  /** Whether the value of a token is there, for the next one, when all stages before a place have ended. */
  isKnown(token: Token, place: number): boolean {
    return this.#followed?.isReadyFor(token) ?? this.#place < place;
  }

  /** Whether a token can be given the value of the one before it. */
  isReadyFor(token: Token): boolean {
    return this.#known === token.number - 1;
  }

  /** Gives a token the value of the one before it, or what is there after a reset. */
  give(token: Token): void {
    if (token.epoch !== this.#epoch) {
      this.#epoch = token.epoch;
      this.#replace(this.link.feedback.initial, undefined);
    }
    const { slot } = this.link;
    token.slots[slot] = this.value;
    if (this.#hold !== undefined) (token.futures ??= new Holds()).share(slot, this.#hold);
  }

  /** Another value takes the place of the one before. */
  #replace(value: unknown, hold: Hold | undefined): void {
    const before = this.#hold;
    this.value = value;
    this.#hold = hold;
    before?.release();
  }

  /** What a token after that many resets would be given. */
  valueIn(epoch: number): unknown {
    return epoch === this.#epoch ? this.value : this.link.feedback.initial;
  }

  /** Lets a token wait for the one before it. */
  wait(token: Token): void {
    this.#waiting.set(token.number, token);
  }

  /** A token has its value, or will have none; gives the tokens that waited for that, and have now been given theirs. */
  settle(number: number, outcome: Repeated | undefined): readonly Token[] {
    if (number <= this.#known || this.#early.has(number)) return NONE;
    outcome?.hold?.share();
    this.#early.set(number, outcome);
    const woken: Token[] = [];
    while (this.#early.has(this.#known + 1)) {
      this.#known += 1;
      const known = this.#early.get(this.#known);
      this.#early.delete(this.#known);
      if (known !== undefined) this.#replace(known.value, known.hold);
      // Before the next value takes its place, which may be there already.
      const next = this.#giveWaiting();
      if (next !== undefined) woken.push(next);
    }
    return woken;
  }

  #giveWaiting(): Token | undefined {
    const next = this.#waiting.get(this.#known + 1);
    if (next === undefined) return undefined;
    this.#waiting.delete(next.number);
    this.give(next);
    return next;
  }

  /** Like {@link settle}, for a token that went straight through. */
  pass(number: number, value: unknown, hold: Hold | undefined): readonly Token[] {
    if (this.#known !== number - 1 || this.#early.size > 0) return this.settle(number, { value, hold });
    this.#known = number;
    this.#replace(value, hold?.share());
    if (this.#waiting.size === 0) return NONE;
    const next = this.#giveWaiting();
    return next === undefined ? NONE : [next];
  }

  /** Where the numbering of a run begins, with a value from another run. */
  restore(value: unknown): void {
    this.#replace(value, undefined);
  }

  /** No other token comes: lets its value go. */
  end(): void {
    this.#replace(this.value, undefined);
    for (const early of this.#early.values()) early?.hold?.release();
    this.#early.clear();
  }
}
