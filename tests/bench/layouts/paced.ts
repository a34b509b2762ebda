import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { takeTurns, type Contenders, type Measurement } from '../streams/measurement.js';
import { built, runBetween } from './between.js';
import { Latencies } from './latencies.js';
import { twoCores, type TwoCores } from './own-core.js';
import type { Pace } from './pace.js';
import { Window } from './window.js';
import type * as Components from './worker/paced-components.js';

const pause = 10;
const warmUp = 5000;

/** Where a turn leaves its figures. */
interface Figures {
  readonly window: SharedArrayBuffer;
  readonly latencies: SharedArrayBuffer;
}

/** Microseconds that an 8-byte record takes from one thread to another, 100 times a second, and what that takes of a core. */
export function paced(rounds: number, count: number): Promise<Measurement[]> {
  return measure(rounds, count, undefined);
}

/** The same with a core for each of the two threads; nothing where the system cannot keep them there. */
export async function apart(rounds: number, count: number): Promise<Measurement[]> {
  const cores = twoCores();
  return cores === undefined ? [] : await measure(rounds, count, cores);
}

async function measure(rounds: number, count: number, cores: TwoCores | undefined): Promise<Measurement[]> {
  // Computed, so that the bundler leaves the module alone: threads import it by its own address.
  const url = new URL('./paced-components.js', import.meta.url).href;
  const { Pacer, Stopwatch } = (await import(url)) as typeof Components;
  // The first paced ones find what the fast ones have left.
  const rhythm: Pace = { pause, warmUp, from: warmUp + 10, count: warmUp + 10 + count, cores };
  const turns = {
    'Atomics.wait by hand': (figures: Figures) => handOver(figures, rhythm),
    lazydag: async (figures: Figures) => {
      const parts = { source: built(Pacer, rhythm), sink: built(Stopwatch, figures, rhythm) };
      await runBetween(parts, { policy: 'queue' });
    },
  };
  const contenders = Object.entries(turns).flatMap(([name, turn]): [string, Contenders[string]][] => {
    let last: Figures;
    const measured = async (): Promise<number> => {
      last = { window: Window.allocate(), latencies: Latencies.allocate(rhythm) };
      await turn(last);
      return new Latencies(last.latencies, rhythm).p50;
    };
    return [
      [name, measured],
      [`${name}, p99`, () => new Latencies(last.latencies, rhythm).p99],
      [`${name}, % of a core`, () => new Window(last.window, rhythm).processShare],
      [`${name}, % of a core, receiver`, () => new Window(last.window, rhythm).threadShare],
    ];
  });
  return await takeTurns(Object.fromEntries<Contenders[string]>(contenders), rounds);
}

async function handOver(figures: Figures, rhythm: Pace): Promise<void> {
  const work = {
    ...figures,
    ...rhythm,
    control: new SharedArrayBuffer(64),
    stamp: new SharedArrayBuffer(64),
  };
  const workers = (['receive', 'send'] as const).map(
    (role) => new Worker(new URL('./hand-over-worker.js', import.meta.url), { workerData: { ...work, role } }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const ends = workers.map((worker) => once(worker, 'message'));
  for (const worker of workers) worker.postMessage('go');
  await Promise.all(ends);
  await Promise.all(workers.map((worker) => worker.terminate()));
}
