import { setImmediate as turn } from 'node:timers/promises';
import {
  Collector,
  component,
  done,
  Emitter,
  Layout,
  parameters,
  Router,
  skip,
  struct,
  type Context,
  type StructView,
} from '../../src/layout/index.js';

export const Count = struct({ n: 'i32' });
export type CountView = StructView<typeof Count>;

/** Emits 0, 1, 2 and so on below `end`. */
@component()
export class Counter extends Emitter<typeof Count> {
  static readonly output = Count;
  #next = 0;

  constructor(private readonly end = Infinity) {
    super();
  }

  async compute(out: CountView): Promise<typeof done | undefined> {
    await turn();
    if (this.#next >= this.end) return done;
    out.n = this.#next;
    this.#next += 1;
    return undefined;
  }
}

/** Keeps what it gets in an array of the test. */
@component()
export class Keep extends Collector<[typeof Count]> {
  constructor(
    private readonly kept: number[],
    private readonly enough = Infinity,
  ) {
    super();
  }

  compute({ n }: CountView): unknown {
    this.kept.push(n);
    return this.kept.length >= this.enough ? done : undefined;
  }
}

/** Calls a function of the test with what it gets. */
@component()
export class Call extends Collector {
  constructor(private readonly call: (...values: unknown[]) => unknown) {
    super();
  }

  compute(...values: unknown[]): unknown {
    return this.call(...values);
  }
}

/** Emits what a function of the test makes of what it gets. */
@component()
export class Through extends Router<[typeof Count], typeof Count> {
  static readonly output = Count;

  constructor(private readonly through: (n: number, out: CountView) => unknown) {
    super();
  }

  compute(given: CountView, out: CountView): undefined {
    return this.through(given.n, out) as undefined; // whatever a body may return
  }
}

/** The sum of two parents. */
@component()
export class Add extends Router<[typeof Count, typeof Count], typeof Count> {
  static readonly output = Count;

  compute(one: CountView, other: CountView, out: CountView): void {
    out.n = one.n + other.n;
  }
}

/** Emits what a function of the test gives, as values that are no records. */
@component()
export class Values extends Emitter {
  constructor(private readonly next: () => unknown) {
    super();
  }

  async compute(): Promise<undefined> {
    await turn();
    return this.next() as undefined; // whatever a body may return
  }
}

export const Gains = parameters({ gain: { initial: 1, min: 0, max: 10 }, offsets: { initial: [0, 0] } });

/** What it gets times its gain. */
@component()
export class Gain extends Router<[typeof Count], typeof Count> {
  static readonly output = Count;
  readonly parameters = Gains.values();

  compute({ n }: CountView): { n: number } {
    return { n: n * this.parameters.gain + (this.parameters.offsets[1] ?? 0) };
  }
}

/** A layout that a function of the test sets up. */
export class Made extends Layout {
  constructor(private readonly make: (layout: Layout, context: Context) => unknown) {
    super();
  }

  async setup(): Promise<void> {
    await this.make(this, this.context({ inline: true, name: 'here' }));
  }
}

/** Passes a value on, or nothing. */
export const odd = (n: number): typeof skip | { n: number } => (n % 2 === 1 ? { n } : skip);
