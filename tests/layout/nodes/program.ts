// A program of one file, which its threads import, too.
import { Collector, component, done, Emitter, Layout, struct, type StructView } from 'lazydag/layout';

const Reading = struct({ value: 'f64' });

@component()
export class Source extends Emitter<typeof Reading> {
  static readonly output = Reading;
  #next = 0;

  compute(): typeof done | number {
    return this.#next === 5 ? done : this.#next++;
  }
}

@component()
export class Printer extends Collector<[typeof Reading]> {
  readonly #values: number[] = [];

  compute({ value }: StructView<typeof Reading>): void {
    this.#values.push(value);
  }

  stop(): void {
    console.log(this.#values.join(' '));
  }
}

class Program extends Layout {
  setup(): void {
    const source = this.add(this.context(), Source);
    this.connect(source, this.add(this.context(), Printer), { policy: 'queue' });
  }
}

const running = await new Program().start();
await running.done;
console.log('done');
