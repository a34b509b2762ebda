import { importPeer } from '../contenders/peer.js';
import { poolOfCalls } from './call-pool.js';
import { threads } from './pool.js';
import type { OpenPool } from './pool.js';

/** What can be tuned. */
export interface TinypoolTuning {
  /** Default 1. */
  readonly concurrentTasksPerWorker?: number;
}

interface Tinypool {
  run(argument: unknown, options: { name: string; transferList?: readonly unknown[] }): Promise<unknown>;
}
type TinypoolClass = new (options: TinypoolTuning & Record<string, unknown>) => Tinypool;

const filename = new URL('./tinypool-worker.js', import.meta.url).href;

/** tinypool: a smaller relative of piscina. */
export async function tinypool(tuning: TinypoolTuning = {}): Promise<OpenPool> {
  const { Tinypool } = await importPeer<{ Tinypool: TinypoolClass }>('tinypool');
  return () => {
    const pool = new Tinypool({ filename, minThreads: threads, maxThreads: threads, ...tuning });
    return poolOfCalls({
      call: (name, argument, transferList) =>
        pool.run(argument, { name, ...(transferList !== undefined && { transferList }) }),
      transfers: 'both',
    });
  };
}
