import type { Machine } from '../machine.js';
import type { Step } from '../plan/plan.js';
import { machineOf, nameOf } from '../transform.js';
import type { Line } from './line.js';
import type { Pinned } from './pinned.js';
import { StageTimes } from './stage-times.js';
import type { Token } from './token.js';

/** Where a step is carried out: by a call of its body, by its transform, by the resolver, on one thread of a pool. */
export type StageKind = 'part' | 'body' | 'call' | 'transform' | 'pinned';

/** One step of a pipeline in a run: how many items it works on, and who waits for it. */
export class Stage {
  readonly step: Step;
  readonly line: Line;
  readonly kind: StageKind;
  /** Its place in its line. */
  readonly place: number;
  /** Stages of the line that wait for it. */
  readonly dependents: Stage[] = [];
  readonly times = new StageTimes();
  /** It takes the tokens one after the other, in their order. */
  readonly ordered: boolean;
  /** The transform that a step on this thread drives. */
  machine: Machine | undefined = undefined;
  /** The one that lives on another thread. */
  pinned: Pinned | undefined = undefined;
  /** How many tokens it works on at once, at most. */
  replicas: number;
  /** How many it works on. */
  active = 0;
  /** Of an ordered stage, the next token to take. */
  turn = 0;
  /** How often the pipeline had been reset when its state began; -1 when it must begin anew. */
  epoch = 0;
  /** Tokens that can go on here. */
  readonly #waiting = new Map<number, Token>();
  /** Of an ordered stage, tokens that will not come. */
  readonly #passed = new Set<number>();

  constructor(step: Step, line: Line, { kind, replicas }: { readonly kind: StageKind; readonly replicas: number }) {
    this.step = step;
    this.line = line;
    this.kind = kind;
    this.place = line.stages.length;
    this.ordered = step.recipe !== undefined;
    this.replicas = replicas;
    if (kind === 'transform' && step.recipe !== undefined) this.machine = machineOf(step.recipe);
  }

  get name(): string {
    return this.step.recipe === undefined ? this.step.name : nameOf(this.step.recipe);
  }

  /** Whether a token can be taken at once. */
  takes(token: Token): boolean {
    if (this.ordered) return this.turn === token.number && this.active < this.replicas;
    return this.active < this.replicas && this.#waiting.size === 0;
  }

  wait(token: Token): void {
    this.#waiting.set(token.number, token);
  }

  /** The token that waits and can be taken now, which waits no more. */
  next(): Token | undefined {
    if (this.#waiting.size === 0 || this.active >= this.replicas) return undefined;
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
    if (this.epoch === epoch) return;
    this.epoch = epoch;
    this.machine?.reset();
  }

  /** Whether it works on nothing, and nothing waits for it. */
  get idle(): boolean {
    return this.active === 0 && this.#waiting.size === 0;
  }
}
