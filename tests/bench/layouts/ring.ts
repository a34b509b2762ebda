import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { numbers } from './large-record.js';
import { Window, type Stretch } from './window.js';
import type { RingWork } from './worker/ring-worker.js';

/** Two threads by hand over one ring in shared memory, which wait for each other's counters with `Atomics.wait`. */
export async function ringByHand(
  { kind, slots }: { readonly kind: RingWork['kind']; readonly slots: number },
  stretch: Stretch,
): Promise<Window> {
  const size = (kind === 'small' ? 1 : numbers) * Float64Array.BYTES_PER_ELEMENT;
  const shared = {
    ...stretch,
    kind,
    ring: new SharedArrayBuffer(slots * size),
    control: new SharedArrayBuffer(128),
    window: Window.allocate(),
  };
  const workers = (['write', 'read'] as const).map(
    (role) => new Worker(new URL('./ring-worker.js', import.meta.url), { workerData: { ...shared, role } }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const ends = workers.map((worker) => once(worker, 'message'));
  for (const worker of workers) worker.postMessage('go');
  await Promise.all(ends);
  await Promise.all(workers.map((worker) => worker.terminate()));
  return new Window(shared.window, stretch);
}
