import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type * as Layouts from '../../../../src/layout/index.js';
import { Faults } from '../faults.js';
import { layoutsUrl } from '../library.js';
import { markedBytes, numberOf } from '../marked-bytes.js';
import { Random } from '../random.js';

const layouts = (await import(layoutsUrl)) as typeof Layouts;
const { Collector, component, Emitter, struct } = layouts;

/** Most often nothing; else a turn of the event loop, some microseconds of work, or a millisecond's sleep. */
function stall(random: Random): Promise<unknown> | undefined {
  const kind = random.below(2000);
  if (kind === 0) return sleep(1);
  if (kind < 10) return turn();
  if (kind < 40) for (const until = performance.now() + 0.02; performance.now() < until;);
  return undefined;
}

/** Emits payloads of random sizes. */
@component()
export class MarkedSource extends Emitter<Uint8Array> {
  readonly #random = new Random(1);
  #next = 0;

  constructor(private readonly count: number) {
    super();
  }

  compute(): Layouts.Firing<Uint8Array> {
    if (this.#next === this.count) return layouts.done;
    const stalled = stall(this.#random);
    const bytes = markedBytes(this.#next++, this.#random);
    return stalled === undefined ? bytes : stalled.then(() => bytes);
  }
}

/** Looks whether they are whole, and all there. */
@component()
export class MarkedSink extends Collector<[Uint8Array]> {
  readonly #random = new Random(2);
  readonly #faults: Faults;

  constructor(memory: SharedArrayBuffer) {
    super();
    this.#faults = new Faults(memory);
  }

  compute(bytes: Uint8Array): Promise<unknown> | undefined {
    this.#faults.see(numberOf(bytes), false);
    return stall(this.#random);
  }
}

/** A record of 4 KiB, all numbers of which are the same. */
const Uniform = struct({ numbers: ['f64', 512] });
type UniformView = Layouts.StructView<typeof Uniform>;

/** Overwrites its record again and again. */
@component()
export class UniformSource extends Emitter<typeof Uniform> {
  static readonly output = Uniform;
  readonly #random = new Random(3);
  #next = 0;

  constructor(private readonly count: number) {
    super();
  }

  compute({ numbers }: UniformView): Layouts.Firing<typeof Uniform> {
    if (this.#next === this.count) return layouts.done;
    const number = this.#next++;
    // Forwards, so that a reader that is let in too early sees two of them.
    for (let at = 0; at < numbers.length; at++) numbers[at] = number;
    return stall(this.#random)?.then(() => undefined);
  }
}

/** Reads each record before and after it has waited, if it waits. */
@component()
export class UniformSink extends Collector<[typeof Uniform]> {
  readonly #random = new Random(4);
  readonly #faults: Faults;

  constructor(memory: SharedArrayBuffer) {
    super();
    this.#faults = new Faults(memory);
  }

  compute({ numbers }: UniformView): Promise<void> | undefined {
    const number = uniform(numbers);
    const see = (): void => {
      this.#faults.see(uniform(numbers) === number ? number : undefined, true);
    };
    const stalled = stall(this.#random);
    if (stalled !== undefined) return stalled.then(see);
    see();
    return undefined;
  }
}

function uniform(numbers: Float64Array): number | undefined {
  const [first] = numbers;
  return numbers.every((number) => number === first) ? first : undefined;
}
