import type { Future, RunEvent } from '../../../src/index.js';
import { loadLibrary } from '../contenders/library.js';
import type { MemoryRun, MemoryVariant, Tasks } from './protocol.js';

type Values = Float64Array;

interface Chain {
  readonly length: number;
  readonly steps: number;
}

/** Runs x → x + 1 over a long array, step after step, and reports time and peak memory of this process. */
export async function measureMemory(request: Tasks['memory']['request']): Promise<MemoryRun> {
  const { variant, length, steps } = request;
  const chain = variant === 'baseline' ? { length: 8, steps } : { length, steps };
  const outcome = variant === 'loop' ? runLoop(chain) : await runNodes(variant, chain);
  const wrong = outcome.values.findIndex((value) => value !== steps);
  if (wrong >= 0) throw new Error(`wrong result at ${wrong}, expected ${steps}`);
  const { duration, peakByEvents } = outcome;
  const peakResident = process.resourceUsage().maxRSS * 1024;
  return { duration, peakResident, ...(peakByEvents !== undefined && { peakByEvents }) };
}

interface ChainOutcome {
  readonly values: Values;
  readonly duration: number;
  readonly peakByEvents?: number;
}

/** What one would write by hand: two buffers that change roles. */
function runLoop({ length, steps }: Chain): ChainOutcome {
  const started = performance.now();
  let [from, to] = [new Float64Array(length).fill(0), new Float64Array(length)];
  for (let step = 0; step < steps; step++) {
    addOne(from, to);
    [from, to] = [to, from];
  }
  return { values: from, duration: performance.now() - started };
}

async function runNodes(variant: MemoryVariant, chain: Chain): Promise<ChainOutcome> {
  const { zeros, step } = await bodies(variant);
  const ledger = liveBytes();
  const started = performance.now();
  let future: Future<Values> = zeros(chain.length);
  for (let i = 0; i < chain.steps; i++) future = step(future);
  const values = await future.resolve({ onEvent: ledger.note });
  return { values, duration: performance.now() - started, peakByEvents: ledger.peak() };
}

/** The node that makes the first array and the one that is repeated. */
async function bodies(variant: MemoryVariant) {
  const { alloc, node } = await loadLibrary();
  const make = (length: number): Values =>
    variant === 'plain' ? new Float64Array(length) : alloc(Float64Array, length);
  const zeros = node((length: number): Values => make(length).fill(0), { name: 'zeros' });
  const copy = node((x: Values): Values => addOne(x, make(x.length)), { name: 'step' });
  const inPlace = node((x: Values): Values => addOne(x, x), { name: 'step', donate: [0] });
  return { zeros, step: variant === 'donate' ? inPlace : copy };
}

function addOne(from: Values, to: Values): Values {
  for (let i = 0; i < from.length; i++) to[i] = (from[i] ?? 0) + 1;
  return to;
}

/** Adds up the bytes of results that are alive, by a run's events. */
function liveBytes(): { note: (event: RunEvent) => void; peak: () => number } {
  let [live, peak] = [0, 0];
  return {
    note(event) {
      if (event.type === 'finished') peak = Math.max(peak, (live += event.bytes));
      if (event.type === 'released') live -= event.bytes;
    },
    peak: () => peak,
  };
}
