import type * as Layouts from '../../../../src/layout/index.js';
import { layoutsUrl } from '../library.js';
import { Latencies } from '../latencies.js';
import { pace, type Pace } from '../pace.js';
import { microseconds } from '../clock.js';
import { stayOn } from '../own-core.js';
import { Window } from '../window.js';

const layouts = (await import(layoutsUrl)) as typeof Layouts;
const { Collector, component, Emitter, struct } = layouts;

const Stamp = struct({ sentAt: 'f64' });
type StampView = Layouts.StructView<typeof Stamp>;

/** Emits the time again and again. */
@component()
export class Pacer extends Emitter<typeof Stamp> {
  static readonly output = Stamp;
  #sent = 0;

  constructor(private readonly rhythm: Pace) {
    super();
    if (rhythm.cores !== undefined) stayOn(rhythm.cores[0]);
  }

  async compute(out: StampView): Promise<typeof layouts.done | undefined> {
    if (this.#sent === this.rhythm.count) return layouts.done;
    await pace(this.#sent++, this.rhythm);
    out.sentAt = microseconds();
    return undefined;
  }
}

/** Notes how long ago each was sent. */
@component()
export class Stopwatch extends Collector<[typeof Stamp]> {
  readonly #window: Window;
  readonly #latencies: Latencies;
  #seen = 0;

  constructor(memory: { readonly window: SharedArrayBuffer; readonly latencies: SharedArrayBuffer }, rhythm: Pace) {
    super();
    if (rhythm.cores !== undefined) stayOn(rhythm.cores[1]);
    this.#window = new Window(memory.window, rhythm);
    this.#latencies = new Latencies(memory.latencies, rhythm);
  }

  compute({ sentAt }: StampView): void {
    this.#latencies.note(this.#seen, microseconds() - sentAt);
    this.#window.passed(this.#seen++);
  }
}
