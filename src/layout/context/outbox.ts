import { Emissions } from '../component/emission.js';
import type { Counters } from './counters.js';
import type { Output } from './output.js';

/** What a component has emitted, until there is room for it. The values of the firing stay as long as there is any. */
export class Outbox {
  readonly #counters: Counters;
  #output: Output | undefined;
  #values: unknown[] = [];

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  /** Where it goes to; undefined before it was wired, and for collectors. */
  get output(): Output | undefined {
    return this.#output;
  }

  /** Gives it somewhere to go. */
  wire(output: Output): void {
    this.#output = output;
  }

  get empty(): boolean {
    return this.#values.length === 0;
  }

  /** Takes what a body has returned, if that is to be emitted. @throws DAG_OPTION */
  put(result: unknown): void {
    const output = this.#output;
    if (output === undefined) return;
    if (result instanceof Emissions) {
      if (result.values.length === 0) output.writer.cancel();
      this.#values.push(...output.apart(result.values));
    } else if (output.isRecord || result !== undefined) this.#values.push(result);
  }

  /** Emits what there is room for. @returns whether that was anything. @throws DAG_OPTION, DAG_CANNOT_TRAVEL */
  flush(): boolean {
    const values = this.#values;
    const before = values.length;
    while (values.length > 0 && this.#output?.emit(values[0]) === true) values.shift();
    this.#counters.waits(values.length);
    return values.length < before;
  }

  /** What waits may lie in what is about to be let go of: it is moved into memory of its own. */
  keep(): void {
    if (this.#values.length > 0) this.#values = [...(this.#output?.keep(this.#values) ?? [])];
  }

  /** Emits nothing of it. */
  drop(): void {
    this.#values = [];
    this.#counters.waits(0);
    this.#output?.writer.cancel();
  }
}
