import { blocks } from '../../../memory/blocks.js';
import type { ReportMessage } from '../messages.js';

/** What has become of jobs, gathered until it is sent. */
export class Report {
  #words: unknown[] = [];
  #costs: number[] = [];
  #times: number[] = [];
  #cursor = 0;
  /** Where the count of the present stretch stands; -1 before the first. */
  #count = -1;
  #batch = -1;
  #next = -1;

  /** Adds the result of one job. */
  add(batch: number, index: number, result: unknown): void {
    if (batch !== this.#batch || index !== this.#next) {
      this.#words.push(batch, index, 0);
      this.#count = this.#words.length - 1;
      this.#batch = batch;
    }
    this.#words.push(result);
    this.#words[this.#count] = (this.#words[this.#count] as number) + 1; // written as a number above
    this.#next = index + 1;
  }

  /** Adds what bodies of one node took together, in milliseconds. */
  cost(node: number, count: number, milliseconds: number): void {
    this.#costs.push(node, count, milliseconds);
  }

  /** Adds what one job took: when it began (milliseconds since 1970), milliseconds, bytes in and out. */
  time(...times: readonly [begunAt: number, duration: number, bytesIn: number, bytesOut: number]): void {
    this.#times.push(...times);
  }

  get empty(): boolean {
    return this.#words.length === 0;
  }

  /** The message with what was gathered, and starts anew. */
  take(): ReportMessage {
    const { cursor, handles } = blocks.handlesSince(this.#cursor);
    this.#cursor = cursor;
    const message: ReportMessage = {
      words: this.#words,
      costs: this.#costs,
      ...(handles.length > 0 ? { handles } : {}),
      ...(this.#times.length > 0 ? { times: this.#times } : {}),
    };
    this.#words = [];
    this.#costs = [];
    this.#times = [];
    this.#count = -1;
    this.#batch = -1;
    this.#next = -1;
    return message;
  }
}
