import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type * as Library from '../../../src/index.js';
import { loadLibrary } from '../contenders/library.js';
import { loadStreams } from './library.js';
import { takeTurns, type Measurement } from './measurement.js';
import type * as Transforms from './worker/signal-transforms.js';
import { meanTaps, power, RowFilter, type SignalShape } from './worker/signal-kernels.js';
import type { SignalWork } from './worker/signal-worker.js';

const taps = 31;
const kept = 32;
const slots = 16;

/** One kind of stream, and how long a turn of it is. */
export interface SignalPart extends SignalShape {
  readonly count: number;
  /** Chunks in the pipeline at most. */
  readonly inFlight: number;
}

/** Chunks per second through a filter on one thread and a measurement on another. */
export async function signal({ rows, width, count, inFlight }: SignalPart, rounds: number): Promise<Measurement[]> {
  const library = await loadLibrary();
  const { pipeline } = await loadStreams();
  // Computed, so that the bundler leaves the module alone: workers import it by its own address.
  const { fir, measure } = (await import(new URL('./signal-transforms.js', import.meta.url).href)) as typeof Transforms;
  const size = rows * width;
  const memory = new SharedArrayBuffer(kept * size * Float32Array.BYTES_PER_ELEMENT);
  new Float32Array(memory).forEach((_, index, all) => (all[index] = Math.sin(index / 1000)));
  const chunks = Array.from({ length: kept }, (_, index) => {
    const chunk = library.alloc(Float32Array, size);
    chunk.set(new Float32Array(memory, index * size * Float32Array.BYTES_PER_ELEMENT, size));
    return chunk;
  });
  const expected = lastPower(chunks, { width, count });
  // All threads stay from turn to turn: the engine compiles a filter otherwise once it has run for some seconds.
  await using pool = new library.WorkerPool({ threads: 2 });
  await pool.ready();
  const filtered = pipeline((chunk: Library.Future<Float32Array>) => measure()(fir(taps, width)(chunk)), {
    executor: pool,
    inFlight,
    name: 'filtered',
  });
  const bare = await BareThreads.start({ rows, width, taps, count, chunks: memory });
  try {
    return await takeTurns(
      {
        'two bare workers': () => bare.turn(expected),
        lazydag: async () => {
          const started = performance.now();
          let last: Transforms.Measured = [0, 0];
          for await (const result of filtered.run(repeated(chunks, count))) last = result;
          check(last[1], expected);
          return (count * 1_000) / (performance.now() - started);
        },
      },
      rounds,
    );
  } finally {
    await bare.end();
  }
}

function* repeated<T>(values: readonly T[], count: number): Generator<T> {
  for (let index = 0; index < count; index++) yield values[index % values.length] as T; // in range
}

function lastPower(chunks: readonly Float32Array[], { width, count }: Pick<SignalPart, 'width' | 'count'>): number {
  const filter = new RowFilter(meanTaps(taps), width);
  const result = new Float32Array(chunks[0]?.length ?? 0);
  // What is older than the taps has no part in the last result.
  const from = Math.max(0, count - taps - 1);
  for (let index = from; index < count; index++) filter.through(chunks[index % chunks.length] as Float32Array, result); // in range
  return power(result);
}

function check(measured: number, expected: number): void {
  if (Math.abs(measured - expected) > 1e-6 * Math.abs(expected))
    throw new Error(`wrong power ${measured}, expected ${expected}`);
}

/** The two stages by hand, on a thread each, over one ring in shared memory. */
class BareThreads {
  readonly #work: Omit<SignalWork, 'role'>;
  readonly #workers: readonly Worker[];

  private constructor(work: Omit<SignalWork, 'role'>, workers: readonly Worker[]) {
    this.#work = work;
    this.#workers = workers;
  }

  static async start(signal: Omit<SignalWork, 'role' | 'ring' | 'control'>): Promise<BareThreads> {
    const { rows, width } = signal;
    const ring = new SharedArrayBuffer(slots * rows * width * Float32Array.BYTES_PER_ELEMENT);
    const control = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
    const common = { ...signal, ring, control };
    const workers = (['filter', 'measure'] as const).map(
      (role) => new Worker(new URL('./signal-worker.js', import.meta.url), { workerData: { ...common, role } }),
    );
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    return new BareThreads(common, workers);
  }

  /** Chunks per second. */
  async turn(expected: number): Promise<number> {
    new Int32Array(this.#work.control).fill(0);
    const started = performance.now();
    const ends = this.#workers.map((worker) => once(worker, 'message') as Promise<[number]>);
    for (const worker of this.#workers) worker.postMessage('go');
    const [, [last]] = (await Promise.all(ends)) as [[number], [number]];
    const rate = (this.#work.count * 1_000) / (performance.now() - started);
    check(last, expected);
    return rate;
  }

  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
