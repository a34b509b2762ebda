import type { Plan } from '../plan/plan.js';
import type { Slots } from '../plan/reader.js';
import type { Emission } from './emission.js';
import type { Line } from './line.js';
import { Token, type Reply } from './token.js';

/** What a token is made of besides its values. */
export interface ItemParts {
  readonly item: number;
  readonly epoch: number;
  readonly reply: Reply | undefined;
}

/** Makes tokens, for items and for the results of flows, with the values that are the same for all. */
export class TokenSource {
  readonly #plan: Plan;
  /** Values that are the same for all items. */
  #template: Slots = [];
  /** The item that began last. */
  lastItem = -1;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** Sets what is the same for all items. */
  begin(template: Slots): void {
    this.#template = template;
  }

  /** From the next item on, something else is the same for all. */
  change(slot: number, value: unknown): void {
    this.#template[slot] = value;
  }

  /** Slots for an item, with what is the same for all. */
  slots(): Slots {
    return this.#template.slice();
  }

  /** The token of an item. */
  ofItem(root: Line, slots: Slots, { item, epoch, reply }: ItemParts): Token {
    const token = new Token(root, { item, epoch, slots });
    token.reply = reply;
    this.lastItem = item;
    return token;
  }

  /** The token of one result of a flow. */
  ofResult(line: Line, { token, stage }: Emission, value: unknown): Token {
    const { sees } = line.rate;
    const slots = token !== undefined && sees ? token.slots.slice() : this.slots();
    if (token !== undefined && !sees) for (const { slot } of this.#plan.parameters) slots[slot] = token.slots[slot];
    slots[stage.step.slot] = value;
    const child = new Token(line, { item: this.itemOf(token), epoch: token?.epoch ?? stage.epoch, slots });
    if (sees) child.futures = token?.futures?.forChild();
    return child;
  }

  /** The item that a result of a flow counts for; what is left at the end counts for the last. */
  itemOf(token: Token | undefined): number {
    return token?.item ?? this.lastItem;
  }
}
