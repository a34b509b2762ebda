import { Excess } from './excess.js';
import type { Line } from './line.js';
import type { Outlet } from './outlet.js';

/** How many tokens may be under way in a line; where everything is to come to its end, how many results an item may have. */
export class Room {
  readonly #inFlight: number;
  readonly #outlet: Outlet<unknown>;
  /** Everything goes to its end, whatever room there is, as far as this allows. */
  #excess: Excess | undefined = undefined;

  constructor({ inFlight, outlet }: { readonly inFlight: number; readonly outlet: Outlet<unknown> }) {
    this.#inFlight = inFlight;
    this.#outlet = outlet;
  }

  /** Whether another token may begin in a line: everything may where it is to come to its end. */
  isIn(line: Line): boolean {
    if (this.#excess !== undefined) return !this.#excess.reached;
    return line.live + (line.isOutput ? this.#outlet.size : 0) < this.#inFlight;
  }

  /** Lets everything go to its end, whatever room there is, or lets that be. */
  letOut(out: boolean): void {
    if (!out) this.#excess = undefined;
    else this.#excess ??= new Excess(this.#inFlight);
  }

  /** A flow has given one result for an item. */
  count(item: number): void {
    this.#excess?.count(item);
  }

  /** How many results one item has had while everything was to go to its end, if these were too many. */
  get excess(): number | undefined {
    return this.#excess?.reached === true ? this.#excess.limit : undefined;
  }
}
