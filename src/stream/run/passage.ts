import type { Plan } from '../plan/plan.js';
import type { Agenda } from './agenda.js';
import type { Emissions } from './emissions.js';
import type { Failures } from './failures.js';
import type { Holds } from './holds.js';
import { itemError } from './item-error.js';
import type { Latencies } from './latencies.js';
import type { Line } from './line.js';
import type { Outlet } from './outlet.js';
import type { Recurrence } from './recurrence.js';
import type { Stage } from './stage.js';
import type { StepWork } from './step-work.js';
import { Token } from './token.js';

/** Of so many tokens the time of one is measured. */
const MEASURED = 32;

/** What tokens pass through, and what they come to. */
export interface PassageParts {
  readonly plan: Plan;
  readonly lines: readonly Line[];
  readonly agenda: Agenda;
  readonly work: StepWork;
  readonly emissions: Emissions;
  readonly failures: Failures;
  readonly latencies: Latencies;
  readonly outlet: Outlet<unknown>;
  /** Milliseconds. */
  readonly now: () => number;
  /** Something came to its end: there may be room. */
  readonly ended: () => void;
}

/** Takes tokens through the stages of their lines, to their end: straight through, or by the turns of an agenda. */
export class Passage {
  readonly #parts: PassageParts;
  readonly #agenda: Agenda;
  readonly #work: StepWork;
  readonly #failures: Failures;
  #draining = false;
  #finishing = false;
  /** Nothing is wanted any more. */
  over = false;

  constructor(parts: PassageParts) {
    this.#parts = parts;
    this.#agenda = parts.agenda;
    this.#work = parts.work;
    this.#failures = parts.failures;
  }

  /** Begins a token. */
  enter(token: Token): void {
    const { line } = token;
    if (token.number % MEASURED === 0) token.beganAt = this.#parts.now();
    let straight = true;
    for (const recurrence of line.recurrences) {
      if (recurrence.isReadyFor(token)) recurrence.give(token);
      else {
        recurrence.wait(token);
        straight = false;
      }
    }
    if (straight) this.#goStraight(token);
    else this.#spread(token, 0);
  }

  /** Carries steps out one after the other for as long as each ends at once. */
  #goStraight(token: Token): void {
    const { stages } = token.line;
    const { slots, futures } = token;
    for (let place = 0; place < stages.length; place += 1) {
      const stage = stages[place] as Stage; // in range
      if (stage.kind === 'call' || stage.kind === 'pinned' || !stage.takes(token)) {
        this.#spread(token, place);
        return;
      }
      if (futures !== undefined) keepUnder(stage, futures);
      let result: unknown;
      let done: boolean;
      try {
        result = this.#work.run(stage, token);
        done = this.#work.isDone(stage, result);
      } catch (thrown) {
        this.#spreadAfter(token, stage);
        this.failed(stage, token, thrown);
        return;
      }
      if (!done) {
        this.#spreadAfter(token, stage);
        this.#work.accept(stage, token, result);
        this.#offerReady(token);
        return;
      }
      slots[stage.step.slot] = result;
      if (stage.ordered) stage.advance();
    }
    token.left = 0;
    this.#complete(token);
  }

  /** From here on the token goes by counts; the steps before `from` have ended. */
  #spread(token: Token, from: number): void {
    this.#count(token, from);
    this.#offerReady(token);
  }

  /** Like {@link #spread}, with a stage that is at work. */
  #spreadAfter(token: Token, stage: Stage): void {
    this.#count(token, stage.place);
    this.#agenda.enter(stage, token);
  }

  #count(token: Token, from: number): void {
    // The next token need not wait for the other steps of this one.
    for (const recurrence of this.#agenda.count(token, from)) this.#recur(recurrence, repeatedBy(recurrence, token));
  }

  #offerReady(token: Token): void {
    if (this.#agenda.offerReady(token)) this.#complete(token);
  }

  /** Carries out what can be, until everything waits. */
  drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#agenda.next(); next !== undefined; next = this.#agenda.next()) {
        if (this.over) continue;
        const { stage } = next;
        if (next.token.failure !== undefined && stage.step.begins === undefined) {
          // It has failed elsewhere meanwhile; another may have waited behind it.
          this.#agenda.wake(stage);
          continue;
        }
        if (stage.takes(next.token)) {
          this.#start(stage, next.token);
          continue;
        }
        stage.wait(next.token);
        const first = stage.next();
        if (first !== undefined) this.#start(stage, first);
      }
    } finally {
      this.#draining = false;
      this.#work.leave();
    }
    if (this.#finishing) this.#flush();
  }

  #start(stage: Stage, token: Token): void {
    if (token.failure !== undefined) {
      stage.advance();
      this.#failBehind(stage, token);
      this.#agenda.wake(stage);
      return;
    }
    this.#agenda.enter(stage, token);
    if (stage.kind === 'call' || stage.kind === 'pinned') {
      this.#work.startElsewhere(stage, token);
      return;
    }
    keepUnder(stage, token.futures);
    let result: unknown;
    try {
      result = this.#work.run(stage, token);
    } catch (thrown) {
      this.failed(stage, token, thrown);
      return;
    }
    this.#work.accept(stage, token, result);
  }

  /** A step has its value. */
  finished(stage: Stage, token: Token, value: unknown): void {
    this.#agenda.leave(stage, token);
    if (token.failure !== undefined) {
      if (token.running === 0) this.#complete(token);
      return;
    }
    const { slot, begins } = stage.step;
    if (begins === undefined) token.slots[slot] = value;
    this.#agenda.ended(stage, token);
    for (const recurrence of token.line.recurrences)
      if (recurrence.link.from === slot) this.#recur(recurrence, repeatedBy(recurrence, token));
    if (token.left === 0 && token.running === 0) this.#complete(token);
  }

  /** Tokens have been given the value of the one before. */
  #recur(recurrence: Recurrence, tokens: readonly Token[]): void {
    for (const token of tokens) if (this.#agenda.given(recurrence, token)) this.#complete(token);
  }

  /** A step has thrown. What it was the state of is begun anew with the next item. */
  failed(stage: Stage, token: Token, thrown: unknown, inner = false): void {
    stage.lose();
    this.#agenda.leave(stage, token);
    if (token.failure === undefined) {
      const { plan } = this.#parts;
      const args = stage.step.values(token.slots);
      const failure = itemError({ step: stage.step, pipeline: plan.name, item: token.item, args, thrown, inner });
      token.failure = failure;
      // The error shows what the step read.
      token.futures?.keep(stage.step.reads);
      // Who waits for this item alone is told; it is no matter of the others.
      const verdict = token.reply === undefined ? this.#failures.verdictOn(failure) : undefined;
      token.fatal = verdict;
      if (verdict !== undefined) this.#failures.stopping = true;
      const carried = this.#agenda.giveUp(token) || this.#failBehind(stage, token);
      if (!token.line.isOutput && !carried) this.#failures.endWith(verdict);
    }
    if (token.running === 0) this.#complete(token);
  }

  /**
   * A flow gives nothing for an item that failed; where that ends the run, the error takes its place in the order behind
   * the flow. Gives whether it does.
   */
  #failBehind({ step: { begins } }: Stage, token: Token): boolean {
    const line = begins === undefined ? undefined : this.#parts.lines[begins.index];
    if (line === undefined || token.fatal === undefined || !line.leadsOut) return false;
    const child = new Token(line, { item: token.item, epoch: token.epoch, slots: [] });
    child.failure = token.failure;
    child.fatal = token.fatal;
    this.#agenda.giveUp(child);
    this.#complete(child);
    return true;
  }

  /** A token has come to its end, well or not. */
  #complete(token: Token): void {
    const { line, failure } = token;
    const { outlet, plan, now, latencies } = this.#parts;
    if (token.over) return;
    token.over = true;
    line.live -= 1;
    for (const recurrence of line.recurrences) {
      const next = failure === undefined ? repeatedBy(recurrence, token) : recurrence.settle(token.number, undefined);
      this.#recur(recurrence, next);
    }
    if (token.beganAt > 0) latencies.add(now() - token.beganAt);
    if (token.reply !== undefined) {
      if (line.isOutput) outlet.pass(token.number);
      if (failure === undefined) token.reply.fulfil(plan.output.read(token.slots));
      else token.reply.reject(failure);
    } else if (line.isOutput) {
      if (failure === undefined) outlet.put(token.number, plan.output.read(token.slots));
      else if (token.fatal !== undefined) outlet.fail(token.number, token.fatal.error);
      else outlet.pass(token.number);
    }
    if (token.futures !== undefined) {
      // The consumer has these now.
      if (line.isOutput && failure === undefined) token.futures.keep(plan.output.slots);
      token.futures.release();
    }
    this.resume();
    this.#parts.ended();
  }

  /** Goes on where room was missing. */
  resume(): void {
    this.#parts.emissions.resume();
    this.drain();
  }

  /** No more items come: what is left in flows comes out, one after the other, and then the end. */
  finish(): void {
    this.#finishing = true;
    this.resume();
  }

  #flush(): void {
    const { emissions, outlet } = this.#parts;
    if (!emissions.flush()) return;
    const { late } = this.#failures;
    if (late !== undefined) outlet.failAfter(late.error);
    outlet.end();
  }
}

/** A token has the value that a feedback repeats. Gives the tokens that waited for that. */
function repeatedBy(recurrence: Recurrence, { number, slots, futures }: Token): readonly Token[] {
  const { from } = recurrence.link;
  return recurrence.pass(number, slots[from], futures?.get(from));
}

/** Keeps what a step on this thread reads, where its result may lie on that. */
function keepUnder({ kind, step }: Stage, futures: Holds | undefined): void {
  if (kind !== 'transform' || step.recipe?.options.borrows === true) futures?.keep(step.reads);
}
