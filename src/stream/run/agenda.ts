import type { Line } from './line.js';
import { Queue } from './queue.js';
import type { Recurrence } from './recurrence.js';
import type { Stage } from './stage.js';
import { BEGUN, OFFERED, type Token } from './token.js';

/** A token that a stage is to go on with. */
interface Turn {
  readonly stage: Stage;
  readonly token: Token;
}

/**
 * What can be carried out next, by counts of what the steps of a token still wait for. A token that goes straight through
 * has no counts.
 */
export class Agenda {
  readonly #lines: readonly Line[];
  /** By index of their steps. */
  readonly #stages: readonly Stage[];
  readonly #turns = new Queue<Turn>();

  constructor(lines: readonly Line[], stages: readonly Stage[]) {
    this.#lines = lines;
    this.#stages = stages;
  }

  /** What is to be carried out next, if anything can be. */
  next(): Turn | undefined {
    return this.#turns.shift();
  }

  /** Nothing is to be carried out any more. */
  clear(): void {
    this.#turns.clear();
  }

  /** From here on a token goes by counts; the steps before `from` have ended. Gives the feedbacks that it has values for. */
  count(token: Token, from: number): readonly Recurrence[] {
    const { line } = token;
    const known = line.recurrences.filter((recurrence) => recurrence.isKnown(token, from));
    token.left = line.stages.length - from;
    // The result may show what is fed back, so that it has to be there.
    for (const recurrence of line.recurrences) if (!recurrence.isReadyFor(token)) token.left += 1;
    token.pending = line.stages.map(({ step, place }) => {
      if (place < from) return BEGUN;
      let waits = 0;
      for (const needed of step.needs) if ((this.#stages[needed.index]?.place ?? -1) >= from) waits += 1;
      for (const recurrence of line.recurrences)
        if (step.feedbacks.includes(recurrence.link) && !recurrence.isReadyFor(token)) waits += 1;
      return waits;
    });
    return known;
  }

  /** Lets those steps of a token be carried out that wait for nothing. Gives whether it has come to its end. */
  offerReady(token: Token): boolean {
    const { pending } = token;
    if (pending === undefined) return false;
    for (const stage of token.line.stages) {
      if (pending[stage.place] !== 0) continue;
      pending[stage.place] = OFFERED;
      this.#turns.push({ stage, token });
    }
    return token.left === 0 && token.running === 0;
  }

  /** A stage begins with a token; one that takes the next before it has ended with this goes on with that. */
  enter(stage: Stage, token: Token): void {
    if (token.pending !== undefined) token.pending[stage.place] = BEGUN;
    stage.active += 1;
    token.running += 1;
    if (!stage.overlaps) return;
    stage.advance();
    this.wake(stage);
  }

  /** A stage is free for another token. */
  leave(stage: Stage, token: Token): void {
    stage.active -= 1;
    token.running -= 1;
    if (stage.ordered && !stage.overlaps) stage.advance();
    this.wake(stage);
  }

  /** Lets a token go on that waits for a stage, if it can. */
  wake(stage: Stage): void {
    const next = stage.next();
    if (next !== undefined) this.#turns.push({ stage, token: next });
  }

  /** A step of a token has ended: others may wait for nothing any more. */
  ended({ dependents }: Stage, token: Token): void {
    token.left -= 1;
    const { pending } = token;
    if (pending === undefined) return;
    for (const dependent of dependents) {
      const waits = (pending[dependent.place] ?? 0) - 1;
      pending[dependent.place] = waits;
      if (waits !== 0) continue;
      pending[dependent.place] = OFFERED;
      this.#turns.push({ stage: dependent, token });
    }
  }

  /** A token has been given the value of the one before. Gives whether it has come to its end. */
  given({ link }: Recurrence, token: Token): boolean {
    const { pending } = token;
    if (token.failure !== undefined || pending === undefined) return false;
    token.left -= 1;
    for (const stage of token.line.stages) {
      if (!stage.step.feedbacks.includes(link)) continue;
      const waits = (pending[stage.place] ?? 0) - 1;
      pending[stage.place] = waits;
      if (waits !== 0) continue;
      pending[stage.place] = OFFERED;
      this.#turns.push({ stage, token });
    }
    return token.left === 0 && token.running === 0;
  }

  /** Stages do not wait for a token that failed. Gives whether it leads to a flow that puts its error into the order. */
  giveUp(token: Token): boolean {
    let carried = false;
    for (const stage of token.line.stages) {
      const state = token.pending?.[stage.place];
      if (state === BEGUN) continue;
      const { begins } = stage.step;
      if (begins === undefined) {
        stage.pass(token.number);
        this.wake(stage);
        continue;
      }
      carried ||= this.#lines[begins.index]?.leadsOut === true;
      if (state === OFFERED) continue;
      if (token.pending !== undefined) token.pending[stage.place] = OFFERED;
      this.#turns.push({ stage, token });
    }
    return carried;
  }
}
