import { parentPort, workerData } from 'node:worker_threads';
import { Latencies } from '../latencies.js';
import { pace, type Pace } from '../pace.js';
import { microseconds } from '../clock.js';
import { stayOn } from '../own-core.js';
import { Window } from '../window.js';

/** What a thread of the hand-over is given. */
export interface HandOverWork extends Pace {
  readonly role: 'send' | 'receive';
  /** Values sent so far. */
  readonly control: SharedArrayBuffer;
  /** When the last one was sent. */
  readonly stamp: SharedArrayBuffer;
  readonly window: SharedArrayBuffer;
  readonly latencies: SharedArrayBuffer;
}

const { role, ...memory } = workerData as HandOverWork;
const rhythm: Pace = memory;
const { count, cores } = rhythm;
const control = new Int32Array(memory.control);
const stamp = new Float64Array(memory.stamp);

async function send(): Promise<void> {
  for (let sent = 1; sent <= count; sent++) {
    await pace(sent - 1, rhythm);
    stamp[0] = microseconds();
    Atomics.store(control, 0, sent);
    Atomics.notify(control, 0);
  }
}

function receive(): void {
  const window = new Window(memory.window, rhythm);
  const latencies = new Latencies(memory.latencies, rhythm);
  for (let seen = 0; seen < count; seen++) {
    while (Atomics.load(control, 0) === seen) Atomics.wait(control, 0, seen);
    latencies.note(seen, microseconds() - (stamp[0] ?? NaN));
    window.passed(seen);
  }
}

parentPort?.once('message', () => {
  void (async () => {
    if (cores !== undefined) stayOn(cores[role === 'send' ? 0 : 1]);
    if (role === 'send') await send();
    else receive();
    parentPort?.postMessage('done');
  })();
});
parentPort?.postMessage('up');
