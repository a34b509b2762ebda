import { isThenable } from '../../executor/thenable.js';
import type { OptionRules } from '../../graph/option-rules.js';
import { bytesOf } from '../../memory/buffers.js';
import { structOf } from '../../memory/struct/struct.js';
import { Collector } from '../component/collector.js';
import { component } from '../component/decorator.js';
import { checkOptionsOf, callable, milliseconds } from './rules.js';
import { bodyOption, type AnyFunction } from './values.js';

/** What came to a {@link Throughput} in some time. */
export interface ThroughputFigures {
  /** Name of the component. */
  readonly name: string;
  /** The figures are those of the whole time, at the end. */
  readonly final: boolean;
  readonly values: number;
  /** Bytes of records; of other values, those of their typed arrays, buffers and texts. */
  readonly bytes: number;
  /** From the value before the first of these to the last. */
  readonly seconds: number;
  readonly valuesPerSecond: number;
  readonly bytesPerSecond: number;
}

/** Options of {@link Throughput}. */
export interface ThroughputOptions {
  /** Milliseconds from one report to the next, which the first value after that brings. Default 1,000; 0: only one at the end. */
  readonly every?: number;
  /** Is given the figures; a promise is waited for. Default: prints them. A node where the component is on a thread. */
  readonly report?: AnyFunction;
}

const rules: OptionRules<ThroughputOptions> = { every: milliseconds, report: callable };

/** Values and bytes of some time. */
class Tally {
  values = 0;
  bytes = 0;
  /** Values when the time began, which took none of it. */
  #free = 0;
  #since = 0;

  constructor(since: number, free: number) {
    this.#since = since;
    this.#free = free;
  }

  add(bytes: number): void {
    this.values += 1;
    this.bytes += bytes;
  }

  elapsed(now: number): number {
    return now - this.#since;
  }

  figures(now: number): Omit<ThroughputFigures, 'name' | 'final'> {
    const { values, bytes } = this;
    const seconds = this.elapsed(now) / 1000;
    const rate = seconds > 0 ? (values - this.#free) / seconds : 0;
    return {
      values,
      bytes,
      seconds,
      valuesPerSecond: rate,
      bytesPerSecond: values > 0 ? (rate * bytes) / values : 0,
    };
  }
}

/**
 * Measures what comes along at any point of a layout, after a probe of ndgpy: values and bytes per second, for each
 * interval and for the whole time when it stops. The first value starts the clock and the last one stops it. Connect it by
 * a `queue` to count every value.
 */
export class Throughput extends Collector<[unknown]> {
  readonly #every: number;
  readonly #report: (figures: unknown) => unknown;
  #total: Tally | undefined;
  #interval: Tally | undefined;
  #lastAt = 0;

  /** @throws DAG_OPTION */
  constructor(options: ThroughputOptions = {}) {
    super();
    checkOptionsOf(options, { subject: 'Throughput', rules });
    this.#every = options.every ?? 1000;
    this.#report = options.report === undefined ? print : bodyOption(options.report, 'Throughput: `report`');
  }

  compute(value: unknown): unknown {
    const now = performance.now();
    this.#lastAt = now;
    const total = (this.#total ??= new Tally(now, 1));
    const interval = (this.#interval ??= new Tally(now, 1));
    const bytes = structOf(value)?.size ?? bytesOf(value);
    total.add(bytes);
    interval.add(bytes);
    if (this.#every === 0 || interval.elapsed(now) < this.#every) return undefined;
    this.#interval = new Tally(now, 0);
    return this.#tell(interval, { now, final: false });
  }

  /** Reports the whole time. */
  async stop(): Promise<void> {
    const now = this.#lastAt;
    await this.#tell(this.#total ?? new Tally(now, 0), { now, final: true });
  }

  #tell(tally: Tally, { now, final }: { readonly now: number; readonly final: boolean }): Promise<void> | undefined {
    const told = this.#report({ name: this.name, final, ...tally.figures(now) });
    return isThenable(told) ? Promise.resolve(told).then(() => undefined) : undefined;
  }
}

component({ module: import.meta.url })(Throughput);

function print(given: unknown): void {
  const { name, final, values, seconds, valuesPerSecond, bytesPerSecond } = given as ThroughputFigures; // as it is told
  const rate = Math.round(valuesPerSecond).toLocaleString('en-US');
  const megabytes = (bytesPerSecond / 1e6).toFixed(2);
  const all = final ? ` (${values.toLocaleString('en-US')} values in ${seconds.toFixed(2)} s)` : '';
  process.stdout.write(`${name}: ${rate} values/s, ${megabytes} MB/s${all}\n`);
}
