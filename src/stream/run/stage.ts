import { Cell, cellOf, type Machine } from '../machine.js';
import { KeyedMachine } from '../operators/keyed-machine.js';
import type { Step } from '../plan/plan.js';
import { machineOf, nameOf } from '../transform.js';
import { Capacity } from './capacity.js';
import type { Line } from './line.js';
import { KeyLanes } from './key-lanes.js';
import { goesAway, staysHere } from './placement.js';
import type { PinnedStates } from './pinned-states.js';
import { PinnedTimes, StageTimes } from './stage-times.js';
import type { Token } from './token.js';

const NO_STEP = new Cell(() => undefined, undefined);

/** Where a step is carried out: by a call of its body, by its transform, by the resolver, on one thread of a pool. */
export type StageKind = 'part' | 'body' | 'call' | 'transform' | 'pinned';

/** How a step is carried out. */
export interface StagePlace {
  readonly kind: StageKind;
  readonly replicas: number;
  /** How many tokens it may have taken at once; left out: as many as it has replicas. */
  readonly overlap?: number;
  /** Nothing stays on this thread because it is short. */
  readonly forced?: boolean;
}

/** One step of a pipeline in a run: how many items it works on, and who waits for it. */
export class Stage {
  readonly step: Step;
  readonly line: Line;
  kind: StageKind;
  /** Its place in its line. */
  readonly place: number;
  /** Stages of the line that wait for it. */
  readonly dependents: Stage[] = [];
  readonly times: StageTimes;
  /** It takes the tokens one after the other, in their order. */
  readonly ordered: boolean;
  /** The transform that a step on this thread drives. */
  machine: Machine | undefined = undefined;
  /** The states that live on other threads. */
  pinned: PinnedStates | undefined = undefined;
  /** How many tokens it works on at the same moment, at most; {@link rescale} changes it. */
  replicas: number;
  /** How many tokens it may have taken, where some wait on their threads; undefined: as many as it works on. */
  readonly #overlap: number | undefined;
  /** Nothing of it stays on this thread because it is short. */
  readonly #forced: boolean;
  /** How many it works on. */
  active = 0;
  /** Of an ordered stage, the next token to take. */
  turn = 0;
  /** How often the pipeline had been reset when its state began; -1 when it must begin anew. */
  epoch = 0;
  /** Tokens that can go on here. */
  readonly #waiting = new Map<number, Token>();
  readonly #capacity = new Capacity();
  #cell: Cell = NO_STEP;
  #lanes: KeyLanes | undefined = undefined;
  /** Of an ordered stage, tokens that will not come. */
  readonly #passed = new Set<number>();

  constructor(step: Step, line: Line, { kind, replicas, overlap, forced = false }: StagePlace) {
    this.step = step;
    this.line = line;
    this.kind = kind;
    this.place = line.stages.length;
    this.ordered = step.recipe !== undefined;
    this.replicas = replicas;
    this.#overlap = overlap;
    this.#forced = forced;
    this.times = kind === 'pinned' ? new PinnedTimes() : new StageTimes();
    if (kind !== 'transform' || step.recipe === undefined) return;
    this.machine = machineOf(step.recipe);
    this.#cell = cellOf(this.machine);
    if (!(this.machine instanceof KeyedMachine)) return;
    this.machine.forgets = true;
    if (this.machine.asynchronous) this.#lanes = new KeyLanes(this.machine);
  }

  /** It has a state for each key, and may work on several of them at once. */
  get keyed(): boolean {
    return this.machine?.keyed !== undefined || this.pinned?.keyed === true;
  }

  /** How many tokens it may have taken at once. */
  get overlap(): number {
    return this.#overlap ?? this.replicas;
  }

  /** Ordered tokens are taken before those ahead have ended: the thread, or each key, keeps them in order. */
  get overlaps(): boolean {
    return this.kind === 'pinned' || this.#lanes !== undefined;
  }

  /** Lets a chunk go through the transform on this thread. */
  transform(chunk: unknown): unknown {
    const { run, state } = this.#cell;
    return this.#lanes === undefined ? run(state, chunk) : this.#lanes.step(chunk, () => run(state, chunk));
  }

  get name(): string {
    return this.step.recipe === undefined ? this.step.name : nameOf(this.step.recipe);
  }

  /** Whether a token can be taken at once. */
  takes(token: Token): boolean {
    if (this.ordered) return this.turn === token.number && this.active < this.overlap;
    return this.active < this.overlap && this.#waiting.size === 0;
  }

  wait(token: Token): void {
    this.#waiting.set(token.number, token);
  }

  /** The token that waits and can be taken now, which waits no more. */
  next(): Token | undefined {
    if (this.#waiting.size === 0 || this.active >= this.overlap) return undefined;
    if (this.ordered) return this.#pull(this.turn);
    let first = Infinity;
    for (const number of this.#waiting.keys()) if (number < first) first = number;
    return this.#pull(first);
  }

  #pull(number: number): Token | undefined {
    const token = this.#waiting.get(number);
    if (token !== undefined) this.#waiting.delete(number);
    return token;
  }

  /** An ordered stage has taken its token, or lets one pass that will not come. */
  advance(): void {
    this.turn += 1;
    while (this.#passed.size > 0 && this.#passed.delete(this.turn)) this.turn += 1;
  }

  /** A token will not come. */
  pass(number: number): void {
    this.#waiting.delete(number);
    if (!this.ordered) return;
    if (number === this.turn) this.advance();
    else if (number > this.turn) this.#passed.add(number);
  }

  /** Begins the state anew if the pipeline was reset before this token, or the state was lost. */
  renew({ epoch }: Pick<Token, 'epoch'>): void {
    if (this.#lanes !== undefined) {
      if (this.epoch === epoch) this.#lanes.settle();
      else this.#lanes.renew(epoch);
      this.epoch = epoch;
      return;
    }
    if (this.epoch === epoch) return;
    this.epoch = epoch;
    this.machine?.reset();
  }

  /** A step has failed: its state is begun anew with the next token. One by keys forgets the one key by itself. */
  lose(): void {
    if (!this.keyed) this.epoch = -1;
  }

  /** A step that could run elsewhere runs here from now on, if it turned out to be too short for that. */
  reconsider(): void {
    if (this.kind !== 'call' || this.#forced || !staysHere(this.step)) return;
    this.kind = 'body';
    const watch = (milliseconds: number): void => {
      const { cost } = this.step.future._spec.identity;
      cost.add(milliseconds);
      // Not in the middle of a step, which is carried out in one way from its beginning to its end.
      if (goesAway(this.step)) queueMicrotask(goAway);
    };
    const goAway = (): void => {
      if (this.active > 0) return;
      this.kind = 'call';
      this.times.watch(undefined);
    };
    this.times.watch(watch);
  }

  /** Lets its states go. */
  close(): void {
    try {
      this.machine?.close();
    } catch {
      // A generator that throws in its `finally` has ended all the same, and nobody waits for it.
    }
    this.pinned?.close();
  }

  /** From now on it works on another number of tokens at once. Milliseconds. */
  rescale(replicas: number, now: number): void {
    this.#capacity.pass(now, this.#width);
    this.replicas = replicas;
    this.pinned?.scale(replicas);
  }

  /** The run has begun: from now on the stage could be at work. Milliseconds. */
  begin(now: number): void {
    this.#capacity.begin(now);
  }

  /** The run is at its end: from now on the stage has nothing to do. Milliseconds. */
  end(now: number): void {
    this.#capacity.end(now, this.#width);
  }

  /** Which part of the time until now its replicas were at work. Milliseconds. */
  busyUntil(now: number): number {
    const had = this.#capacity.at(now, this.#width);
    return had > 0 ? Math.min(1, this.times.busy / had) : 0;
  }

  /** Of a stage that takes any number of tokens at once, 1. */
  get #width(): number {
    return Number.isFinite(this.replicas) ? this.replicas : 1;
  }

  /** Whether it works on nothing, and nothing waits for it. */
  get idle(): boolean {
    return this.active === 0 && this.#waiting.size === 0;
  }
}
