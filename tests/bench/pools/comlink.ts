import { Worker } from 'node:worker_threads';
import { importPeer } from '../contenders/peer.js';
import { poolOfCalls } from './call-pool.js';
import type { TaskName } from './call-pool.js';
import { comlinkModules } from './comlink-modules.js';
import { threads } from './pool.js';
import type { OpenPool } from './pool.js';

type Remote = Readonly<Record<TaskName, (argument: unknown) => Promise<unknown>>>;
interface Comlink {
  wrap(endpoint: unknown): Remote;
  transfer(value: unknown, transfer: readonly unknown[]): unknown;
}

const script = new URL('./comlink-worker.js', import.meta.url);

/** comlink over its adapter for node. It has no pool: calls go to the threads in turn. */
export async function comlink(): Promise<OpenPool> {
  const { wrap, transfer: moved } = await importPeer<Comlink>(comlinkModules.main);
  const { default: nodeEndpoint } = await importPeer<{ default: (worker: Worker) => unknown }>(comlinkModules.adapter);
  return () => {
    const workers = Array.from({ length: threads }, () => new Worker(script));
    const remotes = workers.map((worker) => wrap(nodeEndpoint(worker)));
    let turn = 0;
    return poolOfCalls({
      async call(task, argument, transfer) {
        const remote = remotes[(turn = (turn + 1) % threads)];
        return remote?.[task](transfer === undefined ? argument : moved(argument, transfer));
      },
      transfers: 'both',
    });
  };
}
