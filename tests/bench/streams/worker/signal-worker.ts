import { parentPort, workerData } from 'node:worker_threads';
import { meanTaps, power, RowFilter } from './signal-kernels.js';

/** What a bare worker is given. */
export interface SignalWork {
  readonly role: 'filter' | 'measure';
  readonly rows: number;
  readonly width: number;
  readonly taps: number;
  /** Chunks to work on. */
  readonly count: number;
  /** The chunks that the filter reads over and over. */
  readonly chunks: SharedArrayBuffer;
  /** Where filtered chunks go, in turn. */
  readonly ring: SharedArrayBuffer;
  /** Chunks written and chunks read so far. */
  readonly control: SharedArrayBuffer;
}

const WRITTEN = 0;
const READ = 1;
const work = workerData as SignalWork;
const control = new Int32Array(work.control);
const size = work.rows * work.width;
const viewsOf = (memory: SharedArrayBuffer): Float32Array[] =>
  Array.from(
    { length: memory.byteLength / (size * Float32Array.BYTES_PER_ELEMENT) },
    (_, index) => new Float32Array(memory, index * size * Float32Array.BYTES_PER_ELEMENT, size),
  );
const ring = viewsOf(work.ring);

/** Waits until a counter has passed a number. */
function waitFor(counter: number, passed: (value: number) => boolean): void {
  for (let value = Atomics.load(control, counter); !passed(value); value = Atomics.load(control, counter))
    Atomics.wait(control, counter, value);
}

function filterAll(): void {
  const chunks = viewsOf(work.chunks);
  const filter = new RowFilter(meanTaps(work.taps), work.width);
  for (let made = 0; made < work.count; made++) {
    waitFor(READ, (read) => made - read < ring.length);
    filter.through(chunks[made % chunks.length] as Float32Array, ring[made % ring.length] as Float32Array); // in range
    Atomics.store(control, WRITTEN, made + 1);
    Atomics.notify(control, WRITTEN);
  }
}

function measureAll(): number {
  let last = 0;
  for (let read = 0; read < work.count; read++) {
    waitFor(WRITTEN, (written) => written > read);
    last = power(ring[read % ring.length] as Float32Array); // in range
    Atomics.store(control, READ, read + 1);
    Atomics.notify(control, READ);
  }
  return last;
}

// Once for each turn.
parentPort?.on('message', () => {
  if (work.role === 'filter') filterAll();
  parentPort?.postMessage(work.role === 'measure' ? measureAll() : 0);
});
parentPort?.postMessage('up');
