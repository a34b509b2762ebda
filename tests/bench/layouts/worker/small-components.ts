import type * as Layouts from '../../../../src/layout/index.js';
import { layoutsUrl } from '../library.js';
import { Window, type Stretch } from '../window.js';

const layouts = (await import(layoutsUrl)) as typeof Layouts;
const { Collector, component, Emitter, struct } = layouts;

/** The smallest record. */
const Small = struct({ value: 'f64' });
type SmallView = Layouts.StructView<typeof Small>;

/** Emits 0, 1, 2 … as fast as it can. */
@component()
export class Count extends Emitter<typeof Small> {
  static readonly output = Small;
  #next = 0;

  constructor(private readonly count: number) {
    super();
  }

  compute(out: SmallView): typeof layouts.done | undefined {
    if (this.#next === this.count) return layouts.done;
    out.value = this.#next++;
    return undefined;
  }
}

/** Sees that nothing is missing. */
@component()
export class Tally extends Collector<[typeof Small]> {
  #next = 0;
  readonly #window: Window;

  constructor(memory: SharedArrayBuffer, stretch: Stretch) {
    super();
    this.#window = new Window(memory, stretch);
  }

  compute({ value }: SmallView): void {
    if (value !== this.#next) throw new Error(`got value ${value}, expected ${this.#next}`);
    this.#window.passed(this.#next++);
  }
}

/** The same with bodies that give promises. */
@component()
export class AsyncCount extends Emitter<typeof Small> {
  static readonly output = Small;
  #next = 0;

  constructor(private readonly count: number) {
    super();
  }

  async compute(out: SmallView): Promise<typeof layouts.done | undefined> {
    if (this.#next === this.count) return layouts.done;
    out.value = this.#next++;
    return undefined;
  }
}

/** Likewise. */
@component()
export class AsyncTally extends Collector<[typeof Small]> {
  #next = 0;
  readonly #window: Window;

  constructor(memory: SharedArrayBuffer, stretch: Stretch) {
    super();
    this.#window = new Window(memory, stretch);
  }

  async compute({ value }: SmallView): Promise<void> {
    if (value !== this.#next) throw new Error(`got value ${value}, expected ${this.#next}`);
    this.#window.passed(this.#next++);
  }
}
