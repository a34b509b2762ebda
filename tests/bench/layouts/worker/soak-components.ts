import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type * as Layouts from '../../../../src/layout/index.js';
import { layoutsUrl } from '../library.js';

const layouts = (await import(layoutsUrl)) as typeof Layouts;
const { Collector, component, Emitter, struct } = layouts;

const Small = struct({ value: 'f64' });
type SmallView = Layouts.StructView<typeof Small>;

/** Where the memory of a thread is noted: after the first of so many firings, and after the last. */
export interface Marks {
  readonly early: number;
  readonly count: number;
  /** Bytes of the heap of this thread, and of the process: early and at the end. */
  readonly memory: SharedArrayBuffer;
}

function note({ early, count, memory }: Marks, firing: number): void {
  if (firing !== early && firing !== count) return;
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)(); // what the flag gives
  const { heapUsed, rss } = process.memoryUsage();
  new Float64Array(memory).set([heapUsed, rss], firing === early ? 0 : 2);
}

/** Emits one value after the other. */
@component()
export class SoakSource extends Emitter<typeof Small> {
  static readonly output = Small;
  #next = 0;

  constructor(private readonly marks: Marks) {
    super();
  }

  compute(out: SmallView): Layouts.Firing<typeof Small> {
    note(this.marks, this.#next);
    if (this.#next === this.marks.count) return layouts.done;
    out.value = this.#next++;
    return undefined;
  }
}

/** Takes them. */
@component()
export class SoakSink extends Collector<[typeof Small]> {
  #seen = 0;

  constructor(private readonly marks: Marks) {
    super();
  }

  compute({ value }: SmallView): void {
    if (value !== this.#seen) throw new Error(`got value ${value}, expected ${this.#seen}`);
    note(this.marks, ++this.#seen);
  }
}
