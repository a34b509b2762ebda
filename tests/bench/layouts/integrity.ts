import type { Measurement } from '../streams/measurement.js';
import { built, runBetween, type Built } from './between.js';
import { Faults } from './faults.js';
import type * as Components from './worker/marked-components.js';

/** Counts values that were torn, lost or out of order while both sides stall now and then. */
export async function integrity(_rounds: number, count: number): Promise<Measurement[]> {
  // Computed, so that the bundler leaves the module alone: threads import it by its own address.
  const url = new URL('./marked-components.js', import.meta.url).href;
  const { MarkedSink, MarkedSource, UniformSink, UniformSource } = (await import(url)) as typeof Components;
  const queue = await faultsOf(built(MarkedSource, count), (memory) => built(MarkedSink, memory), 'queue');
  const latest = await faultsOf(built(UniformSource, count), (memory) => built(UniformSink, memory), 'latest');
  return Object.entries({
    'queue, payloads of random sizes: transfers': queue.seen,
    'queue: torn': queue.torn,
    'queue: lost or reordered': queue.disordered + count - queue.seen,
    'latest, records of 4 KiB: values emitted': count,
    'latest: values seen': latest.seen,
    'latest: torn': latest.torn,
    'latest: no newer than the one before': latest.disordered,
  }).map(([contender, figure]) => ({ contender, figures: [figure] }));
}

async function faultsOf(
  source: Built,
  sink: (memory: SharedArrayBuffer) => Built,
  policy: 'queue' | 'latest',
): Promise<Faults> {
  const memory = Faults.allocate();
  await runBetween({ source, sink: sink(memory) }, { policy });
  return new Faults(memory);
}
