/**
 * Two timescales: noise comes at a fast and at a slow pace, from two threads. One printer follows the fast noise; another one
 * needs a value of both each time, and so goes at the pace of the slow one, which it finds with the newest of the fast.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Collector, component, Emitter, Layout, struct, type StructView } from 'lazydag/layout';
import { connectionsText } from './support/connections.js';
import { decimal } from './support/text.js';

/** What may be chosen. */
export interface TimescalesOptions {
  /** How long it runs. Default 1.6. */
  readonly seconds?: number;
  /** Milliseconds from one fast value to the next. Default 100. */
  readonly fast?: number;
  /** Milliseconds from one slow value to the next. Default 500. */
  readonly slow?: number;
}

const Sample = struct({ value: 'f64' });
type Sample = StructView<typeof Sample>;

/** Emits a number from 0 to 1 every `interval` milliseconds. */
@component()
export class Noise extends Emitter<typeof Sample> {
  static readonly output = Sample;

  constructor(private readonly interval: number) {
    super();
  }

  async compute(out: Sample): Promise<void> {
    await sleep(this.interval, undefined, { signal: this.signal });
    out.value = Math.random();
  }
}

/** Prints what it is given, from however many parents, and when that was. */
@component()
export class Printer extends Collector<readonly (typeof Sample)[]> {
  #startedAt = 0;

  start(): void {
    this.#startedAt = performance.now();
  }

  compute(...samples: Sample[]): void {
    const time = decimal((performance.now() - this.#startedAt) / 1000, 2);
    console.log(`  ${time} s  ${this.name}: ${samples.map(({ value }) => decimal(value, 3)).join(' and ')}`);
  }
}

/** Each noise on a thread of its own, with a printer. */
class Timescales extends Layout {
  constructor(private readonly intervals: { readonly fast: number; readonly slow: number }) {
    super();
  }

  setup(): void {
    const here = this.context();
    const fast = this.add(here, Noise, this.intervals.fast).with({ name: 'fast noise' });
    this.connect(fast, this.add(here, Printer).with({ name: 'fast' }));

    const there = this.context();
    const slow = this.add(there, Noise, this.intervals.slow).with({ name: 'slow noise' });
    const both = this.add(there, Printer).with({ name: 'fast and slow' });
    this.connect(fast, both);
    this.connect(slow, both);
  }
}

/** Runs the layout for a while, and prints what went along its connections. */
export async function main({ seconds = 1.6, fast = 100, slow = 500 }: TimescalesOptions = {}): Promise<void> {
  await using running = await new Timescales({ fast, slow }).start();
  await sleep(1000 * seconds);
  await running.stop();
  console.log(`\n${connectionsText(running.stats())}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
