import type * as Layouts from '../../../../src/layout/index.js';
import { checkLarge, fillLarge, numbers } from '../large-record.js';
import { layoutsUrl } from '../library.js';
import { Window, type Stretch } from '../window.js';

const layouts = (await import(layoutsUrl)) as typeof Layouts;
const { Collector, component, Emitter, struct } = layouts;

const Large = struct({ numbers: ['f64', numbers] });
type LargeView = Layouts.StructView<typeof Large>;

/** Fills one record after the other. */
@component()
export class Fill extends Emitter<typeof Large> {
  static readonly output = Large;
  #next = 0;

  constructor(private readonly count: number) {
    super();
  }

  compute(out: LargeView): typeof layouts.done | undefined {
    if (this.#next === this.count) return layouts.done;
    fillLarge(out.numbers, this.#next++);
    return undefined;
  }
}

/** Sums every number of every record. */
@component()
export class Sum extends Collector<[typeof Large]> {
  #next = 0;
  readonly #window: Window;

  constructor(memory: SharedArrayBuffer, stretch: Stretch) {
    super();
    this.#window = new Window(memory, stretch);
  }

  compute(record: LargeView): void {
    checkLarge(record.numbers, this.#next);
    this.#window.passed(this.#next++);
  }
}
