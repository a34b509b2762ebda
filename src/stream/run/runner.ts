import type { Slots } from '../plan/reader.js';
import type { Emission } from './emission.js';
import { Emissions, type EmissionHost } from './emissions.js';
import type { Holds } from './holds.js';
import { Excess } from './excess.js';
import { itemError, type ItemError } from './item-error.js';
import { Latencies } from './latencies.js';
import type { Line } from './line.js';
import { linesOf, stageToScale, type LineParts } from './lines.js';
import type { Outlet } from './outlet.js';
import { Queue } from './queue.js';
import type { Recurrence } from './recurrence.js';
import type { Stage } from './stage.js';
import { StepWork, type StepHost } from './step-work.js';
import { BEGUN, OFFERED, Token, type Reply } from './token.js';

/** Of so many tokens the time of one is measured. */
const MEASURED = 32;

/** What becomes of an item of which a step failed. */
export type Verdict = 'stop' | 'skip';

/** What a runner works with. */
export interface RunnerParts extends LineParts {
  readonly outlet: Outlet<unknown>;
  /** Milliseconds. */
  readonly now: () => number;
  /** What becomes of an item that failed. */
  readonly judge: (error: ItemError) => Verdict;
  /** Something came to its end: there may be room. */
  readonly ended: () => void;
}

/**
 * Takes items through the steps of a plan. An item whose steps all end at once goes straight through them in one loop. One
 * that has to wait anywhere, for a promise, for a thread, for its turn, goes on by counts of what its steps still wait for.
 */
export class Runner {
  readonly lines: readonly Line[];
  readonly stages: readonly Stage[];
  readonly latencies = new Latencies();
  readonly #parts: RunnerParts;
  readonly #work: StepWork;
  readonly #emissions: Emissions;
  /** Values that are the same for all items. */
  #template: Slots = [];
  readonly #agenda = new Queue<{ readonly stage: Stage; readonly token: Token }>();
  #draining = false;
  /** The error of an item that does not lead to any result. */
  #late: { readonly error: unknown } | undefined;
  /** An item failed for good: no others begin. */
  stopping = false;
  /** Something was waited for: it pays to work on several items at once. */
  concurrent = false;
  /** Nothing is wanted any more. */
  over = false;
  /** Everything goes to its end, whatever room there is, as far as this allows. */
  #excess: Excess | undefined = undefined;
  #lastItem = -1;
  #finishing = false;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.lines = linesOf(parts);
    this.stages = this.lines.flatMap(({ stages }) => stages).sort((one, other) => one.step.index - other.step.index);
    this.concurrent = this.stages.some(({ kind }) => kind === 'pinned' || kind === 'call');
    const host = this.#host();
    this.#work = new StepWork(host, parts);
    this.#emissions = new Emissions(host);
  }

  /** What steps and flows tell. */
  #host(): StepHost & EmissionHost {
    const isOver = (): boolean => this.over;
    const isStopping = (): boolean => this.stopping;
    return {
      lines: this.lines,
      get over() {
        return isOver();
      },
      get stopping() {
        return isStopping();
      },
      waits: () => {
        this.concurrent = true;
      },
      finished: (stage, token, value) => {
        this.#finished(stage, token, value);
      },
      failed: (stage: Stage, token: Token, thrown: unknown, inner?: boolean) => {
        this.#failed(stage, token, thrown, inner);
      },
      emits: (stage, token, results) => {
        this.#emissions.begin(stage, token, results);
      },
      hasRoom: (line) => this.#hasRoom(line),
      goesOn: (line, emission, value) => {
        this.#goOn(line, emission, value);
      },
      failedLeft: ({ step }, thrown) => {
        const failure = itemError({ step, pipeline: this.#parts.plan.name, item: this.#lastItem, args: [], thrown });
        this.#late ??= this.#verdictOn(failure);
      },
      endedLeft: () => {
        this.resume();
        this.#parts.ended();
      },
      drain: () => {
        this.#drain();
      },
    };
  }

  /** Items that have begun and not come to their end. */
  get live(): number {
    return this.lines[0]?.live ?? 0;
  }

  /** Whether nothing is under way at all. */
  get quiet(): boolean {
    return this.lines.every(({ live, emission }) => live === 0 && emission === undefined);
  }

  /** Sets what is the same for all items. */
  begin(template: Slots): void {
    this.#template = template;
  }

  /** Slots for an item, with what is the same for all. */
  slots(): Slots {
    return this.#template.slice();
  }

  /** Begins an item. */
  admit(
    slots: Slots,
    { item, epoch, reply }: { readonly item: number; readonly epoch: number; readonly reply: Reply | undefined },
  ): void {
    const root = this.lines[0];
    if (root === undefined) return;
    const token = new Token(root, { item, epoch, slots });
    token.reply = reply;
    this.#lastItem = item;
    this.#enter(token);
    this.#drain();
  }

  #enter(token: Token): void {
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
        this.#failed(stage, token, thrown);
        return;
      }
      if (!done) {
        this.#spreadAfter(token, stage);
        this.#work.accept(stage, token, result);
        if (token.pending !== undefined) this.#offerReady(token);
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
    if (token.pending !== undefined) token.pending[stage.place] = BEGUN;
    this.#enterStage(stage, token);
  }

  /** A stage begins with a token; one that takes the next before it has ended with this goes on with that. */
  #enterStage(stage: Stage, token: Token): void {
    stage.active += 1;
    token.running += 1;
    if (!stage.overlaps) return;
    stage.advance();
    const next = stage.next();
    if (next !== undefined) this.#agenda.push({ stage, token: next });
  }

  #count(token: Token, from: number): void {
    const { line } = token;
    const known = line.recurrences.filter((recurrence) => recurrence.isKnown(token, from));
    token.left = line.stages.length - from;
    // The result may show what is fed back, so that it has to be there.
    for (const recurrence of line.recurrences) if (!recurrence.isReadyFor(token)) token.left += 1;
    token.pending = line.stages.map(({ step, place }) => {
      if (place < from) return BEGUN;
      let waits = 0;
      for (const needed of step.needs) if ((this.stages[needed.index]?.place ?? -1) >= from) waits += 1;
      for (const recurrence of line.recurrences)
        if (step.feedbacks.includes(recurrence.link) && !recurrence.isReadyFor(token)) waits += 1;
      return waits;
    });
    // The next token need not wait for the other steps of this one.
    for (const recurrence of known) this.#recur(recurrence, repeatedBy(recurrence, token));
  }

  #offerReady(token: Token): void {
    const { pending } = token;
    if (pending === undefined) return;
    for (const stage of token.line.stages) {
      if (pending[stage.place] !== 0) continue;
      pending[stage.place] = OFFERED;
      this.#agenda.push({ stage, token });
    }
    if (token.left === 0 && token.running === 0) this.#complete(token);
  }

  /** Carries out what can be, until everything waits. */
  #drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#agenda.shift(); next !== undefined; next = this.#agenda.shift()) {
        if (this.over) continue;
        const { stage } = next;
        if (next.token.failure !== undefined && stage.step.begins === undefined) {
          // It has failed elsewhere meanwhile; another may have waited behind it.
          this.#wake(stage);
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
      this.#wake(stage);
      return;
    }
    if (token.pending !== undefined) token.pending[stage.place] = BEGUN;
    this.#enterStage(stage, token);
    if (stage.kind === 'call' || stage.kind === 'pinned') {
      this.#work.startElsewhere(stage, token);
      return;
    }
    keepUnder(stage, token.futures);
    let result: unknown;
    try {
      result = this.#work.run(stage, token);
    } catch (thrown) {
      this.#failed(stage, token, thrown);
      return;
    }
    this.#work.accept(stage, token, result);
  }

  /** A step has its value. */
  #finished(stage: Stage, token: Token, value: unknown): void {
    this.#leave(stage, token);
    if (token.failure !== undefined) {
      if (token.running === 0) this.#complete(token);
      return;
    }
    const { slot, begins } = stage.step;
    if (begins === undefined) token.slots[slot] = value;
    token.left -= 1;
    const { pending } = token;
    if (pending !== undefined) {
      for (const dependent of stage.dependents) {
        const waits = (pending[dependent.place] ?? 0) - 1;
        pending[dependent.place] = waits;
        if (waits !== 0) continue;
        pending[dependent.place] = OFFERED;
        this.#agenda.push({ stage: dependent, token });
      }
    }
    for (const recurrence of token.line.recurrences)
      if (recurrence.link.from === slot) this.#recur(recurrence, repeatedBy(recurrence, token));
    if (token.left === 0 && token.running === 0) this.#complete(token);
  }

  /** Tokens have been given the value of the one before. */
  #recur(recurrence: Recurrence, tokens: readonly Token[]): void {
    for (const token of tokens) this.#recurFor(recurrence, token);
  }

  #recurFor(recurrence: Recurrence, token: Token): void {
    if (token.failure !== undefined || token.pending === undefined) return;
    token.left -= 1;
    for (const stage of token.line.stages) {
      if (!stage.step.feedbacks.includes(recurrence.link)) continue;
      const waits = (token.pending[stage.place] ?? 0) - 1;
      token.pending[stage.place] = waits;
      if (waits !== 0) continue;
      token.pending[stage.place] = OFFERED;
      this.#agenda.push({ stage, token });
    }
    if (token.left === 0 && token.running === 0) this.#complete(token);
  }

  /** A stage is free for another token. */
  #leave(stage: Stage, token: Token): void {
    stage.active -= 1;
    token.running -= 1;
    if (stage.ordered && !stage.overlaps) stage.advance();
    this.#wake(stage);
  }

  /** Lets a token go on that waits for a stage, if it can. */
  #wake(stage: Stage): void {
    const next = stage.next();
    if (next !== undefined) this.#agenda.push({ stage, token: next });
  }

  /** A step has thrown. What it was the state of is begun anew with the next item. */
  #failed(stage: Stage, token: Token, thrown: unknown, inner = false): void {
    stage.lose();
    this.#leave(stage, token);
    if (token.failure === undefined) {
      const { plan } = this.#parts;
      const args = stage.step.values(token.slots);
      const failure = itemError({ step: stage.step, pipeline: plan.name, item: token.item, args, thrown, inner });
      token.failure = failure;
      // The error shows what the step read.
      token.futures?.keep(stage.step.reads);
      // Who waits for this item alone is told; it is no matter of the others.
      const verdict = token.reply === undefined ? this.#verdictOn(failure) : undefined;
      token.fatal = verdict;
      if (verdict !== undefined) this.stopping = true;
      const carried = this.#giveUp(token) || this.#failBehind(stage, token);
      if (verdict !== undefined && !token.line.isOutput && !carried) this.#late ??= verdict;
    }
    if (token.running === 0) this.#complete(token);
  }

  /** What the consumer gets for a failure; undefined when it is skipped. What the judge throws comes in its place. */
  #verdictOn(failure: ItemError): { readonly error: unknown } | undefined {
    try {
      return this.#parts.judge(failure) === 'stop' ? { error: failure } : undefined;
    } catch (error) {
      return { error };
    }
  }

  /** Stages do not wait for a token that failed. Gives whether it leads to a flow that puts its error into the order. */
  #giveUp(token: Token): boolean {
    let carried = false;
    for (const other of token.line.stages) {
      const state = token.pending?.[other.place];
      if (state === BEGUN) continue;
      const { begins } = other.step;
      if (begins === undefined) {
        other.pass(token.number);
        this.#wake(other);
        continue;
      }
      carried ||= this.lines[begins.index]?.leadsOut === true;
      if (state === OFFERED) continue;
      if (token.pending !== undefined) token.pending[other.place] = OFFERED;
      this.#agenda.push({ stage: other, token });
    }
    return carried;
  }

  /**
   * A flow gives nothing for an item that failed; where that ends the run, the error takes its place in the order behind
   * the flow. Gives whether it does.
   */
  #failBehind({ step: { begins } }: Stage, token: Token): boolean {
    const line = begins === undefined ? undefined : this.lines[begins.index];
    if (line === undefined || token.fatal === undefined || !line.leadsOut) return false;
    const child = new Token(line, { item: token.item, epoch: token.epoch, slots: [] });
    child.failure = token.failure;
    child.fatal = token.fatal;
    this.#giveUp(child);
    this.#complete(child);
    return true;
  }

  /** A token has come to its end, well or not. */
  #complete(token: Token): void {
    const { line, failure } = token;
    const { outlet, plan, now } = this.#parts;
    if (token.over) return;
    token.over = true;
    line.live -= 1;
    for (const recurrence of line.recurrences) {
      const next = failure === undefined ? repeatedBy(recurrence, token) : recurrence.settle(token.number, undefined);
      this.#recur(recurrence, next);
    }
    if (token.beganAt > 0) this.latencies.add(now() - token.beganAt);
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
    this.#emissions.resume();
    this.#drain();
  }

  /** No more items come: what is left in flows comes out, one after the other, and then the end. */
  finish(): void {
    this.#finishing = true;
    this.resume();
  }

  #flush(): void {
    if (!this.#emissions.flush()) return;
    if (this.#late !== undefined) this.#parts.outlet.failAfter(this.#late.error);
    this.#parts.outlet.end();
  }

  /** Whether another token may begin in a line: everything may where it is to come to its end. */
  #hasRoom(line: Line): boolean {
    const { outlet, inFlight } = this.#parts;
    if (this.#excess !== undefined) return !this.#excess.reached;
    return line.live + (line.isOutput ? outlet.size : 0) < inFlight;
  }

  /** Lets everything go to its end, whatever room there is, or lets that be. */
  letOut(out: boolean): void {
    if (!out) this.#excess = undefined;
    else this.#excess ??= new Excess(this.#parts.inFlight);
    this.resume();
  }

  /** How many results one item has had while everything was to go to its end, if these were too many. */
  get excess(): number | undefined {
    return this.#excess?.reached === true ? this.#excess.limit : undefined;
  }

  /** One result of a flow goes on by itself. */
  #goOn(line: Line, { token, stage }: Emission, value: unknown): void {
    const { sees } = line.rate;
    const item = token?.item ?? this.#lastItem;
    this.#excess?.count(item);
    const slots = token !== undefined && sees ? token.slots.slice() : this.slots();
    if (token !== undefined && !sees)
      for (const { slot } of this.#parts.plan.parameters) slots[slot] = token.slots[slot];
    slots[stage.step.slot] = value;
    const child = new Token(line, { item, epoch: token?.epoch ?? stage.epoch, slots });
    if (sees) child.futures = token?.futures?.forChild();
    this.#enter(child);
  }

  /** The failure that ends the run, if there is one: it may not have come to the consumer. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#parts.outlet.failure ?? this.#late;
  }

  /** What the consumer gets at the end, in place of it. */
  failLate(error: unknown): void {
    this.#late ??= { error };
    this.stopping = true;
  }

  /** What is left in flows has come out, unless others come. */
  setFlushed(): void {
    for (const line of this.lines) line.flushed = true;
  }

  /** From the next item on, something else is the same for all. */
  change(slot: number, value: unknown): void {
    this.#template[slot] = value;
  }

  /** See `Running.scale()`. @throws DAG_REPLICAS */
  scale(name: string, replicas: number): void {
    const stage = stageToScale(this.stages, name, replicas);
    stage.rescale(replicas, this.#parts.now());
    if (replicas > 1) this.concurrent = true;
    for (let room = stage.ordered ? 1 : replicas - stage.active; room > 0; room -= 1) this.#wake(stage);
    this.#drain();
  }

  /** Ends everything: bodies that run are told, states are let go. */
  close(reason: unknown): void {
    if (this.over) return;
    this.over = true;
    // What is under way may still read what is fed back; where nothing is, it can go at once.
    if (this.quiet) for (const { recurrences } of this.lines) for (const recurrence of recurrences) recurrence.end();
    this.#agenda.clear();
    this.#work.abort(reason);
    this.#emissions.close();
    for (const stage of this.stages) stage.close();
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
