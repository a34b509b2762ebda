/**
 * Throughput at points of a layout: a probe is a collector that can be connected anywhere, and measures from its `start` to its
 * `stop`. Records of 8 bytes and of 8 MiB go from one thread to another, as fast as they can, and then at a pace at which
 * nothing waits, which shows how long handing over takes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Collector, component, Emitter, Layout, Router, struct, type Resourced, type StructView } from 'lazydag/layout';
import { connectionsText } from './support/connections.js';
import { decimal } from './support/text.js';

/** What may be chosen. */
export interface ThroughputOptions {
  /** How long each layout runs. Default 400. */
  readonly milliseconds?: number;
}

const ELEMENTS = 2 ** 20;
const Value = struct({ value: 'f64' });
const Picture = struct({ pixels: ['f64', ELEMENTS] });

type Value = StructView<typeof Value>;
type Picture = StructView<typeof Picture>;

/** Counts, as fast as it is let, or with a rest after each number. */
@component()
export class Numbers extends Emitter<typeof Value> {
  static readonly output = Value;
  #next = 0;

  /** @param rest in ms. */
  constructor(private readonly rest: number) {
    super();
  }

  compute(out: Value): void | Promise<void> {
    out.value = this.#next;
    this.#next += 1;
    if (this.rest > 0) return sleep(this.rest, undefined, { signal: this.signal });
  }
}

/** Writes all of a picture, again and again. */
@component()
export class Camera extends Emitter<typeof Picture> {
  static readonly output = Picture;
  #taken = 0;

  compute({ pixels }: Picture): void {
    pixels.fill(this.#taken);
    this.#taken += 1;
  }
}

/** Reads all of a picture, where it is: it was not copied. */
@component()
export class Mean extends Router<[typeof Picture], typeof Value> {
  static readonly output = Value;

  compute({ pixels }: Picture, out: Value): void {
    let sum = 0;
    for (let at = 0; at < pixels.length; at += 1) sum += pixels[at] ?? 0;
    out.value = sum / pixels.length;
  }
}

/** Measures how much comes along, and prints it at the end. */
@component()
export class Throughput extends Collector<[unknown]> implements Resourced {
  #count = 0;
  #startedAt = 0;

  /** @param bytes of a value. */
  constructor(private readonly bytes: number) {
    super();
  }

  start(): void {
    this.#startedAt = performance.now();
  }

  compute(_value: unknown): void {
    this.#count += 1;
  }

  stop(): void {
    const rate = (1000 * this.#count) / (performance.now() - this.#startedAt);
    console.log(`  ${this.name}: ${decimal(rate)} values/s, ${bytesText(rate * this.bytes)}/s`);
  }
}

function bytesText(bytes: number): string {
  return bytes < 2 ** 26 ? `${decimal(bytes / 2 ** 20, 3)} MiB` : `${decimal(bytes / 2 ** 30, 2)} GiB`;
}

/** Numbers from one thread to another, in order and all of them. */
class Small extends Layout {
  constructor(private readonly rest: number) {
    super();
  }

  setup(): void {
    const numbers = this.add(this.context(), Numbers, this.rest);
    const probe = this.add(this.context(), Throughput, Value.size).with({ name: 'numbers' });
    this.connect(numbers, probe, { policy: 'queue' });
  }
}

/** Pictures from one thread to another, which looks at them, with probes on both sides of what looks. */
class Large extends Layout {
  setup(): void {
    const [there, here] = [this.context(), this.context()];
    const camera = this.add(there, Camera);
    const mean = this.add(here, Mean);
    this.connect(camera, mean, { policy: 'queue', capacity: 2 });
    const pictures = this.add(here, Throughput, Picture.size).with({ name: 'pictures' });
    this.connect(camera, pictures, { policy: 'queue', capacity: 2 });
    const means = this.add(there, Throughput, Value.size).with({ name: 'means' });
    this.connect(mean, means, { policy: 'queue' });
  }
}

/** Runs three layouts, one after the other, and prints what their probes and their connections have measured. */
export async function main({ milliseconds = 400 }: ThroughputOptions = {}): Promise<void> {
  const layouts: readonly (readonly [string, Layout])[] = [
    ['8 bytes, as fast as it goes', new Small(0)],
    ['8 bytes, 10 ms apart', new Small(10)],
    ['8 MiB, written and read as a whole', new Large()],
  ];
  for (const [title, layout] of layouts) {
    await using running = await layout.start();
    console.log(title);
    await sleep(milliseconds);
    await running.stop();
    console.log(`${connectionsText(running.stats())}\n`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
