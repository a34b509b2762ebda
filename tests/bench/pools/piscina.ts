import { importPeer } from '../contenders/peer.js';
import { poolOfCalls } from './call-pool.js';
import { threads } from './pool.js';
import type { OpenPool } from './pool.js';

/** What can be tuned. */
export interface PiscinaTuning {
  /** Default 1. */
  readonly concurrentTasksPerWorker?: number;
  /** How an idle worker waits for the next task. Default `'sync'`. */
  readonly atomics?: 'sync' | 'async';
}

interface Piscina {
  run(argument: unknown, options: { name: string; transferList?: readonly unknown[] }): Promise<unknown>;
}
type PiscinaClass = new (options: PiscinaTuning & Record<string, unknown>) => Piscina;

const filename = new URL('./piscina-worker.js', import.meta.url).href;

/** piscina: one message per task, an Atomics wait in idle workers. */
export async function piscina(tuning: PiscinaTuning = {}): Promise<OpenPool> {
  const { Piscina } = await importPeer<{ Piscina: PiscinaClass }>('piscina');
  return () => {
    const pool = new Piscina({ filename, minThreads: threads, maxThreads: threads, ...tuning });
    return poolOfCalls({
      call: (name, argument, transferList) =>
        pool.run(argument, { name, ...(transferList !== undefined && { transferList }) }),
      transfers: 'both',
    });
  };
}
