import type { Plan } from '../plan/plan.js';
import type { Slots } from '../plan/reader.js';
import type { Called } from './callers.js';
import type { Parameters } from './parameters.js';
import type { Runner } from './runner.js';
import type { Reply } from './token.js';

/** What items go by. */
export interface EntryParts {
  readonly plan: Plan;
  readonly runner: Runner;
  readonly parameters: Parameters;
  /** Items that a run before this one had taken. */
  readonly before: number;
}

/** Where items go into the runner: each gets its number, and the values of parameters that hold from it on. */
export class Entry {
  readonly #plan: Plan;
  readonly #runner: Runner;
  readonly #parameters: Parameters;
  readonly #before: number;
  /** How often the states were reset. */
  epoch = 0;

  constructor({ plan, runner, parameters, before }: EntryParts) {
    this.#plan = plan;
    this.#runner = runner;
    this.#parameters = parameters;
    this.#before = before;
  }

  /** Number of the next item, counted from the first of the first run. */
  get next(): number {
    return this.#before + (this.#runner.lines[0]?.begun ?? 0);
  }

  /** Begins an item that has just been read. */
  admit(slots: Slots, reply: Reply | undefined): void {
    const item = this.next;
    if (this.#parameters.changing) this.#applyChanges(item, slots);
    this.#runner.admit(slots, { item, epoch: this.epoch, reply });
  }

  /** Begins an item that was read some time ago: parameters may have been set since. */
  admitRead(slots: Slots): void {
    const now = this.#runner.slots();
    for (const { slot } of this.#plan.parameters) slots[slot] = now[slot];
    this.admit(slots, undefined);
  }

  /** Begins an item that was given by `call()`. */
  admitCalled({ inputs, reply }: Called): void {
    const slots = this.#runner.slots();
    inputs.forEach((value, position) => {
      const slot = this.#plan.inputSlots[position] ?? -1;
      if (slot !== -1) slots[slot] = value;
    });
    this.admit(slots, reply);
  }

  /** Lets values of parameters take effect that hold from the next item on, before it is there. */
  settle(): void {
    this.#applyChanges(this.next, undefined);
  }

  #applyChanges(item: number, slots: Slots | undefined): void {
    for (const { slot, value } of this.#parameters.due(item)) {
      this.#runner.change(slot, value);
      if (slots !== undefined) slots[slot] = value;
    }
  }
}
