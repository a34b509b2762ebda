import { Worker } from 'node:worker_threads';
import type { BareAnswer, BareRequest } from './bare-protocol.js';
import { total } from './bodies.js';
import { handOn, poolOfCalls } from './call-pool.js';
import type { CallPool } from './call-pool.js';
import type { ChainOutcome, OpenPool } from './pool.js';

const script = new URL('./bare-worker.js', import.meta.url);

/** What one writes by hand over `node:worker_threads`: a message per task, in turn; work that is known beforehand is split evenly and sent at once. */
export function bare(threads: number): OpenPool {
  return () => {
    const workers = Array.from({ length: threads }, () => new BareWorker());
    let turn = 0;
    const next = (): BareWorker => nth(workers, (turn = (turn + 1) % threads));
    const call: CallPool['call'] = (task, argument, transfer) => next().send({ task, argument }, transfer);
    const calls = poolOfCalls({ call, transfers: 'none' });
    return {
      ...calls,
      async spins(work) {
        const shares = workers.map((worker, first) =>
          worker.send({ task: 'spins', argument: { ...work, first, step: threads } }),
        );
        return total((await Promise.all(shares)) as number[]); // each the sum of its share
      },
      payloads: { ...calls.payloads, shared: (bytes) => handOn(call, bytes, 'shared') },
      // Always the same thread: it keeps its buffers for the next time.
      chain: (argument) => nth(workers, 0).send({ task: 'chain', argument }) as Promise<ChainOutcome>,
    };
  };
}

/** One thread, and the promises of what it was asked. */
class BareWorker {
  readonly #thread = new Worker(script);
  readonly #waiting = new Map<number, (value: unknown) => void>();
  #asked = 0;

  constructor() {
    this.#thread.on('message', ({ id, value }: BareAnswer) => {
      this.#waiting.get(id)?.(value);
      this.#waiting.delete(id);
    });
  }

  send(request: BareRequest, transfer: readonly ArrayBufferLike[] = []): Promise<unknown> {
    const id = this.#asked++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      // Shared memory is never on the list: it has no owner to change.
      this.#thread.postMessage({ ...request, id }, transfer as ArrayBuffer[]);
    });
  }
}

function nth(workers: readonly BareWorker[], index: number): BareWorker {
  const worker = workers[index];
  if (worker === undefined) throw new Error(`bare: expected one of ${workers.length} workers, got ${index}`);
  return worker;
}
