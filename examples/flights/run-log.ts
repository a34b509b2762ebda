import type { RunEvent } from 'lazydag';

/** What happened to the calls of one node. */
export interface NodeCount {
  ran: number;
  released: number;
  /** Calls that were needed and had their value already. */
  cached: number;
  /** Milliseconds from start to value, calls made in the body included. */
  duration: number;
}

/** Follows a run by its events: what it computed, what it released, and the bytes of values it held. */
export class RunLog {
  readonly #nodes = new Map<string, NodeCount>();
  readonly #workers = new Map<number, number>();
  #heldBytes: number;
  #peakBytes: number;

  /** @param heldBytes of values that are kept from before. */
  constructor(heldBytes = 0) {
    this.#heldBytes = heldBytes;
    this.#peakBytes = heldBytes;
  }

  /** Give it to a run as `onEvent`. */
  readonly follow = (event: RunEvent): void => {
    if (event.type === 'finished') {
      this.#heldBytes += event.bytes;
      this.#peakBytes = Math.max(this.#peakBytes, this.#heldBytes);
      const count = this.#count(event.name);
      count.ran += 1;
      count.duration += event.duration;
      if (!event.name.includes('.')) this.#workers.set(event.worker, (this.#workers.get(event.worker) ?? 0) + 1);
    } else if (event.type === 'released') {
      this.#heldBytes -= event.bytes;
      this.#count(event.name).released += 1;
    } else if (event.type === 'cached') {
      this.#count(event.name).cached += 1;
    }
  };

  /** Counts by node, in the order in which the nodes were first met. Parts of a value are named `node.part`. */
  get nodes(): ReadonlyMap<string, Readonly<NodeCount>> {
    return this.#nodes;
  }

  /** How many bodies ran. */
  get ran(): number {
    return [...this.#workers.values()].reduce((sum, count) => sum + count, 0);
  }

  /** How many bodies each worker ran; 0 is the calling thread. */
  get workers(): ReadonlyMap<number, number> {
    return this.#workers;
  }

  /** Bytes of the values that are held now. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The most bytes of values that were held at once. A part counts beside the value it was taken from, while both live. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  #count(name: string): NodeCount {
    let count = this.#nodes.get(name);
    if (count === undefined) {
      count = { ran: 0, released: 0, cached: 0, duration: 0 };
      this.#nodes.set(name, count);
    }
    return count;
  }
}
