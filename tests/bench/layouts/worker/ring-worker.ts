import { parentPort, workerData } from 'node:worker_threads';
import { checkLarge, fillLarge, numbers } from '../large-record.js';
import { Window, type Stretch } from '../window.js';

/** What a thread of the ring by hand is given. */
export interface RingWork extends Stretch {
  readonly role: 'write' | 'read';
  readonly kind: 'small' | 'large';
  /** The slots. */
  readonly ring: SharedArrayBuffer;
  /** Values written and values read so far, on cache lines of their own. */
  readonly control: SharedArrayBuffer;
  readonly window: SharedArrayBuffer;
}

const WRITTEN = 0;
const READ = 16;
const { role, kind, count, from, ...memory } = workerData as RingWork;
const control = new Int32Array(memory.control);
const size = kind === 'small' ? 1 : numbers;
const slots = Array.from(
  { length: memory.ring.byteLength / (size * Float64Array.BYTES_PER_ELEMENT) },
  (_, index) => new Float64Array(memory.ring, index * size * Float64Array.BYTES_PER_ELEMENT, size),
);

/** Waits until a counter has passed a number. */
function waitFor(counter: number, passed: (value: number) => boolean): void {
  for (let value = Atomics.load(control, counter); !passed(value); value = Atomics.load(control, counter))
    Atomics.wait(control, counter, value);
}

function put(slot: Float64Array, value: number): void {
  if (kind === 'small') slot[0] = value;
  else fillLarge(slot, value);
}

function check(slot: Float64Array, value: number): void {
  if (kind === 'large') checkLarge(slot, value);
  else if (slot[0] !== value) throw new Error(`got value ${String(slot[0])}, expected ${value}`);
}

function write(): void {
  for (let value = 0; value < count; value++) {
    waitFor(READ, (read) => value - read < slots.length);
    put(slots[value % slots.length] as Float64Array, value); // in range
    Atomics.store(control, WRITTEN, value + 1);
    Atomics.notify(control, WRITTEN);
  }
}

function read(): void {
  const window = new Window(memory.window, { from, count });
  for (let value = 0; value < count; value++) {
    waitFor(WRITTEN, (written) => written > value);
    check(slots[value % slots.length] as Float64Array, value); // in range
    window.passed(value);
    Atomics.store(control, READ, value + 1);
    Atomics.notify(control, READ);
  }
}

parentPort?.once('message', () => {
  if (role === 'write') write();
  else read();
  parentPort?.postMessage('done');
});
parentPort?.postMessage('up');
