import type { Measurement } from '../streams/measurement.js';
import { built, runBetween } from './between.js';
import type * as Components from './worker/soak-components.js';

const kibibyte = 1024;

/** KiB by which memory grows between a tenth of the firings and all. */
export async function soak(_rounds: number, count: number): Promise<Measurement[]> {
  // Computed, so that the bundler leaves the module alone: threads import it by its own address.
  const url = new URL('./soak-components.js', import.meta.url).href;
  const { SoakSink, SoakSource } = (await import(url)) as typeof Components;
  const early = Math.ceil(count / 10);
  const [source, sink] = [noted(), noted()];
  const parts = {
    source: built(SoakSource, { early, count, memory: source.memory }),
    sink: built(SoakSink, { early, count, memory: sink.memory }),
  };
  await runBetween(parts, { policy: 'queue', capacity: 1024 });
  return Object.entries({
    'heap of the emitting thread': source.heap,
    'heap of the collecting thread': sink.heap,
    'the whole process': sink.process,
  }).map(([contender, growth]) => ({ contender, figures: [growth()] }));
}

function noted(): { readonly memory: SharedArrayBuffer; readonly heap: () => number; readonly process: () => number } {
  const memory = new SharedArrayBuffer(4 * Float64Array.BYTES_PER_ELEMENT);
  const bytes = new Float64Array(memory);
  const growth = (at: number) => (): number => ((bytes[at + 2] ?? NaN) - (bytes[at] ?? NaN)) / kibibyte;
  return { memory, heap: growth(0), process: growth(1) };
}
