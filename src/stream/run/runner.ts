import type { Slots } from '../plan/reader.js';
import { Agenda } from './agenda.js';
import { Emissions, type EmissionHost } from './emissions.js';
import { Failures, type Verdict } from './failures.js';
import { itemError, type ItemError } from './item-error.js';
import { Latencies } from './latencies.js';
import type { Line } from './line.js';
import { linesOf, stageToScale, type LineParts } from './lines.js';
import type { Outlet } from './outlet.js';
import { Passage } from './passage.js';
import { Room } from './room.js';
import type { Stage } from './stage.js';
import { StepWork, type StepHost } from './step-work.js';
import { TokenSource, type ItemParts } from './token-source.js';
import type { Token } from './token.js';

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
  readonly #tokens: TokenSource;
  readonly #agenda: Agenda;
  readonly #room: Room;
  readonly #failures: Failures;
  readonly #passage: Passage;
  /** Something was waited for: it pays to work on several items at once. */
  concurrent = false;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.lines = linesOf(parts);
    this.stages = this.lines.flatMap(({ stages }) => stages).sort((one, other) => one.step.index - other.step.index);
    this.#tokens = new TokenSource(parts.plan);
    this.#agenda = new Agenda(this.lines, this.stages);
    this.#room = new Room(parts);
    this.#failures = new Failures(parts.judge);
    this.concurrent = this.stages.some(({ kind }) => kind === 'pinned' || kind === 'call');
    const host = this.#host();
    this.#work = new StepWork(host, parts);
    this.#emissions = new Emissions(host);
    this.#passage = new Passage({
      plan: parts.plan,
      lines: this.lines,
      agenda: this.#agenda,
      work: this.#work,
      emissions: this.#emissions,
      failures: this.#failures,
      latencies: this.latencies,
      outlet: parts.outlet,
      now: parts.now,
      ended: parts.ended,
    });
  }

  /** What steps and flows tell. */
  #host(): StepHost & EmissionHost {
    const isOver = (): boolean => this.#passage.over;
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
        this.#passage.finished(stage, token, value);
      },
      failed: (stage: Stage, token: Token, thrown: unknown, inner?: boolean) => {
        this.#passage.failed(stage, token, thrown, inner);
      },
      emits: (stage, token, results) => {
        this.#emissions.begin(stage, token, results);
      },
      hasRoom: (line) => this.#room.isIn(line),
      goesOn: (line, emission, value) => {
        this.#room.count(this.#tokens.itemOf(emission.token));
        this.#passage.enter(this.#tokens.ofResult(line, emission, value));
      },
      failedLeft: ({ step }, thrown) => {
        const { lastItem } = this.#tokens;
        const failure = itemError({ step, pipeline: this.#parts.plan.name, item: lastItem, args: [], thrown });
        if (this.#failures.late === undefined) this.#failures.endWith(this.#failures.verdictOn(failure));
      },
      endedLeft: () => {
        this.resume();
        this.#parts.ended();
      },
      drain: () => {
        this.#passage.drain();
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
    this.#tokens.begin(template);
  }

  /** From the next item on, something else is the same for all. */
  change(slot: number, value: unknown): void {
    this.#tokens.change(slot, value);
  }

  /** Slots for an item, with what is the same for all. */
  slots(): Slots {
    return this.#tokens.slots();
  }

  /** Begins an item. */
  admit(slots: Slots, parts: ItemParts): void {
    const root = this.lines[0];
    if (root === undefined) return;
    this.#passage.enter(this.#tokens.ofItem(root, slots, parts));
    this.#passage.drain();
  }

  /** Goes on where room was missing. */
  resume(): void {
    this.#passage.resume();
  }

  /** No more items come: what is left in flows comes out, one after the other, and then the end. */
  finish(): void {
    this.#passage.finish();
  }

  /** Lets everything go to its end, whatever room there is, or lets that be. */
  letOut(out: boolean): void {
    this.#room.letOut(out);
    this.resume();
  }

  /** How many results one item has had while everything was to go to its end, if these were too many. */
  get excess(): number | undefined {
    return this.#room.excess;
  }

  /** An item failed for good: no others begin. */
  get stopping(): boolean {
    return this.#failures.stopping;
  }

  /** The failure that ends the run, if there is one: it may not have come to the consumer. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#parts.outlet.failure ?? this.#failures.late;
  }

  /** What the consumer gets at the end, in place of it. */
  failLate(error: unknown): void {
    this.#failures.endWith({ error });
    this.#failures.stopping = true;
  }

  /** What is left in flows has come out, unless others come. */
  setFlushed(): void {
    for (const line of this.lines) line.flushed = true;
  }

  /** See `Running.scale()`. @throws DAG_REPLICAS */
  scale(name: string, replicas: number): void {
    const stage = stageToScale(this.stages, name, replicas);
    stage.rescale(replicas, this.#parts.now());
    if (replicas > 1) this.concurrent = true;
    for (let room = stage.ordered ? 1 : replicas - stage.active; room > 0; room -= 1) this.#agenda.wake(stage);
    this.#passage.drain();
  }

  /** Ends everything: bodies that run are told, states are let go. */
  close(reason: unknown): void {
    if (this.#passage.over) return;
    this.#passage.over = true;
    // What is under way may still read what is fed back; where nothing is, it can go at once.
    if (this.quiet) for (const { recurrences } of this.lines) for (const recurrence of recurrences) recurrence.end();
    this.#agenda.clear();
    this.#work.abort(reason);
    this.#emissions.close();
    for (const stage of this.stages) stage.close();
  }
}
